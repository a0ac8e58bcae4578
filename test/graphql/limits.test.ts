/** What is refused at the door, before Kinde hears of it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { examples } from '../../src/graphiql/examples.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { waitFor } from '../support/wait-for.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.calls();
});

/** Sends a document that must be refused whole, and gives its error. */
async function refusal(document: string, variables?: object, at: TestGateway = gateway) {
  at.calls();
  const { data, errors } = await at.execute(document, variables);
  expect(data).toBeUndefined();
  expect(at.calls()).toEqual([]);
  expect(errors?.[0]?.extensions).toHaveProperty('requestId');
  return { code: errors![0]!.extensions['code'], message: errors![0]!.message };
}

/** GraphiQL's own way to ask for the schema. */
const INTROSPECTION = getIntrospectionQuery({
  schemaDescription: true,
  inputValueDeprecation: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  oneOf: true,
});

describe('tokens', () => {
  test('more than the limit are not parsed', async () => {
    expect(await refusal(`{ ${'__typename '.repeat(999)} }`)).toEqual({
      code: 'QUERY_TOO_COMPLEX',
      message:
        'The document has more than 1000 tokens, the limit MAX_TOKENS. ' +
        'If it holds a long list, send it as variables.',
    });
    const exactly = `{ nodes(ids: [${'"x" '.repeat(988)}]) { id } }`;
    const { errors } = await gateway.execute(exactly);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect((await refusal(exactly.replace('id }', 'id id }'))).code).toBe('QUERY_TOO_COMPLEX');
  });

  test('are an error of the client by status', async () => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
      },
      body: JSON.stringify({ query: `{ ${'__typename '.repeat(999)} }` }),
    });
    expect(response.status).toBe(400);
  });
});

