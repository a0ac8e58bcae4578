/**
 * From failures to GraphQL errors: the one table. A client gets a code, a sentence that it can act
 * on and the id of its request; what the log needs (route, status, reasons, stack) stays in the log.
 */
import { ApolloServerErrorCode, unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { reword } from './apollo-errors.js';
import { UNKNOWN_CODE, UpstreamError, type UpstreamFailure } from '../upstream/errors.js';

/** What a top-level error's `extensions.code` may be, besides GraphQL's and Apollo Server's own. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'RATE_LIMITED'
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_UNAVAILABLE'
  | 'IDEMPOTENCY_UNAVAILABLE'
  | 'UPSTREAM_BAD_RESPONSE'
  | 'DEADLINE_EXCEEDED'
  | 'UPSTREAM_BUDGET_EXCEEDED'
  | 'WRITE_OUTCOME_UNKNOWN'
  | 'QUERY_TOO_COMPLEX'
  | 'TOO_MANY_ERRORS'
  | 'OVERLOADED'
  | 'PERSISTED_QUERY_HASH_MISMATCH'
  | 'INTERNAL_SERVER_ERROR';

/** Returns what a caller reads who has used its cost of a minute, or who asks for more than is left. */
export const callerLimitMessage = (limit: number, retryAfterSeconds: number) =>
  `You may use a cost of ${limit} in a minute (\`CALLER_COST_PER_MINUTE\`), and too little of it is left. Try again in ${retryAfterSeconds} seconds, or ask for less.`;

/** The codes that failed calls have for a client. */
export const FAILURE_CODES = {
  INVALID_ID: 'BAD_USER_INPUT',
  BAD_REQUEST: 'BAD_USER_INPUT',
  NOT_FOUND: 'NOT_FOUND',
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  FORBIDDEN: 'FORBIDDEN',
  RATE_LIMITED: 'RATE_LIMITED',
  TIMEOUT: 'UPSTREAM_TIMEOUT',
  UNAVAILABLE: 'UPSTREAM_UNAVAILABLE',
  BAD_RESPONSE: 'UPSTREAM_BAD_RESPONSE',
  INCOMPLETE: 'UPSTREAM_BAD_RESPONSE',
  DEADLINE_EXCEEDED: 'DEADLINE_EXCEEDED',
  BUDGET_EXCEEDED: 'UPSTREAM_BUDGET_EXCEEDED',
  // Nobody is left to read it.
  ABORTED: 'UPSTREAM_UNAVAILABLE',
} as const satisfies Record<UpstreamFailure, ErrorCode>;

/** The code that a failed call has for a client. */
export function codeOf(error: UpstreamError): ErrorCode {
  return error.outcomeUnknown ? 'WRITE_OUTCOME_UNKNOWN' : FAILURE_CODES[error.failure];
}

/** A sentence about a failed call that tells its reader what to do, and nothing of our insides. */
export function messageOf(error: UpstreamError): string {
  const reasons = shorten(
    error.reasons
      .map(({ message, code }) => message || (code === UNKNOWN_CODE ? '' : code))
      .filter((reason) => reason !== '')
      .join(' '),
  );
  if (error.outcomeUnknown) {
    return 'Kinde gave no usable response to this write, which may have taken effect: read before you repeat it.';
  }
  switch (error.failure) {
    case 'INVALID_ID':
      return 'A value is not a valid id, code or key, or is not well-formed Unicode.';
    case 'BAD_REQUEST':
      return reasons || 'Kinde refused the request.';
    case 'NOT_FOUND':
      return reasons || 'There is no such thing in this Kinde environment.';
    case 'UNAUTHENTICATED':
      return 'Kinde did not accept the credentials.';
    case 'FORBIDDEN':
      return forbiddenMessage(error, reasons);
    case 'RATE_LIMITED':
      return 'Kinde’s rate limit is reached.';
    case 'TIMEOUT':
      return 'Kinde did not answer in time.';
    case 'DEADLINE_EXCEEDED':
      return 'The operation took too long; what was not read or written in time is missing.';
    case 'BUDGET_EXCEEDED':
      return 'The operation needs more calls to Kinde’s API than it may make: ask for less at once.';
    case 'UNAVAILABLE':
    case 'ABORTED':
      return 'Kinde cannot be reached at the moment.';
    case 'BAD_RESPONSE':
      return error.status !== undefined && error.status >= 400
        ? refusalMessage(error.status, reasons)
        : 'Kinde sent a response that cannot be used.';
    case 'INCOMPLETE':
      return 'The list goes on, and Kinde has no way to read the rest of it.';
  }
}

function forbiddenMessage({ requiredScope, status }: UpstreamError, reasons: string): string {
  if (requiredScope !== undefined) return `The token lacks the scope ${requiredScope}.`;
  if (status === undefined) return "The token isn't for the organization that this field needs.";
  return refusalMessage(status, reasons);
}

const refusalMessage = (status: number, reasons: string) =>
  reasons === ''
    ? `Kinde, or a proxy in front of it, refused the call with ${status} and gave no reason.`
    : `Kinde refused the call: ${reasons}`;

/** Kinde's own code and message of a 403, which means more than scopes: limits, or organizations. */
function kindeReason({ failure, reasons: [reason] }: UpstreamError) {
  if (failure !== 'FORBIDDEN' || reason === undefined) return {};
  const { code, message } = reason;
  return {
    ...(code === UNKNOWN_CODE ? {} : { kindeCode: code }),
    ...(message === '' ? {} : { kindeMessage: message }),
  };
}

/** Returns an error for a value that the gateway itself refuses; `reason` tells it from other bad input. */
export function badUserInput(message: string, reason?: 'CURSOR_STALE'): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'BAD_USER_INPUT', ...(reason === undefined ? {} : { reason }) },
  });
}

