/** The cost of each field is held against the calls that the emulator sees. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { getNamedType, isCompositeType, isObjectType, isRequiredArgument } from 'graphql';
import { createSchema } from '../../src/graphql/schema.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

async function priceOf(document: string) {
  gateway.calls();
  const answer = await gateway.execute(document, {}, { 'x-graphql-cost': 'true' });
  expect(answer.errors).toBeUndefined();
  const { cost } = (answer as unknown as { extensions: { cost: { requested: number } } })
    .extensions;
  return { cost: cost.requested, calls: gateway.calls().length };
}

const LISTS: Record<string, (fields: string) => string> = {
  Organization: (fields) => `{ organizations(first: 3) { nodes { ${fields} } } }`,
  OrganizationUser: (fields) =>
    `{ organizations(first: 1) { nodes { users(first: 3) { nodes { ${fields} } } } } }`,
  Role: (fields) => `{ roles(first: 3) { nodes { ${fields} } } }`,
  Permission: (fields) => `{ permissions(first: 3) { nodes { ${fields} } } }`,
};

/** The fields of a type that can be selected as they are, with the simplest selections. */
function fieldsOf(typeName: string): string[] {
  const type = createSchema().getType(typeName);
  if (!isObjectType(type)) throw new TypeError(`${typeName} is no object type`);
  return Object.values(type.getFields())
    .filter(({ args }) => !args.some(isRequiredArgument))
    .map(({ name, type }) =>
      isCompositeType(getNamedType(type)) ? `${name} { __typename }` : name,
    );
}

test.each(
  Object.entries(LISTS).flatMap(([type, list]) =>
    fieldsOf(type).map((field) => [type, field, list] as const),
  ),
)('%s.%s costs at least its calls, and nothing where lists carry it', async (_, field, list) => {
  const without = await priceOf(list('__typename'));
  const selected = await priceOf(list(field));
  expect(selected.cost).toBeGreaterThanOrEqual(selected.calls);
  const isLeaf = !field.includes('{');
  if (isLeaf && selected.calls === without.calls) expect(selected.cost).toBe(without.cost);
  if (selected.calls > without.calls) expect(selected.cost).toBeGreaterThan(without.cost);
});

test.each([
  ['fields from one read', 'createdOn senderName branding { logo }', 1],
  ['reads that need the same scope', 'createdOn logos { type }', 2],
  [
    'arguments that choose from one read',
    'a: featureFlag(key: "a") { key } b: featureFlag(key: "b") { key }',
    1,
  ],
  [
    'arguments that go into the call',
    'a: invite(code: "a") { code } b: invite(code: "b") { code }',
    2,
  ],
  ['a read that all objects share', 'featureFlags(includeInherited: true) { key }', 1],
])('each object pays for %s', async (_, selection, calls) => {
  const list = LISTS['Organization']!;
  const { cost: without } = await priceOf(list('__typename'));
  expect((await priceOf(list(selection))).cost).toBe(without + 3 * calls);
});
