import { createHash } from 'node:crypto';
import { invalid } from './errors.js';

/** The API's page where page_size is left out. */
const DEFAULT_PAGE_SIZE = 10;

interface Place {
  key: string;
  id: string;
}

interface Entry<T> extends Place {
  item: T;
}

export interface PageArguments {
  page_size?: number;
  next_token?: string;
}

export interface Filter<T> {
  /** Only these, as far as there are any: cheaper than to go through everything. */
  ids?: string[];
  matches?: (item: T) => boolean;
}

export interface Page<T> {
  items: T[];
  /** Left out at the end. */
  next_token?: string;
}

/**
 * Things by their id, which can be listed a page at a time. A page token holds the place after
 * which to go on and not a number of things to skip, so that what is added or removed before the
 * place shifts nothing. It is good for one list in one order only; anything else is refused.
 */
export class Collection<T> {
  readonly #items = new Map<string, T>();
  readonly #views = new Map<string, Entry<T>[]>();

  /** `fields` are what the collection can be sorted by, as in `name_asc`. */
  constructor(
    private readonly id: (item: T) => string,
    private readonly fields: Record<string, (item: T) => string | null | undefined>,
  ) {}

  get size() {
    return this.#items.size;
  }

  get(id: string): T | undefined {
    return this.#items.get(id);
  }

  has(id: string): boolean {
    return this.#items.has(id);
  }

  values() {
    return this.#items.values();
  }

  add(item: T): void {
    this.#items.set(this.id(item), item);
    this.resort();
  }

  delete(id: string): void {
    this.#items.delete(id);
    this.resort();
  }

  /** To be called when a field that the collection is sorted by has changed. */
  resort(): void {
    this.#views.clear();
  }

  /** `list` names what is listed, with its filters, so that no other list accepts its tokens. */
  page(
    list: string,
    sort: string,
    { page_size = DEFAULT_PAGE_SIZE, next_token }: PageArguments,
    { ids, matches = () => true }: Filter<T> = {},
  ): Page<T> {
    const view = ids ? this.#sorted(this.#named(ids), sort) : this.#view(sort);
    let index = 0;
    if (next_token !== undefined) {
      const place = decode(next_token, list, sort);
      index = firstAfter(view, place, direction(sort));
    }
    const found: Entry<T>[] = [];
    for (; index < view.length && found.length <= page_size; index++) {
      const entry = view[index]!;
      if (matches(entry.item)) found.push(entry);
    }
    const entries = found.slice(0, page_size);
    const items = entries.map((entry) => entry.item);
    if (found.length <= page_size) return { items };
    return { items, next_token: encode(list, sort, entries.at(-1)!) };
  }

  /** Sorted once for each order and kept until something changes. */
  #view(sort: string): Entry<T>[] {
    let view = this.#views.get(sort);
    if (!view) {
      view = this.#sorted([...this.#items.values()], sort);
      this.#views.set(sort, view);
    }
    return view;
  }

  #sorted(items: T[], sort: string): Entry<T>[] {
    const field = this.fields[sort.slice(0, sort.lastIndexOf('_'))]!;
    const sign = direction(sort);
    return items
      .map((item) => ({ key: sortable(field(item)), id: this.id(item), item }))
      .sort((a, b) => sign * compare(a, b));
  }

  #named(ids: string[]): T[] {
    return [...new Set(ids)].flatMap((id) => this.#items.get(id) ?? []);
  }
}

const direction = (sort: string) => (sort.endsWith('_desc') ? -1 : 1);

/** Case and accents do not count: "Åsa" is listed among the As. */
const sortable = (text: string | null | undefined) =>
  (text ?? '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

function compare(a: Place, b: Place): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return 0;
}

function firstAfter(view: Place[], place: Place, sign: number): number {
  let low = 0;
  let high = view.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sign * compare(view[middle]!, place) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

const encode = (list: string, sort: string, { key, id }: Place) =>
  Buffer.from(JSON.stringify([fingerprint(list), sort, key, id])).toString('base64url');

/** Keeps a token short however many things a filter names. */
const fingerprint = (list: string) =>
  createHash('sha1').update(list).digest('base64url').slice(0, 8);

function decode(token: string, list: string, sort: string): Place {
  const [tokenList, tokenSort, key, id] = fields(token);
  // The code is a decision: none is documented for a token that is not the list's.
  if (
    tokenList !== fingerprint(list) ||
    tokenSort !== sort ||
    key === undefined ||
    id === undefined
  ) {
    throw invalid('INVALID_NEXT_TOKEN', 'next_token is not a token of this list in this order');
  }
  return { key, id };
}

function fields(token: string): string[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(parsed) && parsed.every((field) => typeof field === 'string')) return parsed;
  } catch {
    // Text that was never a token is no different from another list's token.
  }
  return [];
}