describe('the form of a query', () => {
  const organization = (fields: string) => `organization(code: "org_1") { ${fields} }`;
  const nested = (depth: number): string =>
    depth === 1 ? 'id' : `users { nodes { organization { ${nested(depth - 3)} } } }`;
  const times = (count: number, write: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => write(index)).join(' ');

  test.each<[string, string, string]>([
    ['12 levels', 'MAX_DEPTH', `{ ${organization(nested(13))} }`],
    ['100 aliases', 'MAX_ALIASES', `{ ${organization(times(101, (n) => `a${n}: code`))} }`],
    ['20 root fields', 'MAX_ROOT_FIELDS', `{ ${times(21, (n) => `a${n}: __typename`)} }`],
    [
      '50 directives',
      'MAX_DIRECTIVES',
      `{ ${organization(times(51, () => 'code @skip(if: false)'))} }`,
    ],
    [
      '20 mutations',
      'MAX_ROOT_FIELDS',
      `mutation { ${times(40, (n) => `a${n}: deleteOrganization(input: { organizationCode: "x" }) { userErrors { code } }`)} }`,
    ],
    [
      '100 aliases in two fragments',
      'MAX_ALIASES',
      `{ ${organization('...A ...B')} }
       fragment A on Organization { ${times(51, (n) => `a${n}: code`)} }
       fragment B on Organization { ${times(51, (n) => `b${n}: code`)} }`,
    ],
    [
      '100 aliases in a fragment that is spread at two places',
      'MAX_ALIASES',
      `{ a: ${organization('...A')} b: ${organization('...A')} }
       fragment A on Organization { ${times(50, (n) => `a${n}: code`)} }`,
    ],
    [
      '20 root fields in fragments',
      'MAX_ROOT_FIELDS',
      `{ ...A ... @include(if: true) { b: __typename } }
       fragment A on Query { ${times(20, (n) => `a${n}: __typename`)} }`,
    ],
    [
      'depth inside fragments',
      'MAX_DEPTH',
      `{ ${organization('...A')} } fragment A on Organization { ${nested(13)} }`,
    ],
    [
      'depth inside inline fragments',
      'MAX_DEPTH',
      `{ ... on Query { ${organization(`... { ... on Organization { ${nested(13)} } }`)} } }`,
    ],
  ])('more than %s: %s', async (_, setting, document) => {
    const { code, message } = await refusal(document);
    expect({ code, message }).toEqual({
      code: 'QUERY_TOO_COMPLEX',
      message: expect.stringMatching(new RegExp(`: \\d+, and the limit ${setting} is \\d+\\.$`)),
    });
  });

  test('just within the limits is answered', async () => {
    await gateway.query(`{ organization(code: "org_none") { ${nested(10)} } }`);
    await gateway.query(`{ ${organization(times(100, (n) => `a${n}: code`))} }`);
    await gateway.query(`{ ${times(20, (n) => `a${n}: __typename`)} }`);
  });

  test('the message has the number that was found', async () => {
    expect((await refusal(`{ ${times(37, (n) => `a${n}: __typename`)} }`)).message).toBe(
      'The operation has too many root fields: 37, and the limit MAX_ROOT_FIELDS is 20.',
    );
  });

  test('what fragments select twice counts once, as execution merges it', async () => {
    const aliases = times(100, (n) => `a${n}: code`);
    await gateway.query(
      `{ ${organization(`...A ...B ... { ...A } ${aliases}`)} }
       fragment A on Organization { ${aliases} }
       fragment B on Organization { ...A }`,
    );
    const fields = times(20, (n) => `a${n}: __typename`);
    await gateway.query(
      `{ ...A ...B ${fields} } ${['A', 'B'].map((name) => `fragment ${name} on Query { ${fields} }`).join(' ')}`,
    );
  });

  test('counts the fields of one type where fragments are on two', async () => {
    const of = (type: string) =>
      `... on ${type} { ${times(60, (n) => `${type}${n}: __typename`)} }`;
    await gateway.execute(`{ node(id: "x") { ${of('Organization')} ${of('Role')} } }`);
    expect(gateway.calls()).toEqual([]);
    const { code } = await refusal(`{ node(id: "x") { ${of('Role')} ${of('Node')} } }`);
    expect(code).toBe('QUERY_TOO_COMPLEX');
  });

  test('what @skip and @include leave out does not count', async () => {
    const aliases = (directive: string) => times(49, (n) => `a${n}: code ${directive}`);
    const document = `query ($yes: Boolean!) {
      ${organization(`${times(60, (n) => `b${n}: code`)} ... @skip(if: $yes) { ...A }`)}
    } fragment A on Organization { ${aliases('@include(if: true)')} }`;
    await gateway.query(document, { yes: true });
    expect((await refusal(document, { yes: false })).code).toBe('QUERY_TOO_COMPLEX');
  });

  test('fragments that double each other are merged once, and those that lead to themselves refused', async () => {
    const doubling = times(
      60,
      (n) => `fragment F${n} on Organization { ...F${n + 1} ...F${n + 1} }`,
    );
    const end = 'fragment F60 on Organization { a: code }';
    await gateway.query(`{ ${organization('...F0')} } ${doubling} ${end}`);
    const cycle =
      'fragment A on Organization { ...B ...B } fragment B on Organization { ...A ...A }';
    expect((await refusal(`{ ${organization('...A')} } ${cycle}`)).code).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
  });

  test('selections that merge in ever new ways are not followed to their end', async () => {
    // Which fragments merge at a place depends on all the aliases that lead to it: 2^LEVELS places.
    const LEVELS = 18;
    const under = (alias: string, level: number, fragments: number[]) =>
      `${alias}: users { nodes { organization { ${fragments.map((n) => `...F${level + 1}_${n}`).join(' ')} } } }`;
    const fragments = Array.from({ length: LEVELS }, (_, level) =>
      times(level + 1, (n) => {
        const next = n === 0 ? [0, 1] : [n + 1];
        const fields = `${under('a', level, next)} ${under('b', level, n === 0 ? [0] : next)}`;
        return `fragment F${level}_${n} on Organization { ${fields} }`;
      }),
    ).join(' ');
    const last = times(LEVELS + 1, (n) => `fragment F${LEVELS}_${n} on Organization { code }`);
    const roomy = await startGateway({ env: { MAX_TOKENS: '10000', MAX_DEPTH: '100' } });
    try {
      const document = `{ ${organization('...F0_0')} } ${fragments} ${last}`;
      const { code, message } = await refusal(document, {}, roomy);
      expect({ code, message }).toEqual({
        code: 'QUERY_TOO_COMPLEX',
        message: 'The fragments of the operation merge in too many ways. Split it.',
      });
    } finally {
      await roomy.close();
    }
  });

  test('is judged with the status of a validation error', async () => {
    const status = (accept: string) =>
      fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query: `{ ${times(21, (n) => `a${n}: __typename`)} }` }),
      }).then((response) => response.status);
    expect(await status('application/json')).toBe(200);
    expect(await status('application/graphql-response+json')).toBe(400);
  });
});

