/** A cost that is remembered is the cost that would be measured. */
import { expect, test } from '@jest/globals';
import fc from '../support/property.js';
import { parse, type OperationDefinitionNode } from 'graphql';
import { readConfig } from '../../src/config.js';
import { fragmentsOf } from '../../src/graphql/limits/collect-fields.js';
import { OperationChecks } from '../../src/graphql/limits/operation-checks.js';
import { checkOperation } from '../../src/graphql/limits/operation-limits.js';
import { createSchema } from '../../src/graphql/schema.js';

const schema = createSchema();
const { limits } = readConfig({});

/** Documents whose cost depends on each kind of variable, in each place that variables have. */
const DOCUMENTS = [
  'query ($n: Int, $t: String) { organizations(first: $n, after: $t) { nodes { users(first: $n) { nodes { id } } } } }',
  'query ($n: Int = 5, $b: Boolean!) { organizations(first: $n) { nodes { code users @include(if: $b) { nodes { roles { key } } } } } }',
  'query ($b: Boolean!, $l: [ID!]!) { nodes(ids: $l) { ... on Organization @skip(if: $b) { users(first: 100) { nodes { id } } } } }',
  'query ($t: ID!, $n: Int) { a: node(id: $t) { id } organization(code: $t) { users(first: $n) { nodes { permissions { key } } } } }',
  'query ($t: String) { organizations(first: 50) { nodes { users(first: 1, search: $t) { nodes { id } } } } }',
  'query ($t: ID!, $l: [ID!]) { a: nodes(ids: [$t, $t]) { id } b: nodes(ids: $l) { id } }',
].map((text) => parse(text, { noLocation: true }));

/** So long that fifty fields may not have it. */
const LONG = 'x'.repeat(60_000);

const variables = fc.record(
  {
    n: fc.oneof(fc.constant(null), fc.integer({ min: -1, max: 200 })),
    b: fc.oneof(fc.constant(null), fc.boolean()),
    t: fc.oneof(
      fc.constant(null),
      fc.string({ maxLength: 3 }),
      fc.constant(LONG),
      fc.constant('n=1 '),
    ),
    l: fc.oneof(fc.constant(null), fc.array(fc.string({ maxLength: 3 }), { maxLength: 60 })),
  },
  { requiredKeys: [] },
);

test('whatever the same document was sent with before', () => {
  const requests = fc.array(fc.tuple(fc.nat({ max: DOCUMENTS.length - 1 }), variables), {
    minLength: 2,
    maxLength: 60,
  });
  fc.assert(
    fc.property(requests, (sent) => {
      const checks = new OperationChecks(limits);
      for (const [place, values] of sent) {
        const document = DOCUMENTS[place]!;
        const operation = document.definitions[0] as OperationDefinitionNode;
        const fragments = fragmentsOf(document);
        const names = operation.variableDefinitions!.map(({ variable }) => variable.name.value);
        const own = Object.entries(values).filter(([name]) => names.includes(name));
        const variables = Object.fromEntries(own);
        const checkable = { schema, document, operation, variables };
        // Twice, so that the second is answered from memory where it can be.
        for (const { cost, errors } of [checks.check(checkable), checks.check(checkable)]) {
          const measured = checkOperation({ schema, operation, fragments, variables }, limits);
          expect(cost).toBe(measured.cost);
          expect(errors.map(({ message }) => message)).toEqual(
            measured.errors.map(({ message }) => message),
          );
        }
      }
    }),
    {
      numRuns: Number(process.env['FC_RUNS'] ?? 30),
      // A short text and a long one for each document.
      examples: [
        [DOCUMENTS.flatMap((_, place) => ['x', LONG].map((t): [number, object] => [place, { t }]))],
      ],
    },
  );
});
