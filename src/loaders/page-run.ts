/** Consecutive pages of a list, and the position of an entry in them. */
import { hasFailed, UpstreamError } from '../upstream/errors.js';
import type { Entry, Page, PageRequest, ReadPage } from './shared-reads.js';
import { placeInSorted, type SortOrder } from './sort-order.js';

/** What tells the entries of a list apart, and how the list is sorted. */
export interface EntryTraits<L, T> {
  keyOf: (entry: T) => string;
  /** Returns undefined for a list whose order isn't known. */
  orderOf: (list: L) => SortOrder<T> | undefined;
}

/** A list to read. */
export interface Listing<L, T> {
  load: ReadPage<L, T>;
  list: L;
  traits: EntryTraits<L, T>;
  /** What the gateway itself chooses by, where Kinde has no filter for it. */
  matches?: ((entry: T) => boolean) | undefined;
  fingerprints: Fingerprints;
}

/** Tell an entry's text from all others. They end up in cursors, which may outlive the secret. */
export interface Fingerprints {
  of(text: string): string;
  /** Returns whether a fingerprint, of a cursor for example, is of this text. */
  matches(fingerprint: string, text: string): boolean;
}

/** Which page: its token, undefined for the first page, and its size. */
export interface PagePlace {
  token: string | undefined;
  /** Belongs to the token: if tokens count pages, another size shifts the page. */
  size: number;
}

/**
 * Where to read on in a list: behind an entry.
 *
 * Kinde doesn't document what its page tokens stand for. If they count, a deletion shifts the page that
 * a stored token leads to. So the entry is looked for in a page that has just been read, and only a
 * token that came with that page is followed.
 */
export interface Position {
  /** Where the entry was last seen. */
  page: PagePlace;
  /** The entry's index in that page. */
  index: number;
  /** The entry's own key; undefined for the start of the list. */
  key: string | undefined;
  /** How many unusable entries, which have no key, come between the entry and the position. */
  unusable: number;
  /** Fingerprint of the entry's key and sort text; undefined where it, or the order, isn't known. */
  self: string | undefined;
  /** The same for the entry before it: NOTHING_BEFORE for none, undefined where that isn't known. */
  before: string | undefined;
  /** The entry's sort text, which its successor is found by when it is gone; undefined if not known. */
  text: string | null | undefined;
}

const NOTHING_BEFORE = '';

/** Where a position is: an index of the run, or before or after the run, or nowhere for certain. */
export type Found = number | 'earlier' | 'later' | 'unknown';

/** Kinde refused a page token that it had issued. */
export class PageTokenRefusedError extends UpstreamError {
  constructor(cause: unknown) {
    super('BAD_RESPONSE', 'A page token of Kinde was refused', { cause });
  }
}

/** Reads a page. Throws a PageTokenRefusedError where Kinde refuses the token. */
export async function follow<L, T>(
  load: ReadPage<L, T>,
  request: PageRequest<L>,
): Promise<Page<T>> {
  try {
    return await load(request);
  } catch (error) {
    if (request.token === undefined || !hasFailed(error, 'BAD_REQUEST')) throw error;
    throw new PageTokenRefusedError(error);
  }
}

/** Returns an error that stands for an entry. Throws any other one, such as those of an outage. */
export function badResponse(error: unknown): UpstreamError {
  if (error instanceof UpstreamError && error.failure === 'BAD_RESPONSE') return error;
  throw error;
}

/** The page tokens that have been followed, so that a circle ends. */
export class TokenTrail {
  readonly #tokens = new Set<string>();

  /**
   * Adds the token that is followed next, if there is one. Throws an UpstreamError when it was followed
   * before, or when Kinde sent no usable token.
   */
  follow(token: Entry<string> | undefined): string | undefined {
    if (token instanceof UpstreamError) throw token;
    if (token === undefined) return undefined;
    if (this.#tokens.has(token)) {
      throw new UpstreamError('BAD_RESPONSE', 'The page tokens of a list lead in a circle');
    }
    this.#tokens.add(token);
    return token;
  }
}

/** Consecutive pages of a list, with each entry once. */
export class PageRun<L, T> {
  readonly entries: Entry<T>[] = [];
  readonly isFromStart: boolean;
  readonly #listing: Listing<L, T>;
  readonly #order: SortOrder<T> | undefined;
  /** The pages read so far, each with the index of its first entry. */
  readonly #pages: (PagePlace & { from: number })[] = [];
  readonly #trail = new TokenTrail();
  readonly #indexes = new Map<string, number>();
  #indexed = 0;
  #next: { token: Entry<string> | undefined; size: number } | undefined;

  constructor(listing: Listing<L, T>, start: PagePlace) {
    this.#listing = listing;
    this.#order = listing.traits.orderOf(listing.list);
    this.#next = start;
    this.isFromStart = start.token === undefined;
  }

