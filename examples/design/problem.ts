/** Turns errors into what a page does about them. It decides by codes: messages may change. */

/** What the page needs of a GraphQL error, whichever client it comes from. */
export interface ResponseError {
  readonly message?: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

export interface UserError {
  readonly message: string;
}

export type Problem =
  | { kind: 'signed-out' }
  /** Not for this person. The rest of the page is. */
  | { kind: 'forbidden'; scope: string | undefined }
  | { kind: 'wait'; seconds: number }
  /** A write that may have happened. */
  | { kind: 'unknown-outcome' }
  /** Kinde or the gateway refused the input. */
  | { kind: 'refused'; message: string }
  | { kind: 'unreachable' }
  | { kind: 'failed'; requestId: string | undefined };

const UNREACHABLE: Problem = { kind: 'unreachable' };

/** https://github.com/graphql/graphql-over-http: see docs/errors.md for the codes. */
export function problemOf({ extensions = {} }: ResponseError): Problem {
  const text = (name: string) => {
    const value = extensions[name];
    return typeof value === 'string' ? value : undefined;
  };
  switch (extensions['code']) {
    case 'UNAUTHENTICATED':
      return { kind: 'signed-out' };
    case 'FORBIDDEN':
      return { kind: 'forbidden', scope: text('requiredScope') };
    case 'RATE_LIMITED':
    case 'UPSTREAM_TIMEOUT':
    case 'UPSTREAM_UNAVAILABLE':
    case 'IDEMPOTENCY_UNAVAILABLE':
    case 'OVERLOADED':
      return { kind: 'wait', seconds: Number(extensions['retryAfterSeconds'] ?? 5) };
    case 'WRITE_OUTCOME_UNKNOWN':
      return { kind: 'unknown-outcome' };
    default:
      return { kind: 'failed', requestId: text('requestId') };
  }
}

/**
 * Returns why the field at a path is null, for example `organization.users`. An error of a parent
 * explains it as well. Without an error, the request got no response.
 */
export function problemAt(path: string, errors: readonly ResponseError[] | undefined): Problem {
  if (errors === undefined || errors.length === 0) return UNREACHABLE;
  const fields = path.split('.');
  const explains = ({ path: at = [] }: ResponseError) =>
    at.every((field, index) => field === fields[index]);
  const error = errors.find(explains);
  return error === undefined ? { kind: 'failed', requestId: undefined } : problemOf(error);
}

/** Returns why a mutation didn't do what it should; undefined if it did. */
export function problemOfWrite(
  payload: { readonly userErrors: readonly UserError[] } | null | undefined,
  errors: readonly ResponseError[] | undefined,
): Problem | undefined {
  if (payload != null) {
    const [refusal] = payload.userErrors;
    return refusal && { kind: 'refused', message: refusal.message };
  }
  const [error] = errors ?? [];
  // Without a response, nobody knows whether the write happened.
  return error === undefined ? { kind: 'unknown-outcome' } : problemOf(error);
}
