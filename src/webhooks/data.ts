/** Reads the data of an event, which nobody has checked. */

/** Returns a property of an object in an event's data; undefined unless it is a text. */
export function textIn(data: unknown, object: string, property: string): string | undefined {
  const value = propertyOf(propertyOf(data, object), property);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Returns a property of a value that may be no object. */
export function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
