/** JSON from outside, which may be anything. */

const BYTE_ORDER_MARK = '\ufeff';

/** Returns the value of a JSON text; undefined for a text that is no JSON. */
export function parseJson(text: string): unknown {
  try {
    // Proxies and .NET services write one, which may be ignored (RFC 8259, section 8.1).
    return JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}

/** Returns the object that a JSON text holds; undefined for any other text. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  const value = parseJson(text);
  return isObject(value) ? value : undefined;
}

/** Returns whether a JSON value is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
