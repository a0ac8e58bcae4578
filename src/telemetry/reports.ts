/** Reports to telemetry when a request or an operation ends. */

/** An operation that has ended. */
export interface OperationReport {
  name: string | undefined;
  /** Undefined for a document that doesn't parse or validate. */
  type: 'query' | 'mutation' | 'subscription' | undefined;
  /** `abandoned` when the client disconnected before the response. */
  outcome: 'ok' | 'partial' | 'failed' | 'refused' | 'abandoned';
  /** Whether it was executed, coalesced with the same query in flight, or served from the response cache. */
  from: 'memory' | 'merged' | 'execution';
  /** The codes of its errors, each once. */
  errorCodes: readonly string[];
  /** How many calls it made upstream. */
  upstreamCalls: number;
}

/** A delivery of a webhook that has ended. */
export interface DeliveryReport {
  outcome: DeliveryOutcome;
  /** Of the event; undefined for a delivery that is none. */
  type: string | undefined;
  /** From when it happened to the end of its invalidation; undefined where the event doesn't tell. */
  lagMs: number | undefined;
}

export type DeliveryOutcome =
  /** Invalidated on every replica. */
  | 'processed'
  /** Of a type that concerns nothing in the cache. */
  | 'ignored'
  | 'duplicate'
  /** Not an event of this environment. */
  | 'invalid'
  /** Kinde is asked to deliver it again: the keys or Redis could not be reached in time. */
  | 'deferred';

/** A request that has ended. */
export interface RequestReport {
  /** Status of the response; undefined when the client disconnected before it. */
  status: number | undefined;
  /** The error code of a response with a failed status. */
  failureCode: string | undefined;
  /** Undefined for a request that was refused before execution. */
  operation: OperationReport | undefined;
  milliseconds: number;
}
