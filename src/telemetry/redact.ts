/** Redacts what is logged: no e-mail addresses and no tokens. */
import { types } from 'node:util';

const LONGEST = 128;

/** An at sign in any form that an e-mail address may have. */
const AT = /@|＠|%40/i;

/** A JSON Web Token starts with the base64url of `{"`. */
const TOKEN = /\beyJ[\w-]{8,}(\.[\w-]*)*/g;
/** Of a longer word before the at sign the end is redacted: to look back without a bound takes minutes. */
const ADDRESS = /[\w.+%-]{1,256}@[\w-]+(\.[\w-]+)+/g;
const BEARER = /\b(Bearer) +[^\s"',]+/gi;

/**
 * Returns an id, a name or a code for the log, shortened. A text with an e-mail address or a token,
 * which a client may send instead of an id, is replaced as a whole.
 */
export function logText(text: string): string {
  if (AT.test(text)) return '[e-mail]';
  if (text.search(TOKEN) >= 0) return '[token]';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Returns a sentence or a stack without addresses and tokens. Paths such as `node_modules/@apollo` stay. */
function redacted(text: string): string {
  return text.replace(ADDRESS, '[e-mail]').replace(TOKEN, '[token]').replace(BEARER, '$1 [token]');
}

/** An error in the log. The stack is empty where it has none. */
export interface LoggedError {
  type: string;
  message: string;
  stack: string;
  [key: string]: unknown;
}

/**
 * Returns an error for the log: message, code and causes, and nothing else that it carries, such as
 * options or the bytes of a request. Only bugs of the gateway have a stack: anybody can cause upstream
 * failures and malformed requests.
 */
export function serializeError(error: unknown, depth = 0): LoggedError {
  if (!types.isNativeError(error)) {
    return { type: typeof error, message: redacted(String(error)), stack: '' };
  }
  const { code, cause, name, message, stack }: Error & { code?: unknown } = error;
  const isExpected = 'isExpected' in error || 'rawPacket' in error;
  return {
    type: name,
    message: redacted(message),
    ...(typeof code === 'string' ? { code: logText(code) } : {}),
    stack: isExpected || depth > 0 ? '' : redacted(stack ?? ''),
    ...(cause === undefined || depth === 3 ? {} : { cause: serializeError(cause, depth + 1) }),
  };
}

/**
 * Returns the error of something else's outage, such as Redis's, marked to be logged without a stack: it
 * isn't a bug of the gateway.
 */
export function asOutage(error: unknown): unknown {
  return types.isNativeError(error) ? Object.assign(error, { isExpected: true }) : error;
}
