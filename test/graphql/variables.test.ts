/** Invalid variables are refused in time and text that grow no faster than the variables do. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const UPDATE =
  'mutation ($u: UpdateOrganizationInput!) { updateOrganization(input: $u) { userErrors { code } } }';
const ADD =
  'mutation ($u: AddOrganizationUsersInput!) { addOrganizationUsers(input: $u) { userErrors { code } } }';

const keys = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`naem${index}`, 1]));

/** The gateway and this test share a process, and so its CPU time. */
async function cpuMilliseconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

test.each<[string, string, object]>([
  ['29,000 unknown fields', UPDATE, { u: { organizationCode: 'o', ...keys(29_000) } }],
  [
    '29,000 incomplete objects in a list',
    ADD,
    { u: { organizationCode: 'o', users: Array(29_000).fill({}) } },
  ],
  [
    'a long list of numbers for text',
    'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    { ids: Array(29_000).fill(1.5) },
  ],
  [
    'one name of 900,000 characters',
    UPDATE,
    { u: { organizationCode: 'o', ['n'.repeat(900_000)]: 1 } },
  ],
  [
    'one value of 900,000 characters',
    'query ($s: OrganizationSortOrder) { organizations(sort: $s) { nodes { code } } }',
    { s: 's'.repeat(900_000) },
  ],
])('%s: ten short errors at once', async (_, document, variables) => {
  gateway.calls();
  let errors: { message: string; extensions: object }[] = [];
  const milliseconds = await cpuMilliseconds(async () => {
    errors = (await gateway.execute(document, variables)).errors!;
  });
  expect(errors.length).toBeLessThanOrEqual(10);
  for (const { message, extensions } of errors) {
    expect(message.length).toBeLessThan(1_100);
    expect(extensions).toEqual({ code: 'BAD_USER_INPUT', requestId: expect.any(String) });
  }
  // Without a bound, the first takes minutes.
  expect(milliseconds).toBeLessThan(10_000);
  expect(gateway.calls()).toEqual([]);
});

test.each<[string, string]>([
  ['a list of 40,000 objects', `{"u":[${Array(40_000).fill('{}').join()}]}`],
  ['an object with 40,000 fields', `{"u":${JSON.stringify(keys(40_000))}}`],
  ['lists in lists, 450,000 deep', `{"u":${'['.repeat(450_000)}${']'.repeat(450_000)}}`],
  ['variables that nobody declared', JSON.stringify(keys(40_000))],
])('more than 30,000 values are refused before coercion: %s', async (_, variables) => {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"query":${JSON.stringify(UPDATE)},"variables":${variables}}`,
  });
  expect(await response.json()).toMatchObject({
    errors: [
      {
        message: 'The variables hold more than 30000 values. Send fewer at once.',
        extensions: { code: 'QUERY_TOO_COMPLEX' },
      },
    ],
  });
});

test('each invalid value is named by its place, and misspelled names get a suggestion', async () => {
  const document = `mutation ($u: AddOrganizationUsersInput!, $first: Int!, $key: String!) {
    addOrganizationUsers(input: $u) {
      organization { users(first: $first) { nodes { id } } featureFlag(key: $key) { key } }
    }
  }`;
  const users = [{ userId: 'a' }, { roles: 'admin' }, null];
  const { data, errors } = await gateway.execute(document, {
    u: { organizationCode: 'o', naem: 'Acme', usres: [], users },
    first: null,
  });
  expect(data).toBeUndefined();
  expect(errors!.map(({ message }) => message)).toMatchInlineSnapshot(`
   [
     "Variable "$u" got invalid value at "u.users[1]"; Field "userId" of required type "ID!" was not provided.",
     "Variable "$u" got invalid value at "u.users[1].roles"; Expected type "RoleReference" to be an object.",
     "Variable "$u" got invalid value at "u.users[2]"; Expected non-nullable type "OrganizationUserAdditionInput!" not to be null.",
     "Variable "$u" got invalid value; Field "naem" is not defined by type "AddOrganizationUsersInput".",
     "Variable "$u" got invalid value; Field "usres" is not defined by type "AddOrganizationUsersInput". Did you mean "users"?",
     "Variable "$first" of non-null type "Int!" must not be null.",
     "Variable "$key" of required type "String!" was not provided.",
   ]
  `);
});

test.each([
  [
    'an argument',
    'query ($x: ID = "a") { organization(code: $x) { code } }',
    /^Argument "code" of/,
  ],
  [
    'a condition',
    'query ($x: Boolean = true) { organizations @skip(if: $x) { nodes { code } } }',
    /^Argument "if" of non-null type "Boolean!" must not be null\.$/,
  ],
  [
    'a nested condition',
    'query ($x: Boolean = true) { organizations(first: 1) { nodes { code @include(if: $x) } } }',
    /^Argument "if" of/,
  ],
  [
    'a field of an input',
    'mutation ($x: ID = "a") { deleteOrganization(input: { organizationCode: $x }) { userErrors { code } } }',
    /^Argument "input" has invalid value/,
  ],
  ['an entry of a list', 'query ($x: ID = "a") { nodes(ids: [$x]) { id } }', /^Argument "ids" has/],
])('null for %s that takes none is an error of the client', async (_, document, message) => {
  // The second execution has a plan.
  for (let times = 0; times < 2; times += 1) {
    const { errors } = await gateway.execute(document, { x: null });
    expect(errors).toHaveLength(1);
    expect(errors![0]!.message).toMatch(message);
    expect(errors![0]!.extensions).toEqual({
      code: 'BAD_USER_INPUT',
      requestId: expect.any(String),
    });
  }
});

test('the same errors have the status of a document that cannot be executed', async () => {
  const status = (accept: string) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query: UPDATE, variables: {} }),
    }).then((response) => response.status);
  expect(await status('application/graphql-response+json')).toBe(400);
  expect(await status('application/json')).toBe(200);
});
