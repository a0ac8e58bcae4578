import type { PageStart, PageTokens } from './page-tokens.js';

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

/** Things by their id, which can be listed a page at a time. */
export class Collection<T> {
  readonly #items = new Map<string, T>();
  readonly #views = new Map<string, Entry<T>[]>();

  /** `fields` are what the collection can be sorted by, as in `name_asc`. */
  constructor(
    private readonly tokens: PageTokens,
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
    { ids, matches }: Filter<T> = {},
  ): Page<T> {
    const sorted = ids ? this.#sorted(this.#named(ids), sort) : this.#view(sort);
    const view = matches ? sorted.filter(({ item }) => matches(item)) : sorted;
    const start = next_token === undefined ? {} : this.tokens.read(next_token, list, sort);
    const from = indexOf(start, view, direction(sort), page_size);
    const end = from + page_size;
    const entries = view.slice(from, end);
    const items = entries.map(({ item }) => item);
    const last = entries.at(-1);
    if (last === undefined || end >= view.length) return { items };
    const page = (start.page ?? 0) + 1;
    return {
      items,
      next_token: this.tokens.issue(list, sort, { entry: [last.key, last.id], offset: end, page }),
    };
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

/** The index in the view at which a page starts; 0 for the first page. */
function indexOf(
  { entry, offset = 0, page }: PageStart,
  view: Place[],
  sign: number,
  pageSize: number,
): number {
  if (entry) return firstAfter(view, { key: entry[0], id: entry[1] }, sign);
  return page === undefined ? offset : page * pageSize;
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
