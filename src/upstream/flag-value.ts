/** Feature flags as Kinde sends them, and the values that they mean. */
import { toBoolean, toInteger, toText, UNCLEAR, type Unclear } from './convert.js';
import { isObject } from './json.js';
import {
  loseEntry,
  report,
  unusable,
  UNUSABLE,
  type Decode,
  type Decoding,
  type Entry,
} from './schema-decoder.js';

export type FlagType = 'bool' | 'int' | 'str' | 'json';

export type JsonValue =
  boolean | number | string | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

export interface FeatureFlag {
  type: FlagType;
  /** In the JSON type that `type` names; null where what Kinde sent can't be read as one. */
  value: JsonValue;
}

export type FeatureFlags = Record<string, Entry<FeatureFlag>>;

/**
 * The specification has `str`, `int` and `bool`; the dashboard and documents have the long names and
 * JSON, and the claims of tokens the initials.
 */
const TYPES: ReadonlyMap<string, FlagType> = new Map([
  ...['bool', 'boolean', 'b'].map((name) => [name, 'bool'] as const),
  ...['int', 'integer', 'number', 'i'].map((name) => [name, 'int'] as const),
  ...['str', 'string', 'text', 's'].map((name) => [name, 'str'] as const),
  ...['json', 'object', 'j'].map((name) => [name, 'json'] as const),
]);

const readers: Record<FlagType, (value: unknown) => JsonValue | Unclear> = {
  bool: toBoolean,
  int: toInteger,
  str: (value) => (typeof value === 'boolean' ? String(value) : toText(value)),
  json: (value) => (typeof value === 'string' ? parseJson(value) : (value as JsonValue)),
};

function parseJson(text: string): JsonValue | Unclear {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return UNCLEAR;
  }
}

/** The type that a value has by itself, where Kinde names none that is known. */
function typeOfValue(value: unknown): FlagType {
  if (typeof value === 'boolean') return 'bool';
  if (Number.isSafeInteger(value)) return 'int';
  return value === null || typeof value === 'string' ? 'str' : 'json';
}

/**
 * Decodes flags by their key, each by itself. A flag that says neither its type nor its value is lost.
 * A list of flags that name their keys, as Kinde's other APIs return, reads as the same map.
 */
export function compileFeatureFlags(field: string): Decode {
  return (value, decoding) => {
    if (value === null) return {};
    const flags = Array.isArray(value) ? byKey(value) : value;
    if (!isObject(flags)) return unusable(decoding, field, 'object', value);
    // In place: another object of as many keys would take longer than all else.
    for (const key of Object.keys(flags)) {
      const flag = decodeFlag(flags[key], field, decoding);
      flags[key] = flag === UNUSABLE ? loseEntry(decoding) : flag;
    }
    return flags;
  };
}

function byKey(list: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(
    list.map((flag, index) =>
      isObject(flag) && typeof flag['key'] === 'string'
        ? [flag['key'], flag]
        : [String(index), undefined],
    ),
  );
}

function decodeFlag(
  sent: unknown,
  field: string,
  decoding: Decoding,
): FeatureFlag | typeof UNUSABLE {
  const parts = partsOf(sent);
  if (parts === undefined) return unusable(decoding, field, 'object', sent);
  const { value = null } = parts;
  const known =
    typeof parts.type === 'string' ? TYPES.get(parts.type.trim().toLowerCase()) : undefined;
  if (known === undefined)
    report(decoding, `${field}.type`, 'type of flag', parts.type, 'converted');
  const type = known ?? typeOfValue(value);
  const read = value === null ? null : readers[type](value);
  if (read === UNCLEAR) report(decoding, `${field}.value`, type, value, 'null');
  return { type, value: read === UNCLEAR ? null : read };
}

/** A flag's type and value, under their own names, under those of a token's claims, or the value alone. */
function partsOf(sent: unknown): { type?: unknown; value?: unknown } | undefined {
  if (!isObject(sent)) {
    return sent === null || typeof sent === 'object' || sent === undefined
      ? undefined
      : { value: sent };
  }
  if ('type' in sent || 'value' in sent) return sent;
  return 't' in sent || 'v' in sent ? { type: sent['t'], value: sent['v'] } : undefined;
}
