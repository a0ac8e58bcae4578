/** Which cache entries the rows of the endpoint table invalidate. */
import { expect, test } from '@jest/globals';
import type { Endpoint } from '../../src/upstream/endpoint.js';
import { endpoints } from '../../src/upstream/endpoints/index.js';

const rows = Object.values(endpoints).flatMap((domain) => Object.values<Endpoint>(domain));
const reads = rows.filter(({ method }) => method === 'GET');

test('the deletion of an organization invalidates every read of it, and no catalogue', () => {
  const { tags } = endpoints.organizations.delete;
  const shared = ({ tags: own, organizationParameter }: Endpoint) =>
    own.some((tag) => tags.includes(tag.replace(`{${organizationParameter}}`, '{org_code}')));

  const ofOrganizations = reads.filter((row) => row.organizationParameter !== undefined);
  expect(ofOrganizations.length).toBeGreaterThan(4);
  for (const row of ofOrganizations) expect([row.route, shared(row)]).toEqual([row.route, true]);
  for (const row of reads.filter(({ isCatalogue }) => isCatalogue)) {
    expect([row.route, shared(row)]).toEqual([row.route, false]);
  }
  expect(tags).toEqual(
    expect.arrayContaining(['organizations', 'people', 'organization {org_code}']),
  );
});
