/**
 * Who a caller is, for everything that is stored beyond its request. Each function here names callers,
 * and callers of the same name share what is stored under it, so each is a security boundary.
 *
 * | what is stored                      | named by          | shared by                                          |
 * | ----------------------------------- | ----------------- | -------------------------------------------------- |
 * | outcomes of idempotency keys        | `keyOwner`        | one user or application, in one organization       |
 * | cached and coalesced responses      | `responseGroup`   | users, or applications, with the same organization |
 * |                                     |                   | and the same permissions or scopes                 |
 * | Kinde's responses, reads in flight  | `upstreamGroup`   | everybody whose calls the gateway's token makes;   |
 * |                                     |                   | each call is authorized before it is looked up     |
 * | cost used in a minute               | `budgetOwner`     | one user or application, in all organizations;     |
 * |                                     |                   | one address where nobody authenticates             |
 *
 * With `AUTH_MODE=passthrough` nothing is known of a caller but its token, so each token is alone in all
 * four. With `AUTH_MODE=none` everybody is one caller, but for the cost.
 */
import { networkOf } from './network.js';
import { grantsOf, type Viewer } from './viewer.js';

/**
 * Names the owner of idempotency keys; undefined for an application whose token doesn't say which it is.
 * What the caller may do is no part of the name, since it can change between a request and its retry.
 */
export function keyOwner(viewer: Viewer): string | undefined {
  switch (viewer.kind) {
    case 'everybody':
      return 'everybody';
    case 'bearer':
      return `bearer ${viewer.tokenHash}`;
    case 'machine':
      return viewer.clientId && name('machine', viewer.clientId, viewer.organization);
    case 'user':
      return name('user', viewer.userId, viewer.organization);
  }
}

/**
 * Names all that decides what a caller may see. Who it is makes no difference: `Query.viewer` tells what
 * the caller may do, and a response with `Query.rateLimit` is shared with nobody.
 */
export function responseGroup(viewer: Viewer): string {
  switch (viewer.kind) {
    case 'everybody':
    case 'bearer':
      return upstreamGroup(viewer);
    case 'machine':
    case 'user':
      return name(viewer.kind, viewer.organization, ...[...grantsOf(viewer)].sort());
  }
}

/** Names whose budget of cost a request is charged to. `address` is where the request comes from. */
export function budgetOwner(viewer: Viewer, address: string): string {
  switch (viewer.kind) {
    case 'everybody':
      return name('address', networkOf(address));
    case 'bearer':
      return `bearer ${viewer.tokenHash}`;
    case 'machine':
      return name('machine', viewer.clientId);
    case 'user':
      return name('user', viewer.userId);
  }
}

/** Names the token that Kinde is called with. What Kinde sends depends on nothing else. */
export function upstreamGroup(viewer: Viewer): string {
  return viewer.kind === 'bearer' ? `bearer ${viewer.tokenHash}` : 'gateway';
}

/** JSON, so that no text within a part reads as the end of it. */
const name = (...parts: (string | undefined)[]) => JSON.stringify(parts);
