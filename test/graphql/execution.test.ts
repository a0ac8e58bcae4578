/**
 * Compiled execution against graphql-js: random queries, variables and faults. FC_RUNS=100000 tries that
 * many; FC_SEED repeats a run.
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from '../support/property.js';
import {
  execute,
  getOperationAST,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLObjectType,
} from 'graphql';
import { HotQueries } from '../../src/graphql/execution/hot-queries.js';
import { Choices, randomQuery, randomVariables } from '../support/random-query.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { faultySchema, numberOf, type World } from '../support/faulty-schema.js';

const { FC_RUNS } = process.env;

const schema = faultySchema();
const NOT_CHECKED = new Set(['NoUnusedFragmentsRule', 'NoUnusedVariablesRule']);
const rules = specifiedRules.filter(({ name }) => !NOT_CHECKED.has(name));

type Run = (world: World) => ExecutionResult | PromiseLike<ExecutionResult>;

/** How many turns of the microtask queue an execution may go on after an error has decided its result. */
const MORE_TURNS = 100;

/** Returns what can be observed of an execution. */
async function observe(seed: number, run: Run) {
  let turn = 0;
  let lastTurn = Infinity;
  const world: World = { seed, calls: [], turn: () => turn };
  const clock = (async () => {
    for (; turn < lastTurn; turn += 1) await undefined;
  })();
  const { data, errors = [], ...rest } = await run(world);
  const endedAt = turn;
  lastTurn = turn + MORE_TURNS;
  await clock;
  return {
    data: JSON.stringify(data),
    errors: errors.map(({ message, path, nodes, extensions, originalError }) => ({
      ...{ message, path, nodes: nodes?.map(numberOf), extensions },
      cause: originalError?.message,
    })),
    ...{ rest, endedAt, calls: world.calls },
  };
}

const executions = fc.record({
  seed: fc.nat(),
  choices: fc.array(fc.nat(), { minLength: 10, maxLength: 10 }),
});

const hasPlan = (queries: HotQueries, document: DocumentNode, source = '') =>
  queries.note({ document, operation: getOperationAST(document)!, source });

describe('a query that is executed again', () => {
  // When an entry of a list fails at once, graphql-js leaves the promises of the earlier ones to themselves.
  // Jest fails a test for a rejection that nobody handles.
  const { then } = Promise.prototype;
  const { stackTraceLimit } = Error;
  beforeAll(() => {
    Error.stackTraceLimit = 0;
    Promise.prototype.then = function (
      this: Promise<unknown>,
      ...handlers: Parameters<typeof then>
    ) {
      const derived = Reflect.apply(then, this, handlers) as Promise<unknown>;
      void Reflect.apply(then, derived, [undefined, () => undefined]);
      return derived;
    } as typeof then;
  });
  afterAll(() => {
    Promise.prototype.then = then;
    Error.stackTraceLimit = stackTraceLimit;
  });

  test('has the same result, by the same resolver calls in the same turns', async () => {
    let compiled = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { minLength: 10, maxLength: 150 }),
        fc.array(executions, { minLength: 2, maxLength: 3 }),
        async (numbers, runs) => {
          const text = randomQuery(schema, new Choices(numbers));
          const document = parse(text, { noLocation: true });
          fc.pre(validate(schema, document, rules).length === 0);
          const queries = new HotQueries(schema);
          expect([hasPlan(queries, document), hasPlan(queries, document)]).toEqual([false, true]);
          // The later executions use the plan of the first where their conditions are the same.
          for (const { seed, choices } of runs) {
            const variableValues = randomVariables(new Choices(choices));
            const args = { schema, document, variableValues };
            const expected = await observe(seed, (world) =>
              execute({ ...args, contextValue: world }),
            );
            const found = await observe(seed, (world) =>
              queries.execute({ ...args, contextValue: world }),
            );
            // Quicker than a comparison that can show the difference.
            if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found).toEqual(expected);
            if (found.calls.length > 0) compiled += 1;
          }
        },
      ),
      {
        numRuns: Number(FC_RUNS ?? 100),
      },
    );
    expect(compiled).toBeGreaterThan(0);
  }, 36_000_000);
});

test('a query has a plan for each combination of its conditions, of which sixteen are kept', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const document = parse(
    `query (${names.map((name) => `$${name}: Boolean!`).join()}) {
      ${names.map((name) => `${name}: __typename @include(if: $${name})`).join(' ')}
    }`,
  );
  const queries = new HotQueries(schema);
  hasPlan(queries, document);
  expect(hasPlan(queries, document)).toBe(true);
  for (let bits = 0; bits < 32; bits += 1) {
    const selected = names.filter((_, index) => (bits >> index) % 2 === 1);
    const variableValues = Object.fromEntries(names.map((name) => [name, selected.includes(name)]));
    const result = queries.execute({ schema, document, variableValues }) as ExecutionResult;
    expect(result).toEqual({
      data: Object.fromEntries(selected.map((name) => [name, 'Query'])),
    });
    // graphql-js creates data without a prototype.
    expect(Object.getPrototypeOf(result.data)).not.toBeNull();
  }
});

