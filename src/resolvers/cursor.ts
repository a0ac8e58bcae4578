/** Cursors of connections: opaque to clients, so that what they hold may change. */
import { createHash } from 'node:crypto';
import { badUserInput } from '../graphql/errors.js';
import type { Position } from '../loaders/pagination.js';
import { MAX_PAGE_SIZE } from '../upstream/endpoints/page.js';

/**
 * The list that a cursor belongs to: its field, its owner and its filters. The order stands apart,
 * because a cursor may be given without one and then keeps its own.
 */
export interface ListIdentity<S extends string> {
  list: readonly unknown[];
  sort: S | undefined;
}

type Payload = [
  version: 1,
  list: string,
  sort: string | null,
  token: string | null,
  size: number,
  skip: number,
];

/** A cursor for a place in a list. */
export function encodeCursor({ list, sort }: ListIdentity<string>, position: Position): string {
  const payload: Payload = [
    1,
    fingerprint(list),
    sort ?? null,
    position.token ?? null,
    position.size ?? 0,
    position.skip,
  ];
  return Buffer.from(JSON.stringify(payload)).toString('base64url');
}

/**
 * The place and the order that a cursor holds. Throws BAD_USER_INPUT for a cursor that was altered,
 * that belongs to another list, or that was made under another order than the one now asked for.
 */
export function decodeCursor<S extends string>(
  cursor: string,
  { list, sort }: ListIdentity<S>,
): { position: Position; sort: S | undefined } {
  const payload = parse(cursor);
  if (payload === undefined) throw badUserInput('`after` is not a cursor of this API.');
  const [, from, order, token, size, skip] = payload;
  if (from !== fingerprint(list)) {
    throw badUserInput('`after` is a cursor of another list, or of this list with other filters.');
  }
  if (sort !== undefined && sort !== order) {
    throw badUserInput('`after` is a cursor of another order: leave out `sort`, or begin anew.');
  }
  return {
    position: { token: token ?? undefined, size, skip },
    sort: (order ?? undefined) as S | undefined,
  };
}

function parse(cursor: string): Payload | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
  const isPayload =
    Array.isArray(value) &&
    value.length === 6 &&
    value[0] === 1 &&
    typeof value[1] === 'string' &&
    (value[2] === null || ORDERS.has(value[2])) &&
    (value[3] === null || (typeof value[3] === 'string' && value[3] !== '')) &&
    isWithin(value[4], 1, MAX_PAGE_SIZE) &&
    isWithin(value[5], 0, MAX_PAGE_SIZE);
  return isPayload ? (value as Payload) : undefined;
}

const ORDERS = new Set<unknown>(['name_asc', 'name_desc', 'email_asc', 'email_desc']);

function isWithin(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function fingerprint(list: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(list)).digest('base64url').slice(0, 11);
}
