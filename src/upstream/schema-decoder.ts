/**
 * Compiles a row's schema into a decoder, which reads a response field by field: a field that came
 * in another type is converted where its meaning is plain and null elsewhere, and costs nothing else.
 * Only required fields are indispensable, which in this table are those that identify an object.
 */
import { Type as t, type Static, type TSchema, type TUnsafe } from 'typebox';
import {
  isCommonInstant,
  isRfc3339,
  toBoolean,
  toInstant,
  toInt,
  toText,
  UNCLEAR,
  type Unclear,
} from './convert.js';
import type { UpstreamError } from './errors.js';
import { isObject } from './json.js';

/** What a decoder returns for a value that it can't do without and that can't be read. */
export const UNUSABLE = Symbol('unusable');

/** An entry of a list or map; where Kinde sent one that can't be used, the error that says so. */
export type Entry<T> = T | UpstreamError;

/** A response, or a part of one, as the API sends it: without the errors that decoding puts in it. */
export type Sent<T> = T extends UpstreamError
  ? never
  : T extends object
    ? // The value of a flag is JSON of any depth, which has no such errors.
      T extends { value: unknown }
      ? T
      : { [K in keyof T]: Sent<T[K]> }
    : T;

/** A value that isn't of the type that Kinde's specification promises. */
export interface Mismatch {
  /** Where in the response, by the names of the table: "organizations.is_default". */
  field: string;
  expected: string;
  /** The JSON type of what came. The value itself may be personal, and is nobody's to log. */
  received: string;
  /** What the field became: read all the same, null, or the loss of the entry that it identifies. */
  outcome: 'converted' | 'null' | 'lost';
}

/** One response while it is decoded. */
export interface Decoding {
  onMismatch(mismatch: Mismatch): void;
  /** Returns the error that takes the place of an entry. */
  loseEntry(mismatch: Mismatch): UpstreamError;
  /** The mismatch that made the last value unusable. */
  blamed: Mismatch | undefined;
}

/** Returns the decoded value, changed in place, or UNUSABLE. */
export type Decode = (value: unknown, decoding: Decoding) => unknown;

const COMPILE = Symbol('compile');

/** Makes the decoder of a schema that has its own. `field` is where in the response it is used. */
type Compile = (field: string) => Decode;

/** Returns a schema which is decoded by a function of its own, to a T. */
export function decodedBy<T>(schema: TSchema, compile: Compile): TUnsafe<T> {
  return Object.assign(t.Unsafe<T>({ ...schema }), { [COMPILE]: compile });
}

/** Returns the schema of a list, whose entries are decoded one by one. */
export function list<T extends TSchema>(items: T): TUnsafe<Entry<Static<T>>[]> {
  return t.Unsafe<Entry<Static<T>>[]>(t.Array(items));
}

/** What is read of a JSON Schema here. */
interface Node {
  type?: string;
  format?: string;
  properties?: Record<string, TSchema>;
  required?: string[];
  items?: TSchema;
  anyOf?: TSchema[];
  [COMPILE]?: Compile;
}

/** Compiles a schema. Throws for a keyword that no response of the table has needed so far. */
export function compileDecoder(schema: TSchema, field = ''): Decode {
  const node = schema as Node;
  if (node[COMPILE] !== undefined) return node[COMPILE](field);
  if (node.anyOf !== undefined) {
    const [value, ...alternatives] = node.anyOf.filter(({ type }: Node) => type !== 'null');
    if (value !== undefined && alternatives.length === 0) return compileNullable(value, field);
  }
  if (node.type === 'string') return identity(field);
  if (node.items !== undefined) return compileList(node.items, field);
  if (node.properties !== undefined) return compileObject(node, field);
  throw new TypeError(`${field} has a schema that responses can't be decoded by`);
}

/** A value that may be absent or null, and becomes null where it can't be read. */
function compileNullable(schema: TSchema, field: string): Decode {
  const decode = compileValue(schema, field);
  return (value, decoding) => {
    if (value === undefined) return value;
    const decoded = decode(value, decoding);
    if (decoded !== UNUSABLE) return decoded;
    decoding.onMismatch({ ...decoding.blamed!, outcome: 'null' });
    return null;
  };
}

