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
    const exactly = `{ nodes(ids: [${'"x" '.repeat(989)}]) { id } }`;
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

test('GraphiQL’s introspection and its examples are within all limits', async () => {
  expect(await gateway.query(INTROSPECTION)).toHaveProperty('__schema.types');
  for (const { query, variables } of examples) {
    const { data } = await gateway.execute(query, JSON.parse(variables ?? '{}') as object);
    expect(data).toBeDefined();
  }
});