/**
 * Creates the error for a mutation whose idempotency key can't be stored, since Redis is unavailable.
 * The mutation is refused before anything is written: a retry would write again, which the key was
 * given to prevent.
 */
export function keysUnavailable(): GraphQLError {
  return new GraphQLError(
    'The `idempotencyKey` cannot be stored at the moment, so nothing was sent to Kinde. Try again with the same key.',
    { extensions: { code: 'IDEMPOTENCY_UNAVAILABLE', retryAfterSeconds: 1 } },
  );
}

/** Creates the error for a mutation that needs more calls than its operation has left. */
export function tooManyWrites(needed: number, left: number, limit: number): GraphQLError {
  return new GraphQLError(
    `The mutation may take ${needed} more calls to Kinde’s API, and the operation has ${left} of ${limit} left (\`UPSTREAM_CALLS_PER_OPERATION\`). Nothing was written: split its input into several operations.`,
    { extensions: { code: 'UPSTREAM_BUDGET_EXCEEDED' } },
  );
}

/** Creates the error for an operation that had to wait too long for others that take much memory. */
export function overloaded(): GraphQLError {
  return new GraphQLError(
    'The gateway has too many large operations to do; nothing was done. Try again after the seconds in `Retry-After`, or ask for less.',
    {
      extensions: {
        code: 'OVERLOADED',
        http: { status: 503, headers: new Map([['retry-after', '3']]) },
      },
    },
  );
}

/**
 * Formatted errors with the id of their request. It is added where the request is at hand: an
 * AsyncLocalStorage would carry it anywhere, but makes every promise of the process dearer.
 */
export function withRequestId(
  errors: readonly GraphQLFormattedError[],
  requestId: string,
): GraphQLFormattedError[] {
  return errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
}

/** Apollo Server's codes for what a client did wrong, and whose messages are written for clients. */
const CLIENT_CODES: ReadonlySet<unknown> = new Set<string>([
  ...Object.values(ApolloServerErrorCode).filter(
    (code) => code !== ApolloServerErrorCode.INTERNAL_SERVER_ERROR,
  ),
  'NOT_FOUND',
  'FORBIDDEN',
  'UNAUTHENTICATED',
  'RATE_LIMITED',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_BUDGET_EXCEEDED',
  'IDEMPOTENCY_UNAVAILABLE',
  'QUERY_TOO_COMPLEX',
  'TOO_MANY_ERRORS',
  'OVERLOADED',
  'PERSISTED_QUERY_HASH_MISMATCH',
  'METHOD_NOT_ALLOWED',
]);

/**
 * The code of an error. Apollo Server codes all that a validation rule reports alike, and keeps the
 * rule's own error, with the rule's own code, as the original.
 */