function compileValue(schema: TSchema, field: string): Decode {
  const { type = '', format = '', items, [COMPILE]: own } = schema as Node;
  const compileScalar = own === undefined ? SCALARS.get(`${type} ${format}`.trim()) : undefined;
  if (compileScalar !== undefined) return compileScalar(field);
  const decode = compileDecoder(schema, field);
  // Null is a list without entries, and an object that there isn't.
  return items === undefined
    ? (value, decoding) => (value === null ? null : decode(value, decoding))
    : decode;
}

const scalar =
  (expected: string, convert: (value: unknown) => unknown): Compile =>
  (field) =>
  (value, decoding) => {
    if (value === null) return null;
    const converted = convert(value);
    if (converted === UNCLEAR) return unusable(decoding, field, expected, value);
    if (converted !== value) report(decoding, field, expected, value, 'converted');
    return converted;
  };

const SCALARS: ReadonlyMap<string, Compile> = new Map([
  ['string', scalar('text', toText)],
  ['string date-time', instant],
  ['boolean', scalar('boolean', toBoolean)],
  ['integer', scalar('integer', toInt)],
]);

/** The graph's DateTime gives every instant one spelling: what it can read is left as it is here. */
function instant(field: string): Decode {
  const expected = 'date-time';
  return (value, decoding) => {
    if (value === null || isCommonInstant(value)) return value;
    const converted: string | Unclear = toInstant(value);
    if (converted === UNCLEAR) return unusable(decoding, field, expected, value);
    if (!isRfc3339(value)) report(decoding, field, expected, value, 'converted');
    return converted;
  };
}

/** What identifies an object is taken as it is: a guess could be the id of another. */
function identity(field: string): Decode {
  return (value, decoding) =>
    typeof value === 'string' && value !== ''
      ? value
      : unusable(decoding, field, 'identifying text', value);
}

function compileList(items: TSchema, field: string): Decode {
  const decode = compileDecoder(items, field);
  return (value, decoding) => {
    if (value === null) return [];
    if (!Array.isArray(value)) return unusable(decoding, field, 'list', value);
    for (let index = 0; index < value.length; index++) {
      const given: unknown = value[index];
      const decoded = decode(given, decoding);
      if (decoded === UNUSABLE) value[index] = loseEntry(decoding);
      else if (decoded !== given) value[index] = decoded;
    }
    return value;
  };
}

/** Reports the mismatch that made an entry unusable, and returns the error for its place. */
export function loseEntry(decoding: Decoding): UpstreamError {
  const mismatch: Mismatch = { ...decoding.blamed!, outcome: 'lost' };
  decoding.onMismatch(mismatch);
  return decoding.loseEntry(mismatch);
}

function compileObject({ properties = {}, required = [] }: Node, field: string): Decode {
  const fields = Object.entries(properties).map(([name, schema]) => ({
    name,
    isRequired: required.includes(name),
    decode: compileDecoder(schema, field === '' ? name : `${field}.${name}`),
  }));
  return (value, decoding) => {
    if (!isObject(value)) return unusable(decoding, field, 'object', value);
    for (const { name, isRequired, decode } of fields) {
      const given = value[name];
      if (given === undefined && !isRequired) continue;
      const decoded = decode(given, decoding);
      if (decoded === UNUSABLE) return UNUSABLE;
      if (decoded !== given) value[name] = decoded;
    }
    return value;
  };
}

/** Notes what is to blame, and returns UNUSABLE. */
export function unusable(
  decoding: Decoding,
  field: string,
  expected: string,
  value: unknown,
): typeof UNUSABLE {
  decoding.blamed = { field, expected, received: jsonTypeOf(value), outcome: 'lost' };
  return UNUSABLE;
}

/** Reports that a value was read although it wasn't what the specification promises. */
export function report(
  decoding: Decoding,
  field: string,
  expected: string,
  value: unknown,
  outcome: Mismatch['outcome'],
): void {
  decoding.onMismatch({ field, expected, received: jsonTypeOf(value), outcome });
}

function jsonTypeOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  return typeof value;
}