describe('cost', () => {
  let frugal: TestGateway;
  beforeAll(async () => {
    frugal = await startGateway({ env: { MAX_COST: '60' } });
  });
  afterAll(() => frugal.close());

  const costOf = async (document: string, variables: object = {}) => {
    const answer = await gateway.execute(document, variables, { 'x-graphql-cost': 'true' });
    gateway.calls();
    return (answer as { extensions?: { cost: unknown } }).extensions?.cost;
  };
  const NESTED = `query ($organizations: Int, $users: Int, $deep: Boolean = true) {
    organizations(first: $organizations) { nodes { code
      users(first: $users) @include(if: $deep) {
        nodes { email permissions { key } permissionGrants { permission { name } } }
      }
    } }
  }`;

  test.each<[string, number, string, object]>([
    ['a list without first', 11, '{ organizations { nodes { code } } }', {}],
    ['a list by edges', 6, '{ organizations(first: 5) { edges { node { code } } } }', {}],
    ['shared details', 11, '{ organizations(first: 5) { nodes { createdOn senderName } } }', {}],
    [
      'shared flags',
      11,
      '{ organizations(first: 5) { nodes { a: featureFlag(key: "a") { key } b: featureFlag(key: "b") { key } } } }',
      {},
    ],
    [
      'lists in lists, by variables',
      1 + 2 + 2 * (1 + 3 + 3),
      NESTED,
      { organizations: 2, users: 3 },
    ],
    ['what is left out', 3, NESTED, { organizations: 2, users: 3, deep: false }],
    ['one object', 1, '{ organization(code: "org_none") { name } }', {}],
    [
      'objects by id',
      4,
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Organization { createdOn } } }',
      { ids: ['x', 'y'] },
    ],
    [
      'fragments',
      11,
      '{ organizations(first: 5) { ...P } } fragment P on OrganizationConnection { nodes { code ... on Organization { createdOn } } }',
      {},
    ],
    [
      'a size that is refused by itself',
      1,
      '{ organizations(first: 2147483647) { nodes { code } } }',
      {},
    ],
    ['no Kinde at all', 0, '{ __typename }', {}],
  ])('of %s is %d', async (_, cost, document, variables) => {
    expect(await costOf(document, variables)).toEqual({ requested: cost, maximum: 25_000 });
  });

  test('is in a response only on request', async () => {
    expect(await gateway.execute('{ __typename }')).not.toHaveProperty('extensions');
  });

  test('over the limit is refused before any call, by variables as by literals', async () => {
    const message =
      'The operation may cost too much: 149, and the limit MAX_COST is 60. ' +
      '`organizations.nodes.users` with `first: 36` adds 146; with `first: 13` the operation fits.';
    const expected = { code: 'QUERY_TOO_COMPLEX', message };
    expect(await refusal(NESTED, { organizations: 2, users: 36 }, frugal)).toEqual(expected);
    expect(
      (await refusal('{ organizations(first: 5000) { nodes { code } } }', {}, frugal)).code,
    ).toBe('QUERY_TOO_COMPLEX');
    const hundreds = await refusal(NESTED, { organizations: 100, users: 100 }, frugal);
    expect(hundreds.message).toContain(': 20201,');
    await frugal.query(NESTED, { organizations: 2, users: 3 });
    expect((await refusal(NESTED, { organizations: 2, users: 36 }, frugal)).message).toBe(message);
  });

  test('of three fragments on one list is that of the list', async () => {
    const ORGANIZATIONS = '{ organizations(first: 36) { nodes { ...A ...B ...C } } }';
    const fragment = (name: string, fields: string) =>
      `fragment ${name} on Organization { users(first: 250) { ${fields} } }`;
    const written = [
      fragment('A', 'nodes { email }'),
      fragment('B', 'nodes { fullName } pageInfo { hasNextPage }'),
      fragment('C', 'nodes { roles { key } }'),
    ].join(' ');
    const once = '{ organizations(first: 36) { nodes { users(first: 250) { nodes { email } } } } }';
    const expected = { requested: 9_073, maximum: 25_000 };
    expect(await costOf(`${ORGANIZATIONS} ${written}`)).toEqual(expected);
    expect(await costOf(once)).toEqual(expected);
  });

  test('of two aliases for one list is that of two lists', async () => {
    const users = 'users(first: 3) { nodes { email permissions { key } } }';
    const list = (fields: string) => `{ organizations(first: 2) { nodes { ${fields} } } }`;
    expect(await costOf(list(users))).toMatchObject({ requested: 1 + 2 + 2 * (1 + 3 + 3) });
    expect(await costOf(list(`${users} other: ${users}`))).toMatchObject({
      requested: 1 + 2 + 2 * 2 * (1 + 3 + 3),
    });
  });

  test('of a node is that of the most expensive type', async () => {
    const fragments =
      '... on Organization { createdOn featureFlags { key } } ... on Role { description } id';
    expect(await costOf(`{ node(id: "x") { ${fragments} } }`)).toMatchObject({ requested: 3 });
  });

  test('of a bulk write counts its users', async () => {
    const users = Array.from({ length: 40 }, (_, index) => ({ userId: `kp_${index}` }));
    const document = `mutation ($input: AddOrganizationUsersInput!) {
      addOrganizationUsers(input: $input) { addedUsers { email permissions { key } } userErrors { code } }
    }`;
    const { code, message } = await refusal(
      document,
      { input: { organizationCode: 'org_1', users } },
      frugal,
    );
    expect({ code, message }).toEqual({
      code: 'QUERY_TOO_COMPLEX',
      message: expect.stringContaining(': 81,'),
    });
  });

  test.each<[string, string, object, string]>([
    [
      'the list that adds most',
      'query ($n: Int = 9) { organizations(first: 2) { nodes { a: users(first: 3) { nodes { id } } b: users(first: $n) { edges { node { permissions { key } } } } } } }',
      { n: 40 },
      '`organizations.nodes.b` with `first: 40` adds 162; with `first: 11` the operation fits.',
    ],
    [
      'another list, where its entries are too many for any size',
      '{ organizations(first: 80) { nodes { users(first: 4) { nodes { id } } } } }',
      {},
      '`organizations.nodes.users` with `first: 4` adds 400; with `first: 9` for `organizations` the operation fits.',
    ],
    [
      'no size, where several lists are too long',
      '{ a: organizations(first: 80) { nodes { id } } b: roles(first: 90) { nodes { id } } }',
      {},
      '`b` with `first: 90` adds 91. Shorten several lists.',
    ],
    [
      'ids',
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Organization { createdOn } } }',
      { ids: Array(50).fill('x') },
      '`nodes` with 50 ids adds 100; with 30 ids the operation fits.',
    ],
    [
      'the users of a bulk write',
      'mutation ($u: AddOrganizationUsersInput!) { addOrganizationUsers(input: $u) { addedUsers { permissions { key } } } }',
      { u: { organizationCode: 'o', users: Array(50).fill({ userId: 'kp' }) } },
      '`addOrganizationUsers` with 50 users adds 101; with 29 users the operation fits.',
    ],
  ])('over the limit names %s', async (_, document, variables, advice) => {
    const { code, message } = await refusal(document, variables, frugal);
    expect(code).toBe('QUERY_TOO_COMPLEX');
    expect(message).toMatch(
      /^The operation may cost too much: \d+, and the limit MAX_COST is 60\. /,
    );
    expect(message.replace(/^.*? is 60\. /, '')).toBe(advice);
  });

  test('a size that the message recommends fits, and the next one doesn’t', async () => {
    const document = (first: number) =>
      `{ organizations(first: 4) { nodes { users(first: ${first}) { nodes { permissions { key } } } } } }`;
    const { message } = await refusal(document(50), {}, frugal);
    const fits = Number(/with `first: (\d+)` the operation fits/.exec(message)![1]);
    expect((await frugal.execute(document(fits))).data).toBeDefined();
    expect((await refusal(document(fits + 1), {}, frugal)).code).toBe('QUERY_TOO_COMPLEX');
  });

  test('lists in lists of the default size are refused when they are too many', async () => {
    const { code } = await refusal(
      '{ organizations(first: 500) { nodes { users(first: 500) { nodes { email } } } } }',
    );
    expect(code).toBe('QUERY_TOO_COMPLEX');
  });

  test('invalid variables are refused as such, before their cost is counted', async () => {
    expect((await refusal(NESTED, { organizations: 'many' })).code).toBe('BAD_USER_INPUT');
    const { errors } = await gateway.execute('query ($id: ID = "x") { node(id: $id) { id } }', {
      id: null,
    });
    expect(errors).toHaveLength(1);
    expect(gateway.calls()).toEqual([]);
  });
});

