/** What the resolvers of one request share. */
import type { BaseContext } from '@apollo/server';
import type { FastifyBaseLogger } from 'fastify';
import type { Audit } from './audit-event.js';
import type { OperationTypeNode } from 'graphql';
import type { Viewer } from '../auth/viewer.js';
import type { Idempotency } from '../idempotency/index.js';
import type { Loaders } from '../loaders/index.js';
import type { TimeAllowance } from '../upstream/policy/call-budget.js';
import type { Provenance } from '../upstream/cache/dependencies.js';
import type { CallReport, Upstream } from '../upstream/client.js';

/** What becomes known of an operation with its answer. */
export interface Answer {
  /** Whether it may be given to the next who asks the same. */
  isRepeatable: boolean;
  operationName: string | undefined;
  /** Undefined for a document that was not understood. */
  operationType: `${OperationTypeNode}` | undefined;
  /**
   * `refused` before it was executed, `failed` when there is no data at all, `partial` when some of it
   * is missing; undefined until it is known.
   */
  outcome: 'ok' | 'partial' | 'failed' | 'refused' | undefined;
  /** The codes of its errors, each once. */
  errorCodes: readonly string[];
  /** What it was judged to cost; undefined when it was refused before that. */
  cost: number | undefined;
}

export interface Context extends BaseContext {
  /** Who calls. What it may do is decided in src/auth alone. */
  viewer: Viewer;
  /** Every read goes through these. */
  loaders: Loaders;
  /** Every write goes through this. */
  upstream: Upstream;
  /** Every write that has a key is made through this. */
  idempotency: Idempotency;
  /** How long the operation may still take. */
  time: Pick<TimeAllowance, 'remainingMs'>;
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
  /** Apollo Server copies the context, so that what becomes known later must lie deeper. */
  answer: Answer;
}
