export type SendFailure =
  | 'TIMEOUT'
  | 'UNAVAILABLE'
  | 'ABORTED'
  | 'DEADLINE_EXCEEDED'
  | 'TOO_LARGE'
  /** By the breaker: the upstream is known to be down. */
  | 'REFUSED'
  /** The upstream takes no calls until after the operation's deadline. */
  | 'RATE_LIMITED';

/** Why there is no answer. */
export class SendError extends Error {
  override readonly name = 'SendError';
  /** Keeps its stack out of the log: it tells of trouble upstream, not of a fault in the gateway. */
  readonly isExpected = true;
  constructor(
    readonly failure: SendFailure,
    /** Whether the other side cannot have seen the request, so that a write did not happen. */
    readonly notSent: boolean,
    /** The network's code, e.g. ECONNREFUSED: fit for a log line. */
    readonly code: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(`${failure} (${code})`);
  }
}

/** The error's wait as a property, for an error that is made of it; none where there is none. */
export function retryAfter({ retryAfterSeconds }: SendError): { retryAfterSeconds?: number } {
  return retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
}