  get hasNext(): boolean {
    return this.#next !== undefined;
  }

  /**
   * Reads the next page, without the entries that the run already has: an insertion has pushed them
   * back. Throws an UpstreamError for a token that can't be followed.
   */
  async extend(): Promise<void> {
    if (this.#next === undefined) return;
    const token = this.#trail.follow(this.#next.token);
    const { load, list } = this.#listing;
    const { entries, next, size } = await follow(load, { list, size: this.#next.size, token });
    const added = this.#pages.length === 0 ? entries : entries.filter((entry) => !this.#has(entry));
    this.#pages.push({ token, size, from: this.entries.length });
    for (const entry of added) this.entries.push(entry);
    this.#next = next === undefined ? undefined : { token: next, size };
  }

  /** Reads the next page. Where that can't be followed or used, an error is the last entry of the run. */
  async extendOrEnd(): Promise<void> {
    try {
      await this.extend();
    } catch (error) {
      this.entries.push(badResponse(error));
      this.#next = undefined;
    }
  }

  #has(entry: Entry<T>): boolean {
    if (entry instanceof UpstreamError) return false;
    return this.#indexOf(this.#listing.traits.keyOf(entry)) !== undefined;
  }

  #indexOf(key: string): number | undefined {
    for (; this.#indexed < this.entries.length; this.#indexed++) {
      const entry = this.entries[this.#indexed]!;
      if (entry instanceof UpstreamError) continue;
      this.#indexes.set(this.#listing.traits.keyOf(entry), this.#indexed);
    }
    return this.#indexes.get(key);
  }

  /** Returns the position behind the entry with this index. */
  positionOf(index: number): Position {
    let at = index;
    while (at >= 0 && this.entries[at] instanceof UpstreamError) at--;
    const { from, ...page } = this.#pages.findLast((each) => each.from <= Math.max(at, 0))!;
    const entry = at < 0 ? undefined : (this.entries[at] as T);
    return {
      page,
      index: Math.max(at, 0) - from,
      key: entry && this.#listing.traits.keyOf(entry),
      unusable: index - at,
      self: this.#fingerprintOf(at),
      before: at === 0 && this.isFromStart ? NOTHING_BEFORE : this.#fingerprintOf(at - 1),
      text: entry && this.#textOf(entry),
    };
  }

  /** Tells an entry from all others, and from itself under another sort text. */
  #fingerprintOf(index: number): string | undefined {
    const identity = this.#identityOf(index);
    return identity === undefined ? undefined : this.#listing.fingerprints.of(identity);
  }

  #isFingerprintOf(index: number, fingerprint: string): boolean {
    const identity = this.#identityOf(index);
    return identity !== undefined && this.#listing.fingerprints.matches(fingerprint, identity);
  }

  #identityOf(index: number): string | undefined {
    const entry = this.entries[index];
    if (entry === undefined || entry instanceof UpstreamError) return undefined;
    if (this.#order === undefined) return undefined;
    return JSON.stringify([this.#listing.traits.keyOf(entry), this.#textOf(entry)]);
  }

  #textOf(entry: T): string | null | undefined {
    return this.#order && (this.#order.textOf(entry) ?? null);
  }

  /** Returns the index at which to read on. */
  find({ key, self, unusable, text, before }: Position): Found {
    if (key === undefined) return this.isFromStart ? this.#skipUnusable(0, unusable) : 'earlier';
    const at = this.#indexOf(key);
    const isUnmoved = at !== undefined && (self === undefined || this.#isFingerprintOf(at, self));
    if (isUnmoved) return this.#skipUnusable(at + 1, unusable);
    if (this.#order !== undefined && text != null) {
      return this.#findBySort(this.#order, text, before);
    }
    // The entry has moved, and without its old sort text nothing tells from where.
    if (at !== undefined) return 'unknown';
    return this.isFromStart ? 'later' : 'earlier';
  }

  #skipUnusable(from: number, most: number): number {
    let index = from;
    while (index < from + most && this.entries[index] instanceof UpstreamError) index++;
    return index;
  }

  #findBySort({ textOf, isDescending }: SortOrder<T>, text: string, before?: string): Found {
    const texts = this.entries.map((entry) =>
      entry instanceof UpstreamError ? undefined : textOf(entry),
    );
    const place = placeInSorted(text, texts, isDescending);
    if (place === undefined) return 'unknown';
    const { low, high } = place;
    if (low === 0 && !this.isFromStart) return 'earlier';
    if (high === texts.length && this.hasNext) return 'later';
    if (low === high || before === NOTHING_BEFORE) return low;
    // Among entries that order can't tell from the missing one, it came right after `before`.
    for (let index = low - 1; before !== undefined && index < high; index++) {
      if (this.#isFingerprintOf(index, before)) return index + 1;
    }
    return 'unknown';
  }
}
