/** Who calls, as the gateway sees it, and what such a caller may do. */
import { GraphQLError } from 'graphql';
import type { Endpoint } from '../upstream/endpoint.js';
import { endpoints } from '../upstream/endpoints/index.js';
import { UpstreamError } from '../upstream/errors.js';

export type Viewer =
  /** Anybody who can reach the gateway: AUTH_MODE none. */
  | { readonly kind: 'everybody' }
  /** Somebody whose token goes to Kinde unread, so that Kinde decides: AUTH_MODE passthrough. */
  | Bearer
  | Machine
  | User;

export interface Bearer {
  readonly kind: 'bearer';
  /** The token's SHA-256: nothing in a token that nobody has verified says whose it is. */
  readonly tokenHash: string;
  /**
   * What the token says that it was granted; undefined where it doesn't say. Nobody has verified it, so
   * it may be told to the token's sender, and decides nothing.
   */
  readonly claimedScopes: ReadonlySet<string> | undefined;
}

/** An application. It acts by the scopes of its token. */
export interface Machine {
  readonly kind: 'machine';
  /** Its client id; undefined for a token that names none. */
  readonly clientId: string | undefined;
  readonly scopes: ReadonlySet<string>;
  /** The one organization that it is held to; undefined when it acts for the whole environment. */
  readonly organization: string | undefined;
}

/** A person. It acts inside the organization that it signed in to, and nowhere without one. */
export interface User {
  readonly kind: 'user';
  /** Kinde's id of the person. */
  readonly userId: string;
  /**
   * Keys of the permissions that it has there. Kinde does not say how a permission of a customer's own
   * relates to a scope of the Management API; here a permission allows what the scope of the same name
   * does, for example `read:organization_users`, inside the user's organization.
   */
  readonly permissions: ReadonlySet<string>;
  readonly organization: string | undefined;
}

/** Lists of scopes, of which one is needed with all its members: `@requiresScopes`. */
export type Alternatives = readonly (readonly string[])[];

/** Whose a thing is that a viewer asks for. */
export type Owner =
  | { readonly kind: 'organization'; readonly code: string }
  | { readonly kind: 'environment' }
  /**
   * An entry of a catalogue that was reached through a member who has it. A user who may see that the
   * member has a role may also know what the role is called. What it grants needs a permission.
   */
  | { readonly kind: 'member' };

/** Whether a viewer is somebody about whom the gateway decides. */
function isHeld(viewer: Viewer): viewer is Machine | User {
  return viewer.kind === 'machine' || viewer.kind === 'user';
}

/** Whether a viewer's organization, if it is held to one, is this; undefined is none in particular. */
function isWithin(viewer: Machine | User, code: string | undefined): boolean {
  if (viewer.kind === 'machine' && viewer.organization === undefined) return true;
  return code !== undefined && code === viewer.organization;
}

/** Returns what a viewer was granted: the scopes of an application, or the permissions of a user. */
export const grantsOf = (viewer: Machine | User): ReadonlySet<string> =>
  viewer.kind === 'machine' ? viewer.scopes : viewer.permissions;

/** What is read to describe what a user has been shown, or to understand what a user names. */
const CATALOGUES: ReadonlySet<Endpoint> = new Set<Endpoint>([
  endpoints.roles.list,
  endpoints.permissions.list,
]);

const DESCRIBING_SCOPES: ReadonlySet<string> = new Set(
  Array.from(CATALOGUES, ({ scope }) => scope),
);

/** What belongs to the environment, and yet can be reached through an organization or its members. */
const REACHED_THROUGH_ORGANIZATIONS: ReadonlySet<Endpoint> = new Set<Endpoint>([
  ...CATALOGUES,
  endpoints.roles.permissions,
  // The flags of the environment are those of each organization that doesn't override them.
  endpoints.featureFlags.environment,
  // Its resolvers make it for members of an organization that the viewer may write to.
  endpoints.users.refreshClaims,
]);

/**
 * Returns whether a viewer has a scope that it can use or, as a user, the permission of that name;
 * undefined where only Kinde knows. `isOfEnvironment` says that the scope allows nothing inside an
 * organization.
 */
export function canUse(
  viewer: Viewer,
  scope: string,
  isOfEnvironment: boolean,
): boolean | undefined {
  if (viewer.kind === 'everybody') return true;
  if (viewer.kind === 'bearer') return viewer.claimedScopes?.has(scope);
  const isReachable = isWithin(viewer, isOfEnvironment ? undefined : viewer.organization);
  return isReachable && grantsOf(viewer).has(scope);
}

/**
 * Throws FORBIDDEN, with `requiredScope`, unless the viewer may have what is this owner's and needs
 * these scopes. Whether the thing exists does not show.
 */
export function authorize(viewer: Viewer, alternatives: Alternatives, owner: Owner): void {
  if (!isHeld(viewer)) return;
  const isOfMember = owner.kind === 'member';
  if (!isOfMember && !isWithin(viewer, owner.kind === 'organization' ? owner.code : undefined)) {
    throw forbidden(outOfReach(viewer, owner));
  }
  const grants = grantsOf(viewer);
  const isDescribed = isOfMember && viewer.kind === 'user';
  const isGranted = (scope: string) =>
    grants.has(scope) || (isDescribed && DESCRIBING_SCOPES.has(scope));
  const lacking = alternatives.map((scopes) => scopes.filter((scope) => !isGranted(scope)));
  const [first = []] = lacking;
  if (lacking.length === 0 || lacking.some((scopes) => scopes.length === 0)) return;
  const requiredScope = first.join(' ');
  throw forbidden(
    `The token lacks a ${viewer.kind === 'user' ? 'permission' : 'scope'} that this asks for: ${requiredScope}.`,
    { requiredScope },
  );
}

/** Returns why a viewer can't reach what is this owner's. It names only the viewer's own organization. */
function outOfReach({ organization }: Machine | User, { kind }: Owner): string {
  const isEnvironment = kind === 'environment';
  if (organization === undefined) {
    return `This token isn't for any organization. ${
      isEnvironment
        ? "Only an application's token can reach the whole environment."
        : 'Sign in to the organization and send its token.'
    }`;
  }
  return isEnvironment
    ? `This token is for the organization ${organization}, and this field needs the whole environment.`
    : `This token is for the organization ${organization}, not for the one that you asked for.`;
}

function forbidden(message: string, more: object = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'FORBIDDEN', ...more } });
}

/**
 * Holds each call to Kinde to what the viewer may do, because the gateway's own token, which it
 * is made with, may do more: a field can need calls that nobody sees in the schema, such as the
 * catalogue for a role that is given by its key. Throws an UpstreamError, FORBIDDEN, as Kinde would.
 */
export function authorizeCall(viewer: Viewer) {
  return (endpoint: Endpoint, args: Readonly<Record<string, unknown>>): void => {
    if (!isHeld(viewer)) return;
    if (CATALOGUES.has(endpoint) && viewer.kind === 'user') return;
    const { organizationParameter } = endpoint;
    const code = organizationParameter === undefined ? undefined : args[organizationParameter];
    const hasScope = grantsOf(viewer).has(endpoint.scope);
    const isReachable =
      REACHED_THROUGH_ORGANIZATIONS.has(endpoint) ||
      isWithin(viewer, typeof code === 'string' ? code : undefined);
    if (hasScope && isReachable) return;
    throw new UpstreamError('FORBIDDEN', `${endpoint.route} is not for this viewer`, {
      route: endpoint.route,
      requiredScope: hasScope ? undefined : endpoint.scope,
    });
  };
}