describe('a small request for a large response', () => {
  const long = 'x'.repeat(300_000);
  test.each<[string, string, object, RegExp]>([
    [
      'an alias of 300,000 characters',
      `{ organization(code: "o") { featureFlags { ${long}: key } } }`,
      {},
      /^An alias has 300000 characters, and the limit is 255\./,
    ],
    [
      'many aliases in a long list',
      `{ organizations(first: 5000) { nodes { ${Array.from({ length: 100 }, (_, n) => `${'y'.repeat(20)}${n}: name`).join(' ')} } } }`,
      {},
      /^The response may have 1[56]\d{6} characters of field names, and the limit is 10000000\./,
    ],
    [
      'one field under many aliases in a long list',
      `{ organizations(first: 5000) { nodes { ${Array.from({ length: 21 }, (_, n) => `a${n}: isSuspended`).join(' ')} } } }`,
      {},
      /^The response may have 105000 values under aliases, and the limit is 100000\./,
    ],
    [
      'one long id many times',
      `query ($id: ID!) { nodes(ids: [${'$id '.repeat(20)}]) { id } }`,
      { id: long },
      /^The arguments have 60000\d\d values and characters/,
    ],
    [
      'one long list for many users',
      `mutation ($roles: [RoleReference!]) { addOrganizationUsers(input: { organizationCode: "o", users: [${Array.from({ length: 80 }, (_, n) => `{ userId: "kp_${n}", roles: $roles }`).join(' ')}] }) { userErrors { code } } }`,
      { roles: Array.from({ length: 10_000 }, (_, n) => ({ roleId: `r${n}` })) },
      /^The arguments have \d+ values and characters/,
    ],
    [
      'a long list in a variable',
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      { ids: Array(30_000).fill('x') },
      /^The variables hold more than 30000 values/,
    ],
    [
      'one long text in each entry of a list',
      'query ($key: String!) { organizations(first: 100) { nodes { featureFlag(key: $key) { key } } } }',
      { key: long },
      /^The arguments have \d+ values and characters/,
    ],
    [
      'aliases that multiply the schema',
      '{ __schema { types { a: fields { name } b: fields { name } } } }',
      {},
      /^Introspection takes no aliases/,
    ],
    [
      'aliases of the whole schema',
      '{ a: __schema { types { name } } b: __schema { types { name } } }',
      {},
      /^Introspection takes no aliases/,
    ],
  ])('%s is refused', async (_, document, variables, expected) => {
    const { code, message } = await refusal(document, variables);
    expect({ code, message }).toEqual({
      code: 'QUERY_TOO_COMPLEX',
      message: expect.stringMatching(expected),
    });
  });

  test('introspection of single types under aliases is allowed, and one long text', async () => {
    await gateway.query('{ a: __type(name: "Role") { name } b: __type(name: "User") { name } }');
    const document =
      'query ($key: String!) { organization(code: "o") { featureFlag(key: $key) { key } } }';
    await gateway.query(document, { key: long });
  });
});

