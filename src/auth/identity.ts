/** Whose doing a request is: what is kept for one authority is never given to another. */
import type { Viewer } from './viewer.js';

/**
 * A name for whoever calls, equal for two requests of the same caller and for no others, and no secret;
 * undefined for an application whose token does not say which it is. It says nothing of what the caller
 * may do, which can change between two requests.
 */
export function authorityOf(viewer: Viewer): string | undefined {
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

/** JSON, so that no text within a part reads as the end of it. */
const name = (...parts: (string | undefined)[]) => JSON.stringify(parts);