test('a query of a high cost has a plan at once', () => {
  const document = parse('{ id }');
  const operation = getOperationAST(document)!;
  const isPlanned = (cost: number) =>
    new HotQueries(schema).note({ document, operation, source: '', cost });
  expect([isPlanned(499), isPlanned(500)]).toEqual([false, true]);
});

test('a query whose text takes more memory than all plans may has none', () => {
  const queries = new HotQueries(schema);
  for (const [length, expected] of [
    [1_000_000, true],
    [25_000_000, false],
  ] as const) {
    const document = parse('{ id }');
    const source = ' '.repeat(length);
    hasPlan(queries, document, source);
    expect(hasPlan(queries, document, source)).toBe(expected);
  }
});

test.each([
  ['a mutation', 'mutation { __typename }'],
  ['a subscription', 'subscription { __typename }'],
])('%s has no plan', (_, text) => {
  const queries = new HotQueries(schema);
  const document = parse(text);
  expect([hasPlan(queries, document), hasPlan(queries, document)]).toEqual([false, false]);
});

test('no query of a schema with isTypeOf has a plan', () => {
  const other = faultySchema();
  (other.getType('Three') as GraphQLObjectType).isTypeOf = () => true;
  const queries = new HotQueries(other);
  const document = parse('{ id }');
  expect([hasPlan(queries, document), hasPlan(queries, document)]).toEqual([false, false]);
});

describe('over HTTP', () => {
  let compiling: TestGateway;
  let other: TestGateway;
  beforeAll(async () => {
    compiling = await startGateway();
    other = await startGateway({
      before: compiling.emulator,
      env: { COMPILED_EXECUTION: 'off' },
    });
  });
  afterAll(async () => {
    await other.close();
    await compiling.close();
  });

  const post = async ({ url }: TestGateway, body: object, accept: string) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        ...{ accept, 'content-type': 'application/json' },
        ...{ 'x-graphql-cost': 'true', 'x-request-id': 'the-same-request' },
      },
      body: JSON.stringify(body),
    });
    const { status, headers } = response;
    return { status, type: headers.get('content-type'), text: await response.text() };
  };

  test.each<[string, string, object]>([
    [
      'lists, connections and interfaces',
      `query ($first: Int) {
        organizations(first: $first) { nodes { ...O } pageInfo { endCursor } }
        node(id: "b3JnYW5pemF0aW9uOm9yZ18x") { __typename id }
      }
      fragment O on Organization { code featureFlags { key value } users(first: 2) { edges { node { email roles { key name } } } } }`,
      { first: 2 },
    ],
    [
      'errors with their places',
      '{\n a: organization(code: "org_missing") { name }\n  b: organizations(first: 0) { nodes { code } } roles { nodes { key } } }',
      {},
    ],
    ['introspection', '{ __schema { queryType { name } } __type(name: "Role") { kind } }', {}],
  ])('%s are the same each time, compiled or not', async (_, query, variables) => {
    const executed = jest.spyOn(HotQueries.prototype, 'execute');
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const expected = await post(other, { query, variables }, accept);
      expect(expected.type).toContain(accept);
      for (let round = 0; round < 3; round += 1) {
        expect(await post(compiling, { query, variables }, accept)).toEqual(expected);
      }
    }
    expect(executed).toHaveBeenCalledTimes(5);
    executed.mockRestore();
  });

  test('a query that is refused is never planned', async () => {
    const note = jest.spyOn(HotQueries.prototype, 'note');
    const users = 'users(first: 500) { nodes { email } }';
    const query = `{ organizations(first: 500) { nodes { ${users} } } }`;
    const refused = await compiling.execute(query);
    expect(refused.errors?.[0]?.extensions['code']).toBe('QUERY_TOO_COMPLEX');
    expect(note).not.toHaveBeenCalled();
    note.mockRestore();
  });

  test('resolvers are executed for each request', async () => {
    const query = 'query ($code: ID!) { organization(code: $code) { code name } }';
    const [first, second] = (
      await compiling.query('{ organizations(first: 2) { nodes { code name } } }')
    ).organizations.nodes as { code: string }[];
    for (const organization of [first, second, first]) {
      compiling.calls();
      expect(await compiling.query(query, { code: organization!.code })).toEqual({ organization });
      expect(compiling.calls()).toEqual([expect.stringContaining(organization!.code)]);
    }
  });
});
