/** What telemetry is told when a request or an operation ends. */
/** An operation that has ended. */
export interface OperationReport {
  name: string | undefined;
  /** Undefined for a document that was not understood. */
  type: 'query' | 'mutation' | 'subscription' | undefined;
  /** `abandoned` when its caller went away before there was an answer. */
  outcome: 'ok' | 'partial' | 'failed' | 'refused' | 'abandoned';
  /** Whether the whole answer was one from memory, or that of the same query under way. */
  from: 'memory' | 'merged' | 'execution';
  /** The codes of its errors, each once. */
  errorCodes: readonly string[];
  /** How many calls it made upstream. */
  upstreamCalls: number;
}

/** A request that has ended. */
export interface RequestReport {
  /** Of the answer; undefined when its caller went away before there was one. */
  status: number | undefined;
  /** The code of what HTTP calls a failure. */
  failureCode: string | undefined;
  /** Undefined for a request that was refused before it was an operation. */
  operation: OperationReport | undefined;
  milliseconds: number;
}
