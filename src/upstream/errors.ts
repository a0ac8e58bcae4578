/** What can go wrong with a call of the Kinde Management API, in the API's own terms. */
import type { Route } from './endpoint.js';
import { isObject } from './json.js';

export type UpstreamFailure =
  /** A parameter that cannot be an id; nothing was sent. */
  | 'INVALID_ID'
  /** 400: the API refused the input; `reasons` says why. */
  | 'BAD_REQUEST'
  /** 404, or a 400 whose code says that the thing named does not exist. */
  | 'NOT_FOUND'
  /** 401, also with a renewed token. */
  | 'UNAUTHENTICATED'
  /** 403: the token lacks `requiredScope` or, where that is undefined, something else: see `reasons`. */
  | 'FORBIDDEN'
  /** 429, or not sent because of an earlier one; `retryAfterSeconds` where the API said so. */
  | 'RATE_LIMITED'
  /** No complete response in time. */
  | 'TIMEOUT'
  /** No connection, a connection that broke, or a 5xx. */
  | 'UNAVAILABLE'
  /** A response that is not what the API promises. */
  | 'BAD_RESPONSE'
  /** A list that the API sends in one response says that it has more, which no parameter asks for. */
  | 'INCOMPLETE'
  /** The operation's time was up: a read was broken off, or a write not sent. */
  | 'DEADLINE_EXCEEDED'
  /** The operation had made as many calls as it may; nothing was sent. */
  | 'BUDGET_EXCEEDED'
  /** The caller of the gateway went away. */
  | 'ABORTED';

/** A reason as the API gives it. */
export interface Reason {
  code: string;
  message: string;
  /** What else the API says of it, as JSON; it may name who is to blame. */
  details?: string;
}

interface Details {
  /** The call's row of the table; undefined for the token endpoint. */
  route?: Route;
  status?: number;
  reasons?: readonly Reason[];
  /** The scope that the call needs. */
  requiredScope?: string | undefined;
  retryAfterSeconds?: number;
  /** The name of the parameter that was refused. */
  parameter?: string;
  /** Whether a write may have taken effect although no response says so. */
  outcomeUnknown?: boolean;
  cause?: unknown;
}

/**
 * A failed call. The message is for the log: it names the route and the status, never a URL, a token
 * or a body.
 */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  /** Keeps the stack out of the log: the cause is upstream, not in the gateway. */
  readonly isExpected = true;
  readonly route: Route | undefined;
  readonly status: number | undefined;
  readonly reasons: readonly Reason[];
  readonly requiredScope: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly parameter: string | undefined;
  readonly outcomeUnknown: boolean;

  constructor(
    readonly failure: UpstreamFailure,
    message: string,
    details: Details = {},
  ) {
    super(message, { cause: details.cause });
    // One response can have thousands, nobody reads where in the gateway they were made, and graphql-js
    // would have the stack of each formatted.
    this.stack = `${this.name}: ${message}`;
    this.route = details.route;
    this.status = details.status;
    this.reasons = details.reasons ?? [];
    this.requiredScope = details.requiredScope;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.parameter = details.parameter;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
  }
}

/** Whether a thrown thing is a call that failed in this way. */
export function hasFailed(error: unknown, failure: UpstreamFailure): boolean {
  return error instanceof UpstreamError && error.failure === failure;
}

/** The form of codes from Kinde and OAuth. Codes go to the log, so nothing else is accepted. */
const CODE = /^(?=.{1,64}$)([A-Z][A-Z0-9_]*|[a-z][a-z_]*)$/;

/** The code of a reason that came without one, or with a text that can't be one. */
export const UNKNOWN_CODE = 'UNKNOWN';

/** How many reasons are read, and how long one may be: each may be told for every user of a bulk write. */
const MOST_REASONS = 20;
const LONGEST_REASON = 500;

/**
 * Returns the reasons in the body of an error. Kinde sends `errors` as a list or as one object; a flat
 * `{ code, message }` and texts in place of objects are read, too, since the specification is known to
 * differ from the API. A flat body without a code in Kinde's form may be anything, and is not passed on.
 */
export function reasonsIn(body: unknown): Reason[] {
  if (!isObject(body)) return [];
  const isFlat = typeof body['code'] === 'string' && KINDE_CODE.test(body['code']);
  const errors = body['errors'] ?? (isFlat ? body : undefined);
  const list: unknown[] = Array.isArray(errors) ? errors.slice(0, MOST_REASONS) : [errors];
  return list
    .map((entry) => (isObject(entry) ? entry : { message: entry }))
    .map(({ code, message, ...details }: Record<string, unknown>) => ({
      code: codeIn(code) ?? UNKNOWN_CODE,
      message: typeof message === 'string' ? plainText(message) : '',
      ...(Object.keys(details).length === 0
        ? {}
        : { details: JSON.stringify(details).slice(0, LONGEST_REASON) }),
    }))
    .filter(({ code, message }) => code !== UNKNOWN_CODE || message !== '');
}

/** Kinde's codes, such as `FORBIDDEN` and `ORGANIZATION_NOT_FOUND`. */
const KINDE_CODE = /^(?=.{3,64}$)[A-Z][A-Z0-9_]*$/;

/** Matches a proxy's page, which is no message from Kinde and of no use to a reader. */
const HTML = /<[a-z!/]/i;

/** Returns a message as it may be passed on: not too long, and none in place of HTML or of white space. */
function plainText(message: string): string {
  return HTML.test(message) || message.trim() === ''
    ? ''
    : message.slice(0, LONGEST_REASON).toWellFormed();
}

/** A value of a response as a code; undefined for what cannot be one. */
export function codeIn(value: unknown): string | undefined {
  return typeof value === 'string' && CODE.test(value) ? value : undefined;
}
