/** Errors that the caller of a mutation can fix by changing the input: UserError in the schema. */
import {
  UNKNOWN_CODE,
  UpstreamError,
  type Reason,
  type UpstreamFailure,
} from '../upstream/errors.js';
import { FAILURE_CODES, messageOf } from './errors.js';

/** The values of UserErrorCode in the schema, which the compiler compares in src/resolvers/index.ts. */
export type UserErrorCode =
  | 'INVALID_ID'
  | 'INVALID_VALUE'
  | 'UNKNOWN_ROLE'
  | 'UNKNOWN_PERMISSION'
  | 'DUPLICATE_USER'
  | 'NO_FIELDS_TO_UPDATE'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'NOT_FOUND'
  | 'REFUSED_BY_KINDE'
  | 'NOT_ADDED'
  | 'NOT_UPDATED'
  | 'NOT_REMOVED'
  | 'BATCH_REFUSED'
  | 'NOT_ATTEMPTED'
  | 'CLAIMS_NOT_REFRESHED'
  | 'USERS_NOT_ADDED'
  | 'CREATION_UNDONE'
  | 'CREATION_NOT_UNDONE'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'RATE_LIMITED'
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_UNAVAILABLE'
  | 'UPSTREAM_BAD_RESPONSE'
  | 'DEADLINE_EXCEEDED'
  | 'UPSTREAM_BUDGET_EXCEEDED'
  | 'WRITE_OUTCOME_UNKNOWN';

export interface UserError {
  message: string;
  code: UserErrorCode;
  /** Kinde's own code, where the reason is Kinde's. */
  kindeCode?: string | undefined;
  field: readonly (string | number)[] | null;
}

/** What is wrong, without the value that is to blame. */
export type Problem = Omit<UserError, 'field'>;

/** Thrown by a mutation's resolver before anything was written; becomes the payload's userErrors. */
export class InputError extends Error {
  override readonly name = 'InputError';
  constructor(readonly userErrors: readonly UserError[]) {
    super(userErrors.map(({ message }) => message).join(' '));
  }
}

/** Failures of a write that its caller can fix; all others are errors of the response. */
const FIXABLE: ReadonlySet<UpstreamFailure> = new Set(['INVALID_ID', 'BAD_REQUEST', 'NOT_FOUND']);

const CODES = {
  ...FAILURE_CODES,
  INVALID_ID: 'INVALID_ID',
  BAD_REQUEST: 'REFUSED_BY_KINDE',
} as const satisfies Record<UpstreamFailure, UserErrorCode>;

/** Returns a failed call as a problem of the input or, in a bulk write, of some of its users. */
export function problemOf(error: UpstreamError): Problem {
  const { failure, outcomeUnknown, reasons } = error;
  return {
    code: outcomeUnknown ? 'WRITE_OUTCOME_UNKNOWN' : CODES[failure],
    message: messageOf(error),
    kindeCode: kindeCodeOf(reasons[0]),
  };
}

/** Returns a reason that Kinde gives for a refusal as a problem of the input. */
export const problemOfReason = (error: UpstreamError, reason: Reason): Problem => ({
  ...problemOf(error),
  message: reason.message || reason.code,
  kindeCode: kindeCodeOf(reason),
});

const kindeCodeOf = (reason: Reason | undefined) =>
  reason?.code === UNKNOWN_CODE ? undefined : reason?.code;

/**
 * Returns the userErrors that a thrown value stands for; undefined when the caller can't fix it.
 * `fieldOf` finds the input's field for an upstream parameter or for a reason's code.
 */
export function userErrorsFrom(
  thrown: unknown,
  fieldOf: (source: { parameter?: string; code?: string; message?: string }) => UserError['field'],
): readonly UserError[] | undefined {
  if (thrown instanceof InputError) return thrown.userErrors;
  if (!(thrown instanceof UpstreamError) || !FIXABLE.has(thrown.failure)) return undefined;
  const { parameter, reasons } = thrown;
  if (parameter !== undefined) return [{ ...problemOf(thrown), field: fieldOf({ parameter }) }];
  if (reasons.length === 0) return [{ ...problemOf(thrown), field: null }];
  return reasons.map((reason) => ({
    ...problemOfReason(thrown, reason),
    field: fieldOf(reason),
  }));
}