function codeFrom({ message, extensions }: GraphQLFormattedError, error: unknown): unknown {
  const isFromApollo = error instanceof GraphQLError && error.path === undefined;
  const code = isFromApollo ? reword(message)?.code : undefined;
  if (code !== undefined) return code;
  const original = error instanceof GraphQLError ? error.originalError : undefined;
  const own = original instanceof GraphQLError ? original.extensions['code'] : undefined;
  return extensions?.['code'] === ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED
    ? (own ?? extensions['code'])
    : extensions?.['code'];
}

/**
 * The longest message that a client is sent, in UTF-16 code units. GraphQL's messages repeat what they
 * are about, which may be the largest value or name that a request can hold, once for each of a hundred
 * errors.
 */
const LONGEST_MESSAGE = 1_000;

/** Cuts a message that is too long to be sent. */
export function shorten(message: string): string {
  return message.length <= LONGEST_MESSAGE
    ? message
    : `${message.slice(0, LONGEST_MESSAGE).toWellFormed()}…`;
}

/** What graphql-js says of a document that it stops reading, with words that tell the client what to do. */
const UNREADABLE: readonly (readonly [RegExp, (found: string) => string])[] = [
  [
    /^Syntax Error: Document contains more that (\d+) tokens/,
    (limit) =>
      `The document has more than ${limit} tokens, the limit MAX_TOKENS. If it holds a long list, send it as variables.`,
  ],
  [
    /^Validation aborted\.()$/,
    () => 'The document selects the same fields too often to be checked. Select each once.',
  ],
];

function tooComplex({ message }: GraphQLFormattedError): GraphQLFormattedError | undefined {
  for (const [pattern, reword] of UNREADABLE) {
    const found = pattern.exec(message)?.[1];
    if (found === undefined) continue;
    return { message: reword(found), extensions: { code: 'QUERY_TOO_COMPLEX' } };
  }
  return undefined;
}

/** What graphql-js says, without a code, of an argument that a null for a variable has made invalid. */
const INVALID_ARGUMENT = /^Argument "\w+" (of (non-null|required) type "|has invalid value )/;

/**
 * Returns whether graphql-js has refused an argument during execution: validation accepts a variable that
 * may be null where null is not allowed, as long as it has a default.
 */
function isInvalidArgument({ message, extensions }: GraphQLError): boolean {
  return extensions['code'] === undefined && INVALID_ARGUMENT.test(message);
}

/**
 * Returns the error that a client sees for whatever was thrown. Never throws. An error that isn't meant
 * for clients is masked; the logging plugin has logged it by then.
 */
export function formatError(
  formatted: GraphQLFormattedError,
  error: unknown,
): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  const where = {
    ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
    ...(formatted.path === undefined ? {} : { path: formatted.path }),
  };
  if (original instanceof UpstreamError) {
    const { requiredScope, outcomeUnknown, retryAfterSeconds } = original;
    return {
      message: messageOf(original),
      ...where,
      extensions: {
        code: codeOf(original),
        ...kindeReason(original),
        ...(requiredScope === undefined ? {} : { requiredScope }),
        // A write that may have taken effect is for its caller to look at, not for a client to repeat.
        ...(retryAfterSeconds === undefined || outcomeUnknown ? {} : { retryAfterSeconds }),
      },
    };
  }
  const unreadable = error instanceof GraphQLError && error.path === undefined;
  const refused = unreadable ? tooComplex(formatted) : undefined;
  if (refused !== undefined) return refused;
  if (original instanceof GraphQLError && isInvalidArgument(original)) {
    const message = shorten(original.message);
    return { message, ...where, extensions: { code: 'BAD_USER_INPUT' } };
  }
  const code = codeFrom(formatted, error);
  const { code: _code, stacktrace: _, ...more } = formatted.extensions ?? {};
  if ((original instanceof GraphQLError || original === error) && CLIENT_CODES.has(code)) {
    const reworded = where.path === undefined ? reword(formatted.message)?.message : undefined;
    const message = shorten(reworded ?? formatted.message);
    return { message, ...where, extensions: { code, ...more } };
  }
  return {
    message: 'Something went wrong in the gateway.',
    ...where,
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
}
