/** What is refused at the door, before Kinde hears of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { examples } from '../src/graphiql/examples.js';
import { startGateway, type TestGateway } from './support/gateway.js';

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
      code: 'GRAPHQL_PARSE_FAILED',
      message: expect.stringMatching(/more that 1000 tokens/),
    });
    const exactly = `{ nodes(ids: [${'"x" '.repeat(988)}]) { id } }`;
    const { errors } = await gateway.execute(exactly);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect((await refusal(exactly.replace('id }', 'id id }'))).code).toBe('GRAPHQL_PARSE_FAILED');
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
      'fragments counted where they are spread',
      'MAX_ALIASES',
      `{ ${organization('...A ...A x: code')} } fragment A on Organization { ${times(50, (n) => `a${n}: code`)} }`,
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

  test('the found number is told', async () => {
    expect((await refusal(`{ ${times(37, (n) => `a${n}: __typename`)} }`)).message).toBe(
      'The operation has too many root fields: 37, and the limit MAX_ROOT_FIELDS is 20.',
    );
  });

  test('fragments that double each other, or themselves, are counted without being walked', async () => {
    const doubling = times(
      60,
      (n) => `fragment F${n} on Organization { ...F${n + 1} ...F${n + 1} }`,
    );
    const end = 'fragment F60 on Organization { a: code }';
    const started = performance.now();
    const { code } = await refusal(`{ ${organization('...F0')} } ${doubling} ${end}`);
    expect(code).toBe('QUERY_TOO_COMPLEX');
    const cycle =
      'fragment A on Organization { ...B ...B } fragment B on Organization { ...A ...A }';
    expect((await refusal(`{ ${organization('...A')} } ${cycle}`)).code).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
    expect(performance.now() - started).toBeLessThan(2_000);
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

test('GraphiQL’s introspection and its examples are within all limits', async () => {
  expect(await gateway.query(INTROSPECTION)).toHaveProperty('__schema.types');
  for (const { query, variables } of examples) {
    const { data } = await gateway.execute(query, JSON.parse(variables ?? '{}') as object);
    expect(data).toBeDefined();
  }
});
