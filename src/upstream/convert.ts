/** Converts scalars that came in another JSON type than the table's row says. */

/** What a conversion returns for a value whose meaning is not plain. */
export const UNCLEAR = Symbol('unclear');
export type Unclear = typeof UNCLEAR;

/** Returns text. A number reads as its digits, unless JSON could not carry all of them. */
export function toText(value: unknown): string | Unclear {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && isExact(value) ? String(value) : UNCLEAR;
}

/** Beyond these bounds JSON.parse has rounded, and an id would be somebody else's. */
function isExact(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Math.abs(value) < 1e15;
}

/** Returns a boolean. "true", "FALSE", 1 and "0" read as what they say. */
export function toBoolean(value: unknown): boolean | Unclear {
  if (typeof value === 'boolean') return value;
  switch (typeof value === 'string' ? value.trim().toLowerCase() : value) {
    case 'true':
    case '1':
    case 1:
      return true;
    case 'false':
    case '0':
    case 0:
      return false;
    default:
      return UNCLEAR;
  }
}

/** GraphQL's Int. */
const MAX_INT = 2 ** 31 - 1;

const WHOLE_NUMBER = /^\s*([+-]?\d{1,16})(\.0*)?\s*$/;

/** Returns a whole number that JSON can carry exactly. "8" and "8.0" read as 8. */
export function toInteger(value: unknown): number | Unclear {
  const number = typeof value === 'string' ? Number(WHOLE_NUMBER.exec(value)?.[1]) : value;
  return Number.isSafeInteger(number) ? (number as number) + 0 : UNCLEAR;
}

/** Returns a whole number that GraphQL's Int can hold. */
export function toInt(value: unknown): number | Unclear {
  const number = toInteger(value);
  return number !== UNCLEAR && Math.abs(number) <= MAX_INT ? number : UNCLEAR;
}

/** UTC with seconds, on a day that every month has: the form that the specification shows. */
const COMMON =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(\d+))?(?:Z|\+00:00)$/;

/**
 * ISO 8601 with what its writers leave out: the time, the seconds, the offset, or, as Postgres does
 * and the examples in Kinde's specification show ("2024-11-18T13:32:03+11"), the offset's minutes.
 */
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)? ?(Z|[+-]\d\d(?::?[0-5]\d)?)?)?$/i;

/** Returns whether a value is an instant in the form that is seen the most, and needs no conversion. */
export function isCommonInstant(value: unknown): boolean {
  return typeof value === 'string' && COMMON.test(value);
}

const RFC_3339 = /T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/** Returns whether a value has the form of RFC 3339, which Kinde's specification promises. */
export function isRfc3339(value: unknown): boolean {
  return typeof value === 'string' && RFC_3339.test(value);
}

/** The date of RFC 9110, which HTTP's own headers have. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/**
 * Returns an instant as https://scalars.graphql.org/andimarek/date-time.html has it: RFC 3339 in UTC
 * with three digits of milliseconds, so that one instant always has one spelling. Takes ISO 8601 and
 * seconds or milliseconds since 1970; what has no offset is in UTC.
 */
export function toInstant(value: unknown): string | Unclear {
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string') return UNCLEAR;
  const common = COMMON.exec(value);
  if (common !== null) return `${value.slice(0, 19)}.${milliseconds(common[1])}Z`;
  const text = value.trim();
  if (/^\d{9,15}(\.\d+)?$/.test(text)) return fromEpoch(Number(text));
  if (HTTP_DATE.test(text)) return fromMilliseconds(Date.parse(text));
  const parts = ISO.exec(text);
  return parts === null ? UNCLEAR : fromParts(parts);
}

const milliseconds = (fraction = '') => fraction.slice(0, 3).padEnd(3, '0');

function fromParts([, ...parts]: RegExpExecArray): string | Unclear {
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts
    .slice(0, 6)
    .map((part: string | undefined) => (part === undefined ? undefined : Number(part)));
  const [fraction, offset = 'Z'] = parts.slice(6) as (string | undefined)[];
  const date = new Date(0);
  date.setUTCFullYear(year!, month! - 1, day);
  // A month or a day that there isn't has become one of the next.
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day) return UNCLEAR;
  if (hour > 23 || minute > 59 || second > 60) return UNCLEAR;
  const offsetMinutes = toOffsetMinutes(offset);
  if (Math.abs(offsetMinutes) >= 24 * 60) return UNCLEAR;
  date.setUTCHours(hour, minute - offsetMinutes, second, Number(milliseconds(fraction)));
  return fromMilliseconds(date.getTime());
}

function toOffsetMinutes(offset: string): number {
  if (/^z$/i.test(offset)) return 0;
  const sign = offset.startsWith('-') ? -1 : 1;
  return sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3).replace(':', '')));
}

/** Before this many seconds it was 1973: a smaller number is a count or a compact date, and no instant. */
const FIRST_SECONDS = 1e8;
/** As seconds this is in the year 5138, as milliseconds in 1973. */
const FIRST_MILLISECONDS = 1e11;

function fromEpoch(value: number): string | Unclear {
  if (!(value >= FIRST_SECONDS)) return UNCLEAR;
  return fromMilliseconds(value < FIRST_MILLISECONDS ? value * 1000 : value);
}

/** RFC 3339 has four digits for a year. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const FIRST = new Date(0).setUTCFullYear(0, 0, 1);

function fromMilliseconds(value: number): string | Unclear {
  return value >= FIRST && value <= LAST ? new Date(value).toISOString() : UNCLEAR;
}
