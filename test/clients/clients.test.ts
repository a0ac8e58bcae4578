/**
 * Apollo Client, urql and graphql-request drive the gateway as their documentation shows: what a
 * client library adds to a request (`__typename`, GET, its own headers) must not get in the way.
 */
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client, fetchExchange } from '@urql/core';
import { GraphQLClient } from 'graphql-request';
import { startGateway, type TestGateway } from '../support/gateway.js';

/** What the tests below ask of a client library. Both reject when the answer holds an error. */
interface Library {
  query(document: string, variables: object): Promise<any>;
  mutate(document: string, variables: object): Promise<any>;
}

const libraries: Record<string, (url: string) => Library> = {
  'Apollo Client': (url) => {
    const client = apolloClient(url);
    return {
      query: async (document, variables) =>
        (await client.query({ query: gql(document), variables })).data,
      mutate: async (document, variables) =>
        (await client.mutate({ mutation: gql(document), variables })).data,
    };
  },
  urql: (url) => {
    const client = new Client({ url, exchanges: [fetchExchange], requestPolicy: 'network-only' });
    return {
      query: async (document, variables) => {
        const { data, error } = await client.query(document, variables).toPromise();
        if (error !== undefined) throw error;
        return data;
      },
      mutate: async (document, variables) => {
        const { data, error } = await client.mutation(document, variables).toPromise();
        if (error !== undefined) throw error;
        return data;
      },
    };
  },
  'graphql-request': (url) => {
    const client = new GraphQLClient(url);
    return {
      query: (document, variables) => client.request(document, variables),
      mutate: (document, variables) => client.request(document, variables),
    };
  },
};

function apolloClient(uri: string, cache = new InMemoryCache()): ApolloClient {
  return new ApolloClient({ cache, link: new HttpLink({ uri }) });
}

let gateway: TestGateway;
let endpoint: string;

beforeAll(async () => {
  gateway = await startGateway();
  endpoint = `${gateway.url}/graphql`;
});
beforeEach(() => gateway.emulator.reset());
afterAll(() => gateway?.close());

/** The code of an organization with a member who does not have the role `auditor`. */
function memberWithoutAuditor(): { organizationCode: string; userId: string } {
  for (const { profile, members } of gateway.emulator.state.organizations.values()) {
    for (const { user, roles } of members.values()) {
      if (![...roles].some(({ key }) => key === 'auditor')) {
        return { organizationCode: profile.code, userId: user.id };
      }
    }
  }
  throw new Error('The seed has no member without the role auditor.');
}

describe.each(Object.keys(libraries))('%s', (name) => {
  const library = () => libraries[name]!(endpoint);

  test('pages through all organizations and meets each once', async () => {
    const client = library();
    const codes: string[] = [];
    let after: string | null = null;
    let pages = 0;
    do {
      const { organizations } = await client.query(
        /* GraphQL */ `
          query Organizations($after: String) {
            organizations(first: 10, after: $after) {
              nodes {
                code
              }
              pageInfo {
                hasNextPage
                endCursor
              }
            }
          }
        `,
        { after },
      );
      codes.push(...organizations.nodes.map(({ code }: { code: string }) => code));
      after = organizations.pageInfo.hasNextPage ? organizations.pageInfo.endCursor : null;
      pages++;
    } while (after !== null);

    const { organizations } = gateway.emulator.state;
    expect(new Set(codes)).toEqual(
      new Set(Array.from(organizations.values(), ({ profile }) => profile.code)),
    );
    expect(codes).toHaveLength(organizations.size);
    expect(pages).toBe(Math.ceil(organizations.size / 10));
  });

  test('overrides a feature flag and reads it back', async () => {
    const client = library();
    const { organizationCode } = memberWithoutAuditor();
    const { updateFeatureFlagOverride } = await client.mutate(
      /* GraphQL */ `
        mutation Override($input: UpdateFeatureFlagOverrideInput!) {
          updateFeatureFlagOverride(input: $input) {
            featureFlag {
              key
              type
              value
            }
            userErrors {
              code
            }
          }
        }
      `,
      { input: { organizationCode, key: 'max_projects', value: 250 } },
    );

    expect(updateFeatureFlagOverride).toMatchObject({
      featureFlag: { key: 'max_projects', type: 'INTEGER', value: 250 },
      userErrors: [],
    });
    const { organization } = await client.query(
      /* GraphQL */ `
        query Flag($code: ID!) {
          organization(code: $code) {
            featureFlag(key: "max_projects") {
              value
            }
          }
        }
      `,
      { code: organizationCode },
    );
    expect(organization.featureFlag.value).toBe(250);
  });

  test('adds a role to a member by its key', async () => {
    const input = { ...memberWithoutAuditor(), role: { key: 'auditor' } };
    const { addOrganizationUserRole } = await library().mutate(
      /* GraphQL */ `
        mutation AddRole($input: AddOrganizationUserRoleInput!) {
          addOrganizationUserRole(input: $input) {
            organizationUser {
              userId
              roles {
                key
              }
            }
            userErrors {
              code
            }
          }
        }
      `,
      { input },
    );

    expect(addOrganizationUserRole.userErrors).toEqual([]);
    expect(addOrganizationUserRole.organizationUser.userId).toBe(input.userId);
    expect(addOrganizationUserRole.organizationUser.roles).toContainEqual(
      expect.objectContaining({ key: 'auditor' }),
    );
    const { roles } = gateway.emulator.state.member(input.organizationCode, input.userId);
    expect(Array.from(roles, ({ key }) => key)).toContain('auditor');
  });
});

