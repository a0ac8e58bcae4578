/** What the resolvers of one request share. */
import type { BaseContext } from '@apollo/server';
import type { FastifyBaseLogger } from 'fastify';
import type { Audit } from './audit.js';
import type { Viewer } from './auth/viewer.js';
import type { Idempotency } from './idempotency/index.js';
import type { Loaders } from './loaders/index.js';
import type { Provenance } from './upstream/cache/provenance.js';
import type { CallReport, Upstream } from './upstream/client.js';

export interface Context extends BaseContext {
  /** Who calls. What it may do is decided in src/auth alone. */
  viewer: Viewer;
  /** Every read goes through these. */
  loaders: Loaders;
  /** Every write goes through this. */
  upstream: Upstream;
  /** Every write that has a key is made through this. */
  idempotency: Idempotency;
  audit: Audit;
  /** The payloads and errors of mutations that an earlier request had brought about. */
  replays: WeakSet<object>;
  /** Taken from `x-request-id` when that is well-formed, given back in it and in every error. */
  requestId: string;
  log: FastifyBaseLogger;
  /** The calls so far, those answered from memory included. */
  calls: CallReport[];
  /** What the answer is made of. */
  provenance: Provenance;
  /** What becomes known with the answer. Apollo Server copies the context, so that it must lie deeper. */
  answer: {
    /** Whether it may be given to the next who asks the same. */
    isRepeatable: boolean;
    operationName: string | undefined;
  };
}
