/** Forms of responses that differ from Kinde's specification and that Kinde is known or suspected to send. */

/** Maps one value of a response; `name` is the property that holds it, "" for the response itself. */
type Reshape = (value: unknown, name: string) => unknown;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isDate = (value: unknown, name: string): value is string =>
  typeof value === 'string' && /(_on|_signed_in)$/.test(name);

const isFlag = (value: unknown): value is { type: string; value: string } =>
  isObject(value) && typeof value['type'] === 'string' && typeof value['value'] === 'string';

/** Takes the long names of types too. An int's text, such as `007`, need not be JSON. */
function nativeValue({ type, value }: { type: string; value: string }): unknown {
  if (type.startsWith('bool')) return value === 'true';
  return type.startsWith('int') ? Number(value) : value;
}

const dates =
  (reshape: (date: Date) => unknown): Reshape =>
  (value, name) =>
    isDate(value, name) ? reshape(new Date(value)) : value;

/** The lists in the responses to bulk writes of members. */
const OF_USERS = /^users_(added|updated|removed)$/;

/** By a name that says what is different. */
const RESHAPES = {
  /** kinde-oss/kinde-dotnet-sdk issue 21: numbers and strings are mixed. nxt-fwd/kinde-go reads radii as text. */
  'text-scalars': (value) =>
    typeof value === 'boolean' || typeof value === 'number' ? String(value) : value,
  /** Go, for one, writes null for a list without entries. */
  'null-lists': (value) => (Array.isArray(value) && value.length === 0 ? null : value),
  'absent-nulls': (value) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).filter(([, property]) => property !== null))
      : value,
  'epoch-dates': dates((date) => Math.floor(date.getTime() / 1000)),
  'epoch-millisecond-dates': dates((date) => date.getTime()),
  'dates-without-offset': dates((date) => date.toISOString().replace('Z', '')),
  /** As examples of the specification have it: "2024-11-18T13:32:03+11". */
  'short-offset-dates': dates((date) => date.toISOString().replace(/\.\d+Z$/, '+00')),
  /** kinde-oss/kinde-python-sdk, test_feature_flag_value_types.py. */
  'native-flag-values': (value) =>
    isFlag(value) ? { ...value, value: nativeValue(value) } : value,
  /** As the dashboard and api-evangelist/kinde name them. */
  'long-flag-types': (value) =>
    isFlag(value)
      ? { ...value, type: { bool: 'boolean', int: 'integer', str: 'String' }[value.type] ?? 'JSON' }
      : value,
  /** As webhooks and a member's own roles have them. */
  'role-objects': (value, name) =>
    name === 'roles' && Array.isArray(value)
      ? value.map((role: unknown) => (typeof role === 'string' ? { key: role } : role))
      : value,
  /** A colour as it was written. */
  'text-colors': (value) => (isObject(value) && 'hsl' in value ? value['raw'] : value),
  /** As a unit test of nxt-fwd/kinde-go has it. */
  'enveloped-organization': (value, name) =>
    name === '' && isObject(value) && 'theme_code' in value
      ? { code: 'OK', message: 'Success', organization: value }
      : value,
  /** A bulk write that was done, and whose response doesn't say for whom. */
  'bulk-writes-without-users': (value, name) =>
    name === '' && isObject(value)
      ? Object.fromEntries(Object.entries(value).filter(([property]) => !OF_USERS.test(property)))
      : value,
} as const satisfies Record<string, Reshape>;

export type ResponseShape = keyof typeof RESHAPES;

export const RESPONSE_SHAPES = Object.keys(RESHAPES) as readonly ResponseShape[];

/** Returns a successful response in other shapes. */
export function reshapeResponse(body: unknown, shapes: readonly ResponseShape[]): unknown {
  return shapes.reduce((reshaped, shape) => reshape(reshaped, '', RESHAPES[shape]), body);
}

function reshape(value: unknown, name: string, change: Reshape): unknown {
  if (Array.isArray(value)) {
    return change(
      value.map((entry) => reshape(entry, name, change)),
      name,
    );
  }
  if (!isObject(value)) return change(value, name);
  const properties = Object.entries(value).map(
    ([property, inner]) => [property, reshape(inner, property, change)] as const,
  );
  return change(Object.fromEntries(properties), name);
}
