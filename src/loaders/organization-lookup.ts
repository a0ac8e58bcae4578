/** Finds organizations by what is unique of them besides their code. Kinde has no read for that. */
import type { Upstream } from '../upstream/client.js';
import { MAX_PAGE_SIZE } from '../upstream/endpoints/page.js';
import { hasFailed, UpstreamError } from '../upstream/errors.js';
import type { Organization, OrganizationItem } from '../upstream/types.js';
import { TokenTrail } from './page-run.js';
import { EntryIndex, nextToken, type Entry } from './shared-reads.js';
import type { Sources } from './sources.js';

/** By what an organization is looked up. */
export interface OrganizationLookup {
  by: 'handle' | 'external_id';
  value: string;
}

type Read<A, V> = (argument: A) => Promise<V>;

/** The reads of a lookup: cached ones, or such as go to Kinde in any case. */
interface LookupReads {
  /** A page of the list, by its token. */
  page: Read<string | undefined, { organizations: Entry<OrganizationItem>[]; next: NextToken }>;
  details: Read<string, Organization>;
}

type NextToken = Entry<string> | undefined;

/**
 * The indexes of pages, by what Kinde sent. The cache serves the same object until it drops the page,
 * so that an index is built once and lives as long.
 */
const indexes = new WeakMap<object, Map<OrganizationLookup['by'], EntryIndex<OrganizationItem>>>();

function indexOf(page: Entry<OrganizationItem>[], by: OrganizationLookup['by']) {
  let ofPage = indexes.get(page);
  if (ofPage === undefined) indexes.set(page, (ofPage = new Map()));
  let index = ofPage.get(by);
  if (index === undefined) {
    index = new EntryIndex<OrganizationItem>((organization) => organization[by] ?? '');
    index.add(page);
    ofPage.set(by, index);
  }
  return index;
}

/**
 * Creates the lookup. It goes through the list of organizations, whose pages are cached, as far as the
 * one that is wanted, and reads that one. If it turns out to be another by now, the list was outdated:
 * then both are read again from Kinde.
 */
export function createOrganizationLookup(
  organizations: Upstream['organizations'],
  reads: Sources['reads'],
  details: Read<string, Organization>,
): Read<OrganizationLookup, Organization | null> {
  const readPage = async (token: string | undefined, skipsCache: boolean) => {
    const response = await organizations.list(
      { page_size: MAX_PAGE_SIZE, next_token: token },
      { skipsCache },
    );
    return { organizations: response.organizations, next: nextToken(response.next_token) };
  };
  const cachedPage = reads.one(
    ({ token }: { token: string | undefined }) => readPage(token, false),
    ({ token }) => token ?? '',
  );
  const usual: LookupReads = { page: (token) => cachedPage({ token }), details };
  const direct: LookupReads = {
    page: (token) => readPage(token, true),
    details: (code) => organizations.get({ code }, { skipsCache: true }),
  };
  return reads.one(
    async (lookup: OrganizationLookup) => {
      const code = await findCode(usual, lookup);
      if (code === undefined) return null;
      const found = await readVerified(usual, code, lookup);
      if (found !== undefined) return found;
      const current = await findCode(direct, lookup);
      return (
        (current === undefined ? undefined : await readVerified(direct, current, lookup)) ?? null
      );
    },
    ({ by, value }) => `${by} ${value}`,
  );
}

/** Returns the code of the first match; undefined without one. Throws when an unusable entry may be it. */
async function findCode(
  { page }: LookupReads,
  { by, value }: OrganizationLookup,
): Promise<string | undefined> {
  const trail = new TokenTrail();
  let token: string | undefined;
  let unusable: unknown;
  do {
    const { organizations, next } = await page(token);
    try {
      const found = await indexOf(organizations, by).find(value);
      if (found !== null) return found.code;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      unusable ??= error;
    }
    token = trail.follow(next);
  } while (token !== undefined);
  if (unusable !== undefined) throw unusable as UpstreamError;
  return undefined;
}

/** Returns the organization; undefined when it is gone, or no longer what is looked for. */
async function readVerified(
  { details }: LookupReads,
  code: string,
  { by, value }: OrganizationLookup,
): Promise<Organization | undefined> {
  try {
    const organization = await details(code);
    return organization[by] === value ? organization : undefined;
  } catch (error) {
    if (hasFailed(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}
