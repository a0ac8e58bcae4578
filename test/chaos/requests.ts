/** What the clients of chaos send: reads, writes, and requests that must be refused. */
import type { Random } from '../../src/emulator/seed/random.js';
import { IMPOSSIBLE_IDS } from '../support/ids.js';

export interface GraphQLRequest {
  query: string;
  variables?: object;
}

export const NAME = 'query ($code: ID!) { organization(code: $code) { code name } }';
const NESTED = `query ($code: ID!) {
  organization(code: $code) {
    code name
    featureFlags { key value }
    users(first: 5) { nodes { email roles { key } permissions { key } } pageInfo { endCursor } }
  }
}`;
const LIST = 'query ($first: Int) { organizations(first: $first) { nodes { code name } } }';
const RENAME = `mutation ($input: UpdateOrganizationInput!) {
  updateOrganization(input: $input) { organization { code name } userErrors { code } }
}`;
export const LIVE = 'query ($code: ID!) @live { organization(code: $code) { name } }';

export const readName = (code: string): GraphQLRequest => ({ query: NAME, variables: { code } });
export const readNested = (code: string): GraphQLRequest => ({
  query: NESTED,
  variables: { code },
});
export const readList = (first: number): GraphQLRequest => ({ query: LIST, variables: { first } });
export const rename = (code: string, name: string, idempotencyKey?: string): GraphQLRequest => ({
  query: RENAME,
  variables: { input: { organizationCode: code, name, idempotencyKey } },
});

/** A request that no caller may send, and what its response may be. */
export interface Refused {
  name: string;
  body: string;
  headers?: Record<string, string>;
  /** The codes of which the response must have one. */
  codes: readonly string[];
}

const LIMITS = ['QUERY_TOO_COMPLEX', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'];
const times = (count: number, write: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');
const depth = (levels: number): string =>
  levels === 0 ? 'code' : `users { nodes { organization { ${depth(levels - 1)} } } }`;
const json = (query: string, variables = {}) => JSON.stringify({ query, variables });

/** Returns a request that is refused whatever state Kinde is in. */
export function refusedRequest(numbers: Random, code: string): Refused {
  return numbers.pick<() => Refused>([
    () => ({
      name: 'an impossible id',
      body: json(NAME, { code: numbers.pick(IMPOSSIBLE_IDS) }),
      codes: ['BAD_USER_INPUT'],
    }),
    () => ({
      name: 'an impossible page size',
      body: json(LIST, { first: numbers.pick([-1, 5_001, 2 ** 31]) }),
      codes: ['BAD_USER_INPUT'],
    }),
    () => ({
      name: 'a cursor that no list has issued',
      body: json('{ organizations(first: 2, after: "bm90aGluZw") { nodes { code } } }'),
      codes: ['BAD_USER_INPUT'],
    }),
    () => ({
      name: 'many aliases',
      body: json(`{ ${times(300, (n) => `a${n}: organization(code: "${code}") { code }`)} }`),
      codes: LIMITS,
    }),
    () => ({
      name: 'many directives',
      body: json(`{ organization(code: "${code}") { code ${times(500, () => '@x')} } }`),
      codes: LIMITS,
    }),
    () => ({
      name: 'depth',
      body: json(`{ organization(code: "${code}") { ${depth(17)} } }`),
      codes: LIMITS,
    }),
    () => ({
      name: 'an operation that costs too much',
      body: json(
        '{ organizations(first: 500) { nodes { users(first: 500) { nodes { permissions { key } roles { key } } } } } }',
      ),
      codes: LIMITS,
    }),
    () => ({
      name: 'a body over 1 MB',
      body: json(' '.repeat(1_100_000)),
      codes: ['PAYLOAD_TOO_LARGE'],
    }),
    () => ({ name: 'no JSON', body: '{ "query": ', codes: ['BAD_REQUEST'] }),
    () => ({
      name: 'a form',
      body: 'query={__typename}',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      codes: ['UNSUPPORTED_MEDIA_TYPE'],
    }),
    () => ({
      name: 'another hash of a persisted query',
      body: JSON.stringify({
        query: '{ __typename }',
        extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } },
      }),
      codes: ['PERSISTED_QUERY_HASH_MISMATCH'],
    }),
    () => ({
      name: 'a field that is not there',
      body: json('{ organizations { nodes { password } } }'),
      codes: ['GRAPHQL_VALIDATION_FAILED'],
    }),
  ])();
}