describe('a query with more than 25,000 failed fields', () => {
  let failing: TestGateway;
  beforeAll(async () => {
    failing = await startGateway({
      emulator: { organizations: 1_300, usersPerOrganization: 0 },
      // On a busy machine the deadline may pass between its lists and its other calls.
      env: { UPSTREAM_CALLS_PER_OPERATION: '10', OPERATION_TIMEOUT_MS: '600000' },
    });
  });
  afterAll(() => failing.close());

  const failures = (fields: number) =>
    `{ organizations(first: 1300) { nodes {
      code ${Array.from({ length: fields }, (_, n) => `a${n}: isSuspended`).join(' ')}
    } } }`;

  test('has no data, and the first of its errors', async () => {
    const { data, errors } = await failing.execute(failures(20));
    expect(data).toBeNull();
    expect(errors).toHaveLength(101);
    expect(errors?.[0]).toEqual({
      message: expect.stringMatching(/^More than 25000 fields failed/),
      extensions: { code: 'TOO_MANY_ERRORS', requestId: expect.any(String) },
    });
    expect(errors?.[100]).toMatchObject({
      path: ['organizations', 'nodes', expect.any(Number), expect.any(String)],
      extensions: { code: 'UPSTREAM_BUDGET_EXCEEDED' },
    });
  });

  test('has all of them where they are fewer', async () => {
    const { data, errors } = await failing.execute(failures(19));
    expect(data.organizations.nodes).toHaveLength(1_300);
    expect(errors).toHaveLength(19 * (1_300 - 7));
  });
});

