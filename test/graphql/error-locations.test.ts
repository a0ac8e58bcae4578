/** Errors say where in the document they are, and to find out takes no time that grows with their number. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

interface Located {
  locations?: { line: number; column: number }[];
}
const locationsOf = async (document: string, variables: object = {}) => {
  const { errors = [] } = await gateway.execute(document, variables);
  return errors.map((error) => (error as Located).locations);
};

test.each<[string, string, object, [number, number][][]]>([
  ['of a syntax error', '{\n  a !\n}', {}, [[[2, 5]]]],
  ['of unknown fields', '{\r\n  a\n\n  b }', {}, [[[2, 3]], [[4, 3]]]],
  [
    'of fields in conflict',
    '{ a: __typename\n a: organizations { nodes { id } } }',
    {},
    [
      [
        [1, 3],
        [2, 2],
      ],
    ],
  ],
  ['after each form of a line’s end', '{\r a\n\r b\r\n c }', {}, [[[2, 2]], [[4, 2]], [[5, 2]]]],
  ['of a fragment', '{ ...A }\nfragment A on Query { a }', {}, [[[2, 23]]]],
  [
    'of variables',
    'query (\n$a: Int!, $b: Int!) {\n organizations(first: $a, after: "x") { nodes { users(first: $b) { nodes { id } } } } }',
    {},
    [[[2, 1]], [[2, 11]]],
  ],
  [
    'of invalid literals of scalars',
    `{ roles { nodes { activeUsersCount(organizationCode: "o"
      from: "a", to: 1) } } }`,
    {},
    [[[2, 13]], [[2, 22]]],
  ],
  [
    'of an operation over a limit',
    `query A { ...F }\n  fragment F on Query { ${Array.from({ length: 21 }, (_, n) => `a${n}: __typename`).join(' ')} }`,
    {},
    [[[1, 1]]],
  ],
  [
    'of an execution’s errors',
    '{ node(id: "x") { id }\n  b: node(id: "y") { id } }',
    {},
    [[[1, 3]], [[2, 3]]],
  ],
])('%s', async (_, document, variables, places) => {
  expect(await locationsOf(document, variables)).toEqual(
    places.map((errors) => errors.map(([line, column]) => ({ line, column }))),
  );
});

test('in a large document with many errors', async () => {
  const lines = '\n'.repeat(450_000);
  const located = async (errors: number) => {
    const fields = Array.from({ length: errors }, (_, n) => `a${n}`);
    const before = process.cpuUsage();
    const places = await locationsOf(`${lines}{ ${fields.join(' ')} }`);
    const { user, system } = process.cpuUsage(before);
    expect(places.at(-2)).toEqual([{ line: 450_001, column: expect.any(Number) }]);
    return (user + system) / 1_000;
  };
  await located(900);
  const few = await located(2);
  const many = await located(900);
  // Without the lookup, each place takes a walk through all lines.
  expect(many).toBeLessThan(2 * few);
});

test('a document that takes too long to validate is refused as too complex', async () => {
  const { errors } = await gateway.execute(`{ ${'a '.repeat(900)}}`);
  expect(errors).toMatchObject([
    {
      message: 'The document selects the same fields too often to be checked. Select each once.',
      extensions: { code: 'QUERY_TOO_COMPLEX' },
    },
  ]);
});
