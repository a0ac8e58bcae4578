/** How Apollo Client's cache stores a connection: page by page, each with its entries and its `pageInfo`. */
import type { FieldFunctionOptions, FieldPolicy, Reference, StoreObject } from '@apollo/client';

type Node = Reference | null;

/** Either selection of a connection: a page that has one has the nodes of the other. */
interface Edge extends StoreObject {
  node?: Node;
  cursor?: string;
}

interface PageInfo extends StoreObject {
  startCursor?: string | null;
  endCursor?: string | null;
  hasNextPage?: boolean;
  hasPreviousPage?: boolean;
}

/** A connection as a query selects it; what it doesn't select is absent. */
interface Connection extends StoreObject {
  edges?: readonly Edge[];
  nodes?: readonly Node[];
  pageInfo?: PageInfo;
}

interface Page extends Pick<Connection, '__typename' | 'edges' | 'pageInfo'> {
  /** Pages are read in the order of these numbers. */
  readonly readAt: number;
}

/** The pages that begin at one place, by their `first`. Null is a list that can't be read. */
type Pages = Readonly<Record<string, Page | null>>;

export interface ConnectionPolicyOptions {
  /** The arguments that choose the list: lists with other filters or in another order are other lists. */
  filters: readonly string[];
  /** What `first` is when it is left out. */
  defaultFirst: number;
  /** Whether a query without `after` also gets the pages after its own. */
  appendPages: boolean;
}

/** An argument that no schema can have: with it a field is read as it is stored. */
const STORED = '__stored';

/** Numbers of later sessions are higher, since a cache can be persisted. */
let lastRead = Date.now();

/**
 * Creates the policy of a connection field. A query with `after` gets that page alone; one without gets
 * its first page and, with `appendPages`, all pages that `fetchMore` has appended to it since.
 */
export function connectionPolicy({
  filters,
  defaultFirst,
  appendPages,
}: ConnectionPolicyOptions): FieldPolicy<Pages, Connection | null> {
  // Queries with `@connection(key: "…")` have lists of their own.
  const list = [...filters, '@connection', ['key']];
  const sizeOf = (args: Arguments) => String(args?.['first'] ?? defaultFirst);
  return {
    // In one query a list can have several sizes. Pages of any size can follow a first page.
    keyArgs: (args) => [...list, args?.['after'] == null ? 'first' : 'after'],
    read: (pages, options) => {
      const { args } = options;
      if (args?.[STORED] === true) return pages as Connection | undefined;
      const size = sizeOf(args);
      const page = pages?.[size];
      if (page == null) return page;
      const isGrowing = appendPages && args?.['after'] == null;
      return joined(isGrowing ? chain(page, size, options) : [page], options);
    },
    merge: (pages, incoming, { args }) => {
      const size = sizeOf(args);
      if (incoming !== null) return { ...pages, [size]: combined(pages?.[size], pageOf(incoming)) };
      // A page that could not be read leaves those before it as they are.
      return args?.['after'] == null ? { ...pages, [size]: null } : (pages ?? {});
    },
  };
}

type Arguments = FieldFunctionOptions['args'];

/** Returns a first page and the pages after it that have been read since. */
function chain(first: Page, size: string, options: FieldFunctionOptions): Page[] {
  const { fieldName, field, args, variables, readField } = options;
  const pages = [first];
  const seen = new Set<string>();
  for (let cursor = endOf(first); cursor !== undefined && !seen.has(cursor);) {
    seen.add(cursor);
    const stored = readField<Pages>({
      fieldName,
      args: { ...args, after: cursor, [STORED]: true },
      ...(field && { field }),
      ...(variables && { variables }),
    });
    const next = stored?.[size] ?? Object.values(stored ?? {})[0];
    if (next == null || next.readAt < first.readAt) break;
    pages.push(next);
    cursor = endOf(next);
  }
  return pages;
}

const endOf = ({ pageInfo, edges }: Page): string | undefined =>
  pageInfo?.endCursor ?? edges?.at(-1)?.cursor;

/** Returns what a query has read of a page. The cursors of `pageInfo` are those of its outer entries. */
function pageOf({ __typename, edges, nodes, pageInfo }: Connection): Page {
  const edgeType = __typename?.replace(/Connection$/, 'Edge');
  const entries =
    edges?.map((edge, index) => (nodes === undefined ? edge : { node: nodes[index]!, ...edge })) ??
    nodes?.map((node): Edge => ({ ...(edgeType && { __typename: edgeType }), node }));
  const withCursor = (index: number, cursor: string | null | undefined) => {
    const edge = entries?.at(index);
    if (edge && cursor != null) entries!.splice(index, 1, { cursor, ...edge });
  };
  withCursor(0, pageInfo?.startCursor);
  withCursor(-1, pageInfo?.endCursor);
  return {
    readAt: ++lastRead,
    ...(__typename && { __typename }),
    ...(entries && { edges: entries }),
    ...(pageInfo && { pageInfo }),
  };
}

/** Adds what another query has read of the same entries; a page with other entries is replaced. */
function combined(old: Page | null | undefined, page: Page): Page {
  if (old == null || !haveSameEntries(old, page)) return page;
  const edges = page.edges?.map((edge, index) => ({ ...old.edges?.[index], ...edge })) ?? old.edges;
  const pageInfo = page.pageInfo && { ...old.pageInfo, ...page.pageInfo };
  return { ...old, ...page, ...(edges && { edges }), ...(pageInfo && { pageInfo }) };
}

function haveSameEntries(one: Page, other: Page): boolean {
  if (one.edges === undefined || other.edges === undefined) {
    const [end, otherEnd] = [endOf(one), endOf(other)];
    return end === undefined || otherEnd === undefined || end === otherEnd;
  }
  return (
    one.edges.length === other.edges.length &&
    one.edges.every(({ node }, index) => isSame(node, other.edges![index]!.node))
  );
}

const isSame = (node: Node | undefined, other: Node | undefined) =>
  node === undefined || other === undefined || node?.__ref === other?.__ref;

/** Returns pages as one connection. Entries that were evicted, or moved to a later page, are left out. */
function joined(pages: readonly Page[], { canRead }: FieldFunctionOptions): Connection {
  const [first] = pages;
  const last = pages.at(-1);
  const lists = pages.map(({ edges }) => edges);
  const edges = lists.every((list) => list !== undefined)
    ? withoutMoved(lists.flat()).filter(({ node }) => node == null || canRead(node))
    : undefined;
  const nodes = edges?.map(({ node }) => node);
  const { startCursor, hasPreviousPage } = first?.pageInfo ?? {};
  return {
    ...(first?.__typename && { __typename: first.__typename }),
    ...(edges && { edges }),
    ...(nodes?.every((node) => node !== undefined) && { nodes }),
    ...(last?.pageInfo && {
      pageInfo: {
        ...last.pageInfo,
        ...(startCursor !== undefined && { startCursor }),
        ...(hasPreviousPage !== undefined && { hasPreviousPage }),
      },
    }),
  };
}

/** Leaves out what a later page has, too: it was read after the entry had moved. */
function withoutMoved(edges: readonly Edge[]): Edge[] {
  const seen = new Set<string>();
  const kept = [...edges].reverse().filter(({ node }) => {
    if (node == null) return true;
    const isNew = !seen.has(node.__ref);
    seen.add(node.__ref);
    return isNew;
  });
  return kept.reverse();
}