test('GraphiQL’s introspection and its examples are within all limits', async () => {
  expect(await gateway.query(INTROSPECTION)).toHaveProperty('__schema.types');
  for (const { query, variables } of examples) {
    const { data } = await gateway.execute(query, JSON.parse(variables ?? '{}') as object);
    expect(data).toBeDefined();
  }
});

describe('in production', () => {
  let production: TestGateway;
  let open: TestGateway;
  beforeAll(async () => {
    production = await startGateway({ env: { NODE_ENV: 'production' } });
    open = await startGateway({
      env: { NODE_ENV: 'production', ALLOW_INTROSPECTION: 'true', ALLOW_GRAPHIQL: 'true' },
    });
  });
  afterAll(async () => {
    await production.close();
    await open.close();
  });

  test('introspection is refused, unless it is allowed', async () => {
    for (const document of [INTROSPECTION, '{ __type(name: "Query") { name } }']) {
      expect((await refusal(document, {}, production)).code).toBe('GRAPHQL_VALIDATION_FAILED');
      await open.query(document);
    }
  });

  test.each([
    ['a field', '{ organization(code: "x") { nme } }', {}],
    ['an argument', '{ organization(cod: "x") { name } }', {}],
    ['a type', 'query ($a: Organizatio) { __typename }', {}],
    ['an enum value', '{ organizations(sort: NAME_AS) { nodes { code } } }', {}],
    [
      'a variable’s enum value',
      'query ($s: OrganizationSortOrder) { organizations(sort: $s) { nodes { code } } }',
      { s: 'NAME_AS' },
    ],
    [
      'a variable’s input field',
      'mutation ($i: DeleteOrganizationInput!) { deleteOrganization(input: $i) { userErrors { code } } }',
      { i: { organizationCode: 'x', organizationCod: 'x' } },
    ],
  ])('a misspelt name of %s has no suggestions', async (_, document, variables) => {
    expect((await refusal(document, variables, production)).message).not.toMatch(/did you mean/i);
    const { errors } = await open.execute(document, variables);
    expect(errors?.map(({ message }) => message).join()).toMatch(/did you mean/i);
  });

  test('GraphiQL is not there, unless it is allowed', async () => {
    const page = await fetch(`${production.url}/graphiql`);
    const opened = { headers: { accept: 'text/html, */*;q=0.8' } };
    expect((await fetch(`${production.url}/`, opened)).status).toBe(404);
    const operation = `${production.url}/graphql?query={__typename}`;
    expect(await (await fetch(operation, opened)).json()).toHaveProperty('errors');
    expect([page.status, (await page.json()).errors[0].extensions.code]).toEqual([
      404,
      'NOT_FOUND',
    ]);
    expect((await fetch(`${open.url}/graphiql`)).status).not.toBe(404);
    expect((await fetch(`${gateway.url}/graphiql`)).status).not.toBe(404);
  });
});

