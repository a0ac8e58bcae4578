/** Walks the pages of a list to collect as many entries as are wanted. */
import { MAX_PAGE_SIZE } from '../upstream/endpoints/page.js';
import { UpstreamError } from '../upstream/errors.js';
import type { Entry, Page, ReadPage } from './shared-reads.js';

/**
 * A place between two entries of a list. The page size belongs to it: what Kinde's page tokens hold
 * is not documented, and if one counted pages, then reading on in another size would skip or repeat
 * entries.
 */
export interface Position {
  /** The token of the page; undefined for the first. */
  token: string | undefined;
  /** The size in which that page is read; undefined where nothing has been read yet. */
  size: number | undefined;
  /** How many entries of that page lie before this place. */
  skip: number;
}

export const START: Position = { token: undefined, size: undefined, skip: 0 };

/** A run of entries. */
export interface Slice<T> {
  entries: Entry<T>[];
  /** For each entry, the place behind it. */
  positions: Position[];
  hasMore: boolean;
}

/** No larger than needed and, for more than a page can hold, evenly split. */
function pageSize(wanted: number): number {
  return Math.ceil(wanted / Math.ceil(wanted / MAX_PAGE_SIZE));
}

/**
 * The pages that one walk has been to. Those of an operation are remembered, so that a walk in a circle
 * would neither make a call, which is bounded, nor ever give way to anything else in the process.
 */
class Trail {
  readonly #tokens = new Set<string>();

  /**
   * Notes the page that is read next, if there is one. Throws an UpstreamError when that was read
   * before, or when Kinde sent no usable token for it.
   */
  follow(token: Entry<string> | undefined): string | undefined {
    if (token === undefined) return undefined;
    if (token instanceof UpstreamError) throw token;
    if (this.#tokens.has(token)) {
      throw new UpstreamError('BAD_RESPONSE', 'The page tokens of a list lead in a circle');
    }
    this.#tokens.add(token);
    return token;
  }
}

/** The `wanted` entries behind a place, or as many as there are. */
export async function walk<L, T>(
  load: ReadPage<L, T>,
  list: L,
  from: Position,
  wanted: number,
): Promise<Slice<T>> {
  const slice: Slice<T> = { entries: [], positions: [], hasMore: false };
  let { token, skip } = from;
  let size = from.size ?? pageSize(wanted);
  const trail = new Trail();
  trail.follow(token);
  for (;;) {
    const page = await load({ list, size, token });
    const { next } = page;
    size = page.size;
    const until = Math.min(page.entries.length, skip + wanted - slice.entries.length);
    for (let index = skip; index < until; index++) {
      slice.entries.push(page.entries[index]!);
      // Behind a page's last entry the place is the start of the next page, so that reading on does
      // not read this page again for its token alone.
      slice.positions.push(
        index === page.entries.length - 1 && typeof next === 'string'
          ? { token: next, size, skip: 0 }
          : { token, size, skip: index + 1 },
      );
    }
    if (slice.entries.length === wanted) {
      slice.hasMore = until < page.entries.length || next !== undefined;
      return slice;
    }
    if (next === undefined) return slice;
    token = trail.follow(next);
    skip = 0;
  }
}

/** The pages of a list, the largest that there are, one after the other as they are asked for. */
export async function* pagesOf<L, T>(load: ReadPage<L, T>, list: L): AsyncGenerator<Page<T>> {
  const trail = new Trail();
  let token: string | undefined;
  do {
    const page = await load({ list, size: MAX_PAGE_SIZE, token });
    yield page;
    token = trail.follow(page.next);
  } while (token !== undefined);
}

/** All entries of a list. */
export async function walkToTheEnd<L, T>(load: ReadPage<L, T>, list: L): Promise<Entry<T>[]> {
  const all: Entry<T>[] = [];
  for await (const { entries } of pagesOf(load, list)) {
    for (const entry of entries) all.push(entry);
  }
  return all;
}
