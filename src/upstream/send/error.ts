export type SendFailure =
  | 'TIMEOUT'
  | 'UNAVAILABLE'
  | 'ABORTED'
  | 'DEADLINE_EXCEEDED'
  | 'TOO_LARGE'
  /** Refused by the circuit breaker. */
  | 'REFUSED'
  /** The rate limit holds until after the operation's deadline. */
  | 'RATE_LIMITED';

/** Says why there is no response. */
export class SendError extends Error {
  override readonly name = 'SendError';
  /** Keeps the stack out of the log: the cause is upstream, not in the gateway. */
  readonly isExpected = true;
  constructor(
    readonly failure: SendFailure,
    /** Whether the request certainly wasn't sent, so that a write didn't happen. */
    readonly notSent: boolean,
    /** The network's code, such as ECONNREFUSED. It is safe to log. */
    readonly code: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(`${failure} (${code})`);
  }
}

/** Returns the reason of what was cancelled because nobody needs it any more. */
export const abandoned = () => new SendError('ABORTED', true, 'ERR_ABORTED');

/** Returns the error's `retryAfterSeconds` as an object to spread; an empty one without it. */
export function retryAfter({ retryAfterSeconds }: SendError): { retryAfterSeconds?: number } {
  return retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
}
