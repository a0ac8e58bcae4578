/** Walks the pages of a list, from its start or behind an entry that may have moved since. */
import { MAX_PAGE_SIZE } from '../upstream/endpoints/page.js';
import { UpstreamError } from '../upstream/errors.js';
import {
  badResponse,
  follow,
  type Listing,
  type PagePlace,
  PageRun,
  PageTokenRefusedError,
  type Position,
  TokenTrail,
} from './page-run.js';
import type { Entry, Page, ReadPage } from './shared-reads.js';

/** A part of a list. */
export interface Slice<T> {
  entries: Entry<T>[];
  /** Returns the position behind one of the entries. */
  positionOf: (index: number) => Position;
  /** Where to read on; undefined where nothing was read. */
  end: Position | undefined;
  hasMore: boolean;
}

/** Returns a page size that is no larger than needed and, for several pages, splits them evenly. */
function pageSize(wanted: number): number {
  return Math.ceil(wanted / Math.ceil(wanted / MAX_PAGE_SIZE));
}

/**
 * How many pages of a client are read at once behind a cursor. The page has to hold the cursor's entry
 * too. If it had the client's size, the entry would be its last and every read would take two calls.
 */
const PAGES_PER_READ = 5;

/** Returns the page that holds the position's entry and, where one page can, what is wanted after it. */
function pageAround({ page: { token, size }, index }: Position, wanted: number): PagePlace {
  if (token !== undefined) return { token, size };
  const usual = Math.min(wanted * PAGES_PER_READ, MAX_PAGE_SIZE);
  return { token, size: index < usual ? usual : Math.min(index + 1 + wanted, MAX_PAGE_SIZE) };
}

/** How many pages a search for an entry reads: as many as the largest `first`. */
const MAX_SEARCH_PAGES = 10;

/**
 * Returns where to read on behind a position, at the cost of one call if the entry is still in the page
 * where it was last seen. Else looks in the page after that one and then from the start of the list.
 * Returns undefined when the place can't be known within MAX_SEARCH_PAGES.
 */
async function resume<L, T>(
  listing: Listing<L, T>,
  position: Position,
  wanted: number,
): Promise<{ run: PageRun<L, T>; index: number } | undefined> {
  const near = new PageRun(listing, pageAround(position, wanted));
  const whole = new PageRun(listing, { token: undefined, size: MAX_PAGE_SIZE });
  let run = near;
  for (let pages = 0; pages < MAX_SEARCH_PAGES; pages++) {
    try {
      await run.extend();
    } catch (error) {
      if (run === whole || !(error instanceof PageTokenRefusedError)) throw error;
      run = whole;
      continue;
    }
    const found = run.find(position);
    if (typeof found === 'number') return { run, index: found };
    if (found === 'unknown' || (found === 'later' && !run.hasNext)) return undefined;
    if (found === 'earlier' || near.isFromStart || pages > 0) run = whole;
  }
  return undefined;
}

/** How many entries of a list are looked at for those that match. */
const MAX_LOOKED_AT = 10 * MAX_PAGE_SIZE;

/**
 * Returns the `wanted` entries behind a position, or at the start of the list, or as many as there are.
 * Of a list that the gateway itself chooses from, it looks at MAX_LOOKED_AT entries at most, and may
 * return fewer with others to follow. Returns undefined when the position's entry is gone and its
 * successor can't be known.
 */
export async function walk<L, T>(
  listing: Listing<L, T>,
  from: Position | undefined,
  wanted: number,
): Promise<Slice<T> | undefined> {
  const { matches } = listing;
  const size = matches === undefined ? pageSize(wanted) : MAX_PAGE_SIZE;
  const start =
    from === undefined
      ? { run: new PageRun(listing, { token: undefined, size }), index: 0 }
      : await resume(listing, from, matches === undefined ? wanted : MAX_PAGE_SIZE);
  if (start === undefined) return undefined;
  const { run, index } = start;
  const isChosen = (entry: Entry<T>) =>
    matches === undefined || entry instanceof UpstreamError || matches(entry);
  const chosen: number[] = [];
  const most = matches === undefined ? Infinity : index + MAX_LOOKED_AT;
  let at = index;
  for (; chosen.length < wanted && at < most; at++) {
    while (at >= run.entries.length && run.hasNext) {
      // What has been read is served, though the list can't be read on.
      await (chosen.length === 0 ? run.extend() : run.extendOrEnd());
    }
    if (at >= run.entries.length) break;
    if (isChosen(run.entries[at]!)) chosen.push(at);
  }
  const end = chosen.length === wanted ? chosen.at(-1)! : at - 1;
  while (at < run.entries.length && !isChosen(run.entries[at]!)) at++;
  return {
    entries: chosen.map((each) => run.entries[each]!),
    positionOf: (each) => run.positionOf(chosen[each]!),
    end: run.entries.length === 0 ? undefined : run.positionOf(Math.max(end, 0)),
    hasMore: at < run.entries.length || run.hasNext,
  };
}

/**
 * Reads the pages of a list, as large as they can be, one after the other as they are asked for. Where
 * a page's token can't be followed, an error is the only entry of the page after it.
 */
export async function* pagesOf<L, T>(load: ReadPage<L, T>, list: L): AsyncGenerator<Page<T>> {
  const size = MAX_PAGE_SIZE;
  const trail = new TokenTrail();
  let page = await load({ list, size, token: undefined });
  yield page;
  for (;;) {
    try {
      const token = trail.follow(page.next);
      if (token === undefined) return;
      page = await follow(load, { list, size, token });
    } catch (error) {
      page = { entries: [badResponse(error)], next: undefined, size };
    }
    yield page;
  }
}

/** Reads all entries of a list. */
export async function walkToTheEnd<L, T>(load: ReadPage<L, T>, list: L): Promise<Entry<T>[]> {
  const all: Entry<T>[] = [];
  for await (const { entries } of pagesOf(load, list)) {
    for (const entry of entries) all.push(entry);
  }
  return all;
}
