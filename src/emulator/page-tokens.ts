/** Page tokens. Kinde doesn't document what its own hold, so the emulator can issue every kind. */
import { createHash } from 'node:crypto';
import { invalid } from './errors.js';

/**
 * What a token stands for:
 *
 * - `entry`: the last entry of the page before. Entries added or removed before it shift nothing.
 * - `offset`: how many entries come before the page. Entries added or removed before it shift the page.
 * - `page`: the number of the page, so it also depends on the `page_size` that it is used with.
 */
export const PAGE_TOKEN_KINDS = ['entry', 'offset', 'page'] as const;

export type PageTokenKind = (typeof PAGE_TOKEN_KINDS)[number];

/** Where a page ends. */
export interface PageEnd {
  /** The sort text and the id of its last entry. */
  entry: readonly [text: string, id: string];
  /** How many entries of the list come before that end. */
  offset: number;
  /** How many pages of this size come before that end. */
  page: number;
}

/** The kind of a token, and what it holds of that kind's PageEnd. */
export type PageStart = Partial<PageEnd>;

export interface PageTokenOptions {
  kind?: PageTokenKind | undefined;
  /** How long a token can be used; without it, for good. */
  lifetimeSeconds?: number | undefined;
}

/** Issues and reads page tokens. A token is valid for one list in one order only. */
export class PageTokens {
  /** May be changed at any time. Tokens that were issued before keep their kind. */
  kind: PageTokenKind;
  lifetimeSeconds: number | undefined;
  #generation = 0;

  constructor({ kind = 'entry', lifetimeSeconds }: PageTokenOptions = {}) {
    this.kind = kind;
    this.lifetimeSeconds = lifetimeSeconds;
  }

  /** Expires every token that has been issued so far. */
  expireAll(): void {
    this.#generation++;
  }

  /** Issues the token of the page that follows `end`. */
  issue(list: string, sort: string, end: PageEnd): string {
    const { kind } = this;
    // Without a lifetime tokens have no date, so that the same page always ends with the same token.
    const issuedAt = this.lifetimeSeconds === undefined ? 0 : Date.now();
    const fields = [fingerprint(list), sort, this.#generation, issuedAt, kind, end[kind]];
    return Buffer.from(JSON.stringify(fields)).toString('base64url');
  }

  /** Returns where the page of a token starts; throws a KindeError for another list's or an expired token. */
  read(token: string, list: string, sort: string): PageStart {
    const [tokenList, tokenSort, generation, issuedAt, kind, value] = parse(token);
    // The codes are decisions: none is documented.
    if (tokenList !== fingerprint(list) || tokenSort !== sort) {
      throw invalid('INVALID_NEXT_TOKEN', 'next_token is not a token of this list in this order');
    }
    const ageMs = Date.now() - Number(issuedAt);
    const isTooOld = issuedAt !== 0 && ageMs > (this.lifetimeSeconds ?? Infinity) * 1000;
    if (generation !== this.#generation || isTooOld) {
      throw invalid('NEXT_TOKEN_EXPIRED', 'next_token has expired');
    }
    return { [String(kind)]: value };
  }
}

/** Keeps a token short however many entries a filter names. */
const fingerprint = (list: string) =>
  createHash('sha1').update(list).digest('base64url').slice(0, 8);

function parse(token: string): unknown[] {
  try {
    const fields: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(fields)) return fields as unknown[];
  } catch {
    // Text that was never a token is no different from another list's token.
  }
  return [];
}
