/** What may stand in the log of texts and errors that others have made. */
import { types } from 'node:util';

const LONGEST = 128;

/** An e-mail address has one of these, in one spelling or another. */
const AT = /@|＠|%40/i;

/** A JSON Web Token begins with the base64url of `{"`. */
const TOKEN = /\beyJ[\w-]{8,}(\.[\w-]*)*/g;
const ADDRESS = /[\w.+%-]+@[\w-]+(\.[\w-]+)+/g;
const BEARER = /\b(Bearer) +[^\s"',]+/gi;

/**
 * An id, a name or a code as it may stand in the log: short, and without an e-mail address or a token,
 * which a client may send in place of an id. Such a text is replaced as a whole.
 */
export function logText(text: string): string {
  if (AT.test(text)) return '[e-mail]';
  if (text.search(TOKEN) >= 0) return '[token]';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** A sentence or a stack without addresses and tokens; paths such as `node_modules/@apollo` stay. */
function redacted(text: string): string {
  return text.replace(ADDRESS, '[e-mail]').replace(TOKEN, '[token]').replace(BEARER, '$1 [token]');
}

/** An error as the log has it; the stack is empty where it has none. */
export interface LoggedError {
  type: string;
  message: string;
  stack: string;
  [key: string]: unknown;
}

/**
 * An error as the log has it: its message, its code and those of its causes, and nothing else of what
 * it carries, such as the options or the bytes of a request. The stack tells where a fault of ours is;
 * trouble upstream and malformed requests, which anybody can bring about, have none.
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