describe('HTTP', () => {
  let hurried: TestGateway;
  let strict: TestGateway;
  beforeAll(async () => {
    hurried = await startGateway({ env: { REQUEST_TIMEOUT_MS: '300' } });
    strict = await startGateway({
      env: { CORS_ORIGINS: 'https://app.example.com, http://other' },
    });
  });
  afterAll(() => Promise.all([hurried.close(), strict.close()]));

  /** What comes back from a connection that sends this and then waits. */
  const stall = (text: string, { url } = strict) =>
    new Promise<string>((resolve) => {
      const { hostname, port } = new URL(url);
      let answer = '';
      const socket = connect(Number(port), hostname, () => socket.write(text));
      socket
        .on('data', (data) => (answer += data))
        .on('error', () => undefined)
        .on('close', () => resolve(answer));
    });

  function expectJsonError(answer: string, status: number, code: string) {
    const [head, body] = answer.split('\r\n\r\n') as [string, string];
    const [line, ...headers] = head.split('\r\n');
    expect(line).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(headers).toContain('content-type: application/json; charset=utf-8');
    const requestId = headers.find((header) => header.startsWith('x-request-id: '))!.slice(14);
    expect(JSON.parse(body)).toEqual({
      errors: [{ message: expect.any(String), extensions: { code, requestId } }],
    });
  }

  test.each([
    ['headers', 'POST /graphql HTTP/1.1\r\nhost: x\r\nx-a: b\r\n'],
    [
      'a body',
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"query":',
    ],
  ])('endless %s are cut off', async (_, text) => {
    expectJsonError(await stall(text, hurried), 408, 'REQUEST_TIMEOUT');
    expect(hurried.calls()).toEqual([]);
    await waitFor(async () => (await fetch(`${hurried.url}/livez`)).status === 200);
  });

  test('headers over 16 KB are refused', async () => {
    const answer = await stall(
      `GET /livez HTTP/1.1\r\nhost: x\r\nx-a: ${'b'.repeat(17_000)}\r\n\r\n`,
    );
    expectJsonError(answer, 431, 'HEADERS_TOO_LARGE');
  });

  test.each([
    ['no HTTP', '\0\0\0 nonsense\r\n\r\n'],
    ['a header without a name', 'GET /livez HTTP/1.1\r\nhost: x\r\n: <script>\r\n\r\n'],
    [
      'two lengths of one body',
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{}',
    ],
  ])('bytes that are %s are refused in JSON', async (_, text) => {
    const answer = await stall(text);
    expectJsonError(answer, 400, 'BAD_REQUEST');
    expect(answer).not.toContain('<script>');
  });

  test('/graphql/ is /graphql', async () => {
    const response = await fetch(`${strict.url}/graphql/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  const preflight = (at: TestGateway, origin: string) =>
    fetch(`${at.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  test('pages of listed origins may call, without credentials', async () => {
    const response = await preflight(strict, 'https://app.example.com');
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(response.headers.get('access-control-allow-headers')).toMatch(/authorization/);
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    const answer = await fetch(`${strict.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'http://other' },
      body: '{"query":"{__typename}"}',
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://other');
    expect(answer.headers.get('vary')).toMatch(/origin/i);
  });

  test('pages of other origins may not, and none by default', async () => {
    for (const [at, origin] of [
      [strict, 'https://evil.example.com'],
      [strict, 'null'],
      [gateway, 'https://app.example.com'],
    ] as const) {
      const response = await preflight(at, origin);
      expect(response.status).toBe(405);
      expect([...response.headers.keys()].join()).not.toMatch(/access-control/);
    }
  });
});

describe('a persisted query', () => {
  const ask = async (persistedQuery: object) => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }', extensions: { persistedQuery } }),
    });
    const { errors } = (await response.json()) as { errors: { extensions: object }[] };
    return [response.status, errors[0]!.extensions];
  };

  test('with a wrong hash, or an unknown version, is the client’s error', async () => {
    expect(await ask({ version: 1, sha256Hash: 'a'.repeat(64) })).toEqual([
      400,
      expect.objectContaining({ code: 'PERSISTED_QUERY_HASH_MISMATCH' }),
    ]);
    expect(await ask({ version: 2, sha256Hash: 'a'.repeat(64) })).toEqual([
      400,
      expect.objectContaining({ code: 'BAD_REQUEST' }),
    ]);
    expect(gateway.calls()).toEqual([]);
  });
});

test('with trusted documents, only these are executed, by their ids', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'trusted-')), 'documents.json');
  const query = 'query A { __typename }';
  writeFileSync(path, JSON.stringify({ 'sha256:abc': query, def: query }));
  const trusting = await startGateway({ env: { TRUSTED_DOCUMENTS: path } });
  const post = async (body: object) => {
    const response = await fetch(`${trusting.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as unknown;
  };
  try {
    const data = { __typename: 'Query' };
    const other = '{ organizations { nodes { code } } }';
    expect(await post({ documentId: 'abc' })).toEqual({ data });
    expect(await post({ documentId: 'sha256:def', query: other })).toEqual({ data });
    const byHash = { persistedQuery: { version: 1, sha256Hash: 'abc' } };
    expect(await post({ extensions: byHash })).toEqual({ data });
    for (const body of [{ query: other }, { documentId: 'no' }, { query }, [], {}]) {
      expect(await post(body)).toMatchObject({
        errors: [{ extensions: { code: 'TRUSTED_DOCUMENT_REQUIRED' } }],
      });
    }
    const byGet = await fetch(`${trusting.url}/graphql?query=${encodeURIComponent(other)}`);
    expect(byGet.status).toBe(400);
    expect(trusting.calls()).toEqual([]);
  } finally {
    await trusting.close();
  }
});
