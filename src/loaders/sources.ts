import type { Upstream } from '../upstream/client.js';
import type { GrantedScopes } from './scopes.js';
import type { SharedReads } from './shared-reads.js';

/** What the loaders of every domain are made from. */
export interface Sources {
  /** The calls to Kinde's API. */
  upstream: Upstream;
  /** The scopes of the token that calls are made with. */
  granted: GrantedScopes;
  /** How many entries a page has at most, as far as this process has learned. */
  maxPageSize: () => number;
  /** Where each loader is created, so that mutations clear it. */
  reads: SharedReads;
}