describe('Apollo Client’s normalized cache', () => {
  const MEMBERS = gql`
    query Members($code: ID!, $after: String) {
      organization(code: $code) {
        id
        users(first: 10, after: $after) {
          edges {
            cursor
            node {
              id
              userId
              roles {
                id
                key
              }
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  `;

  test('keeps one person’s roles in two organizations apart', async () => {
    const { state } = gateway.emulator;
    const codes = Array.from(state.organizations.values(), ({ profile }) => profile.code);
    const person = [...state.users.values()].find(
      ({ organizations }) => organizations.length === 0,
    )!;
    const roles = { [codes[0]!]: 'admin', [codes[1]!]: 'auditor' };
    const client = apolloClient(endpoint);

    // Both memberships go through the same client, so that both are merged into the same cache.
    for (const [organizationCode, key] of Object.entries(roles)) {
      const { data } = await client.mutate<any>({
        mutation: gql`
          mutation Add($input: AddOrganizationUsersInput!) {
            addOrganizationUsers(input: $input) {
              addedUsers {
                id
                userId
                organization {
                  id
                  code
                }
                roles {
                  id
                  key
                }
              }
              userErrors {
                code
              }
            }
          }
        `,
        variables: {
          input: { organizationCode, users: [{ userId: person.id, roles: [{ key }] }] },
        },
      });
      expect(data.addOrganizationUsers.userErrors).toEqual([]);
    }

    const memberships = Object.values(client.cache.extract() as Record<string, any>).filter(
      (entry) => entry.__typename === 'OrganizationUser' && entry.userId === person.id,
    );
    expect(new Set(memberships.map(({ id }) => id)).size).toBe(2);

    const rolesRead = memberships.map(({ id }) => {
      const membership: any = client.cache.readFragment({
        id: client.cache.identify({ __typename: 'OrganizationUser', id })!,
        fragment: gql`
          fragment Membership on OrganizationUser {
            organization {
              id
              code
            }
            roles {
              id
              key
            }
          }
        `,
      });
      return [
        membership.organization.code,
        membership.roles.map((role: { key: string }) => role.key),
      ];
    });
    expect(Object.fromEntries(rolesRead)).toEqual({
      [codes[0]!]: ['admin'],
      [codes[1]!]: ['auditor'],
    });
  });

  test('shares a role that two members have', async () => {
    const client = apolloClient(endpoint);
    const [organization] = gateway.emulator.state.organizations.values();
    await client.query({ query: MEMBERS, variables: { code: organization!.profile.code } });

    const roles = Object.values(client.cache.extract() as Record<string, any>).filter(
      (entry) => entry.__typename === 'Role',
    );
    expect(roles.length).toBeGreaterThan(0);
    expect(new Set(roles.map(({ key }) => key)).size).toBe(roles.length);
  });
});
