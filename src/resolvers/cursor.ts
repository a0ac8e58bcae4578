/** Cursors of connections. They are opaque to clients, so that what they hold may change. */
import { createHash } from 'node:crypto';
import type { TextSeal } from '../graphql/context.js';
import { badUserInput } from '../graphql/errors.js';
import type { Fingerprints, Position } from '../loaders/page-run.js';
import type { Endpoint } from '../upstream/endpoint.js';
import { endpoints } from '../upstream/endpoints/index.js';
import { MAX_PAGE_SIZE } from '../upstream/endpoints/page.js';
import { MAX_ID_LENGTH } from '../upstream/id.js';
import { parseJson } from '../upstream/json.js';

/**
 * The list that a cursor belongs to: its field, its owner and its filters. The order stands apart,
 * because a cursor may be given without one and then keeps its own.
 */
export interface ListIdentity<S extends string> {
  list: readonly unknown[];
  sort: S | undefined;
}

type Payload = [
  version: 2,
  list: string,
  sort: string | null,
  token: string | null,
  size: number,
  index: number,
  key: string | null,
  unusable: number,
  self: string | null,
  before: string | null,
  text: string | null,
];

/** A longer sort text is left out: the cursor then can't outlive its entry. */
const MAX_TEXT_LENGTH = 256;
/** An empty text has no known place in an order, so that it tells as little as none. */
const NO_TEXT = '';

/**
 * Returns the fingerprints that tell entries apart. With a secret, nobody else can compare a guessed name
 * with them; without one, anybody can.
 */
export const fingerprintsBy = (seal: TextSeal | undefined): Fingerprints => ({
  of: (text) => (seal === undefined ? hash(text) : seal.fingerprint(text)),
  matches: (fingerprint, text) =>
    seal === undefined ? hash(text) === fingerprint : seal.isFingerprint(fingerprint, text),
});

/**
 * Returns the cursor of a position. The sort text, which may be a name or an e-mail address, is sealed,
 * since cursors end up in URLs, logs and browser histories; of other personal data there is none.
 */
export function encodeCursor(
  { list, sort }: ListIdentity<string>,
  position: Position,
  seal: TextSeal | undefined,
): string {
  const { page, index, key, unusable, self, before, text } = position;
  const from = fingerprint(list);
  // Also where there is no text, so that fingerprints of another secret are known by it.
  const told = text != null && text.length <= MAX_TEXT_LENGTH ? text : NO_TEXT;
  const sealed = self === undefined ? null : seal?.seal(told, purposeOf(from, key));
  const payload: Payload = [
    ...([2, from, sort ?? null, page.token ?? null, page.size, index] as const),
    ...([key ?? null, unusable, self ?? null, before ?? null, sealed ?? null] as const),
  ];
  return Buffer.from(JSON.stringify(payload)).toString('base64url');
}

/**
 * Returns the position and the order that a cursor holds. Throws BAD_USER_INPUT for a cursor that was
 * altered, or that belongs to another list or order.
 */
export function decodeCursor<S extends string>(
  cursor: string,
  { list, sort }: ListIdentity<S>,
  seal: TextSeal | undefined,
): { position: Position; sort: S | undefined } {
  const payload = parse(cursor);
  if (payload === undefined) throw badUserInput('`after` is not a cursor of this API.');
  const [, from, order, token, size, index, key, unusable, self, before, sealed] = payload;
  if (from !== fingerprint(list)) {
    throw badUserInput('`after` is a cursor of another list, or of this list with other filters.');
  }
  if (sort !== undefined && sort !== order) {
    throw badUserInput('`after` is a cursor of another order: leave out `sort`, or start again.');
  }
  const opened = sealed === null ? undefined : seal?.open(sealed, purposeOf(from, key));
  // The fingerprints are made with the same secret: without it they fit no entry.
  const isForeign = sealed !== null && opened === undefined;
  return {
    position: {
      page: { token: token ?? undefined, size },
      index,
      key: key ?? undefined,
      unusable,
      self: isForeign ? undefined : (self ?? undefined),
      before: isForeign ? undefined : (before ?? undefined),
      text: opened === NO_TEXT ? undefined : opened,
    },
    sort: (order ?? undefined) as S | undefined,
  };
}

const purposeOf = (list: string, key: string | null | undefined) =>
  JSON.stringify(['cursor', list, key]);

function parse(cursor: string): Payload | undefined {
  const value = parseJson(Buffer.from(cursor, 'base64url').toString());
  if (!Array.isArray(value) || value.length !== 11 || value[0] !== 2) return undefined;
  const [, list, sort, token, size, index, key, unusable, ...texts] = value as unknown[];
  const isPayload =
    typeof list === 'string' &&
    (sort === null || ORDERS.has(sort)) &&
    (token === null || (typeof token === 'string' && token !== '')) &&
    isWithin(size, 1, MAX_PAGE_SIZE) &&
    isWithin(index, 0, MAX_PAGE_SIZE) &&
    (key === null || (typeof key === 'string' && key.length <= MAX_ID_LENGTH)) &&
    isWithin(unusable, 0, Number.MAX_SAFE_INTEGER) &&
    texts.every((text) => text === null || typeof text === 'string');
  return isPayload ? (value as Payload) : undefined;
}

/** The orders that lists of the API take. */
const ORDERS: ReadonlySet<unknown> = new Set(
  Object.values(endpoints)
    .flatMap((domain) => Object.values<Endpoint>(domain))
    .flatMap(({ query }) => (query.properties['sort'] as SortSchema | undefined)?.anyOf ?? [])
    .map((order) => order.const),
);

interface SortSchema {
  anyOf: { const: string }[];
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

const fingerprint = (list: readonly unknown[]) => hash(JSON.stringify(list));

const hash = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 11);
