import { endpoints } from '../upstream/endpoints/index.js';
import { hasFailed, UpstreamError } from '../upstream/errors.js';
import type { Organization, OrganizationItem } from '../upstream/types.js';
import { createOrganizationLookup } from './organization-lookup.js';
import type { EntryTraits } from './page-run.js';
import { pagesOf } from './pagination.js';
import { ifPermitted } from './scopes.js';
import { nextToken, type BatchedRead, type ReadPage } from './shared-reads.js';
import type { Sources } from './sources.js';

/** An organization with the properties that the read before returned: at least its code. */
export type OrganizationParent = Pick<OrganizationItem, 'code'> & Partial<OrganizationItem>;
/** Branding is a part of the organization's details. */
export type OrganizationBrandingParent = Organization;
export type OrganizationBillingParent = NonNullable<Organization['billing']>;
export type BillingAgreementParent = Exclude<
  NonNullable<OrganizationBillingParent['agreements']>[number],
  UpstreamError
>;

/**
 * The sort orders of organizations. Kinde accepts `email_asc` and `email_desc`, too, but
 * organizations have no e-mail address, and the resulting order isn't documented.
 */
export type OrganizationSort = 'name_asc' | 'name_desc';

/** What identifies the list of organizations. */
export interface OrganizationList {
  sort: OrganizationSort | undefined;
}

export const organizationTraits: EntryTraits<OrganizationList, OrganizationParent> = {
  keyOf: ({ code }) => code,
  orderOf: ({ sort }) => sort && { textOf: ({ name }) => name, isDescending: sort === 'name_desc' },
};

/**
 * What a list leaves out, as APIs do with null, is null: the details of each of its organizations would
 * take a call each.
 */
const UNSAID = {
  name: null,
  handle: null,
  external_id: null,
  is_default: null,
  is_auto_membership_enabled: null,
} satisfies Record<Exclude<keyof OrganizationItem, 'code'>, null>;

const isSaid = (entry: OrganizationItem) => Object.keys(UNSAID).every((name) => name in entry);

export function createOrganizationLoaders({
  upstream: { organizations },
  granted,
  reads,
}: Sources) {
  const page = reads.pages<OrganizationList, OrganizationParent>(async ({ list, size, token }) => {
    const response = await organizations.list({ ...list, page_size: size, next_token: token });
    const entries = response.organizations.map((entry) =>
      entry instanceof UpstreamError || isSaid(entry) ? entry : { ...UNSAID, ...entry },
    );
    return { entries, next: nextToken(response.next_token), size };
  });

  const details = reads.expandable<string, Organization>(
    (code, expanded) => organizations.get({ code, expand: expanded ? 'billing' : undefined }),
    (code) => code,
  );
  const items = createOrganizationItems({ granted, reads }, page, (code) => details(code, false));
  const lookUp = createOrganizationLookup(organizations, reads, (code) => details(code, false));

  return {
    /** A page of all organizations. */
    page,
    /** An organization as lists carry it: name, handle and the like. Throws NOT_FOUND when there is none. */
    item: items.load,
    /** The organization in full; throws NOT_FOUND when there is none. */
    details: (code: string) => details(code, false),
    /** The organization in full and with its billing. */
    detailsWithBilling: (code: string) => details(code, true),
    /** The organization in full with this handle, or null when none has it. */
    byHandle: (handle: string) => lookUp({ by: 'handle', value: handle }),
    /** The organization in full with this id of the customer's own, or null when none has it. */
    byExternalId: (id: string) => lookUp({ by: 'external_id', value: id }),
    /** The organization in full, or null when there is none. */
    find: async (code: string): Promise<Organization | null> =>
      details(code, false).catch((error: unknown) => {
        if (hasFailed(error, 'NOT_FOUND')) return null;
        throw error;
      }),
  };
}

/** The most organizations that are read one by one. For more, the list is read. */
const MAX_SINGLE_READS = 3;

/**
 * Creates the read of what lists carry of organizations. A few are read by a call each. For more, the
 * list is read as long as that takes fewer calls than the organizations that are still missing.
 */
function createOrganizationItems(
  { granted, reads }: Pick<Sources, 'granted' | 'reads'>,
  page: ReadPage<OrganizationList, OrganizationParent>,
  details: (code: string) => Promise<OrganizationParent>,
): BatchedRead<string, OrganizationParent> {
  return reads.batch<string, OrganizationParent>(
    async (codes) => {
      const listed =
        codes.length <= MAX_SINGLE_READS
          ? new Map<string, OrganizationParent>()
          : await ifPermitted(
              granted,
              endpoints.organizations.list,
              () => findListed(page, codes),
              async () => new Map<string, OrganizationParent>(),
            );
      return codes.map((code) => listed.get(code) ?? details(code));
    },
    { nameOf: (code) => code },
  );
}

async function findListed(
  page: ReadPage<OrganizationList, OrganizationParent>,
  codes: readonly string[],
): Promise<Map<string, OrganizationParent>> {
  const missing = new Set(codes);
  const found = new Map<string, OrganizationParent>();
  let pages = 0;
  for await (const { entries } of pagesOf(page, { sort: undefined })) {
    for (const entry of entries) {
      if (!(entry instanceof UpstreamError) && missing.delete(entry.code)) {
        found.set(entry.code, entry);
      }
    }
    if (++pages >= missing.size) break;
  }
  return found;
}
