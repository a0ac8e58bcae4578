/** What the page makes of tokens, reports, links and operations, without a browser. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, print } from 'graphql';
import {
  toApolloHook,
  toCurl,
  toFetch,
  type SnippetSource,
} from '../../src/graphiql/code-snippets.js';
import { fillPlaceholders, hasPlaceholders } from '../../src/graphiql/example-values.js';
import {
  summarizeReport,
  takeReport,
  waterfallOf,
  type ExplainReport,
} from '../../src/graphiql/explain-report.js';
import { linkTo, operationInLink } from '../../src/graphiql/operation-link.js';
import { describeExpiry, organizationOf, summarizeToken } from '../../src/graphiql/token-claims.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

describe('a token', () => {
  const token = (claims: unknown) =>
    ['{}', JSON.stringify(claims), 'signature']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');

  test.each<[string, object, string, string | undefined]>([
    ['a person', { sub: 'kp_1', azp: 'app', org_code: 'org_1' }, 'kp_1', 'org_1'],
    ['a person with a name', { sub: 'kp_1', name: 'Zoë Ångström' }, 'Zoë Ångström', undefined],
    [
      'a person with an address',
      { sub: 'kp_1', email: 'a@example.com' },
      'a@example.com',
      undefined,
    ],
    ['an application', { azp: 'a1b2' }, 'application a1b2', undefined],
    [
      'claims in Hasura’s form',
      { sub: 'kp_1', 'x-hasura-org-code': 'org_2', 'x-hasura-org-name': 'Acme' },
      ...(['kp_1', 'Acme (org_2)'] as const),
    ],
    ['odd claims', { sub: 7, azp: null, org_code: [] }, 'application without a name', undefined],
  ])('of %s', (_whose, claims, who, organization) => {
    expect(summarizeToken(token({ ...claims, exp: 60 }))).toEqual({
      ...{ who, organization, expiresAt: 60_000 },
    });
  });

  test.each(['', 'nonsense', 'a.b', 'a.b.c', `a.${btoa('7')}.c`])('"%s" is none', (text) => {
    expect([summarizeToken(text), organizationOf(text)]).toEqual([undefined, undefined]);
  });

  test.each([
    [undefined, 'has no expiry'],
    [0, 'expired'],
    [-5, 'expired'],
    [59, 'expires in 59 s'],
    [3_540, 'expires in 59 min'],
    [36_000, 'expires in 10 h'],
    [864_000, 'expires in 10 days'],
  ])('that ends in %s seconds', (seconds, text) => {
    const now = 1_000_000;
    const expiresAt = seconds === undefined ? undefined : now + seconds * 1000;
    expect(describeExpiry(expiresAt, now)).toBe(text);
  });
});

describe('a report', () => {
  const call = {
    route: 'GET /api/v1/roles',
    source: 'upstream',
    startMs: 0,
    milliseconds: 10,
  } as const;
  const upstream: ExplainReport = {
    ...{ made: 1, cached: 2, stale: 0, merged: 1, saved: 1_200, milliseconds: 40.4 },
    calls: [
      { ...call, startMs: 20, status: 200, attempts: 2 },
      { ...call, source: 'cache', milliseconds: 0, ageSeconds: 12.2 },
      {
        ...{ ...call, startMs: 35, milliseconds: 5, status: null, failure: 'TIMEOUT' },
        route: 'GET /api/v1/organizations/{org_code}/users',
      },
    ],
  };
  const cost = { requested: 13, maximum: 25_000 };

  test('is taken out of the response, which keeps its other extensions', () => {
    expect(takeReport({ data: {}, extensions: { upstream, cost, live: 1 } })).toEqual({
      result: { data: {}, extensions: { live: 1 } },
      report: { ...upstream, cost },
    });
    expect(takeReport({ data: {}, extensions: { upstream } }).result).toEqual({ data: {} });
    const plain = { data: {}, extensions: { cost } };
    expect(takeReport(plain)).toEqual({ result: plain, report: undefined });
  });

  test('is told in numbers', () => {
    expect(summarizeReport({ ...upstream, cost })).toEqual([
      ...['1 call to Kinde', '2 cache hits', '1 coalesced read', '1,200 saved calls', '40 ms'],
      'cost 13 of 25,000',
    ]);
  });

  test('is drawn in the order in which the calls began, within the operation', () => {
    const rows = waterfallOf(upstream);
    expect(rows.map(({ label, outcome }) => [label, outcome])).toEqual([
      ['GET /roles', 'cache, 12 s old'],
      ['GET /roles', '200, 2 attempts'],
      ['GET …/users', 'TIMEOUT'],
    ]);
    expect(rows[1]!.left).toBeCloseTo((100 * 20) / 40.4);
    expect(rows[1]!.width).toBeCloseTo((100 * 10) / 40.4);
    for (const { left, width } of rows) {
      expect(width).toBeGreaterThan(0);
      expect(left + width).toBeLessThanOrEqual(100);
    }
  });
});

describe('a link', () => {
  const query = '# 100% & "more"\n{ organizations(first: 1) { nodes { name } } }';

  test('opens with the operation and the variables that it was made of', () => {
    const variables = '{\n  "name": "A&B=C#d+e"\n}';
    const link = new URL(linkTo({ query, variables }, 'http://localhost:4000/graphiql?query=x#y'));
    // What is after # is not sent, so it may be longer than the headers that a server takes.
    expect([link.origin, link.pathname, link.search]).toEqual([
      'http://localhost:4000',
      '/graphiql',
      '',
    ]);
    expect(operationInLink(link)).toEqual({ query, variables });
  });

  test('has no variables where there are none, and indents those in one line', () => {
    expect(linkTo({ query, variables: ' ' }, 'http://localhost/graphiql')).not.toContain(
      'variables',
    );
    const variablesIn = (search: string) => operationInLink({ search, hash: '' })?.variables;
    expect(variablesIn('?query={a}&variables={"b":1}')).toBe('{\n  "b": 1\n}');
    expect(variablesIn('?query={a}&variables={')).toBe('{');
  });

  test.each(['', '?', '?query=', '?query=%20', '?variables={}'])(
    '"%s" has no operation',
    (search) => {
      const hash = search.replace('?', '#');
      expect(operationInLink({ search, hash: '' })).toBeUndefined();
      expect(operationInLink({ search: '', hash })).toBeUndefined();
    },
  );
});

test('placeholders are filled with values of any type, and stay without one', () => {
  const variables = '{\n  "code": "<code>", "list": ["<flag>", "<none>"], "text": "a <code>" }';
  expect(hasPlaceholders(variables)).toBe(true);
  const filled = fillPlaceholders(variables, { code: 'org_"1', flag: false });
  expect(filled).toBe('{\n  "code": "org_\\"1", "list": [false, "<none>"], "text": "a <code>" }');
  expect(hasPlaceholders('{ "a": "b < c > d" }')).toBe(false);
});

describe('code', () => {
  let gateway: TestGateway;
  let source: SnippetSource;
  beforeAll(async () => {
    gateway = await startGateway({ emulator: { organizations: 1 }, env: { AUTH_MODE: 'jwt' } });
    source = {
      query: `# It's \`quoted\`, \\ and \${odd}
query Named($name: String) { organizations(first: 1) { nodes { code } } users(search: $name) { nodes { userId } } }`,
      variables: { name: "O'Neil `${x}` \\" },
      operationName: 'Named',
      url: `${gateway.url}/graphql`,
      needsToken: true,
    };
  });
  afterAll(() => gateway?.close());

  test('by fetch runs', async () => {
    const run = new Function(
      'token',
      `return (async () => {${toFetch(source)} return { data, errors };})()`,
    );
    const { data, errors } = await run(await gateway.emulator.issueToken());
    expect(errors).toBeUndefined();
    expect(data.organizations.nodes).toHaveLength(1);
  });

  test('by curl quotes what a shell would read, and names no token', () => {
    const command = toCurl(source);
    expect(command).toContain(`O'\\''Neil`);
    expect(command).toContain('"authorization: Bearer $TOKEN"');
    expect(toCurl({ ...source, needsToken: false })).not.toContain('authorization');
  });

  test.each([
    [
      'query',
      '# `a` ${b} \\\nquery Named($name: String) { users(search: $name) { nodes { userId } } }',
      'useQuery',
    ],
    [
      'mutation',
      'mutation Named($name: String) { deleteOrganization(input: { organizationCode: "x" }) { userErrors { code } } }',
      'useMutation',
    ],
  ])('for Apollo has a %s with its variables', (_type, query, hook) => {
    const code = toApolloHook({ ...source, query })
      .replace(/^import .*$/gm, '')
      .replace('export ', '');
    const documents: string[] = [];
    const gql = (text: TemplateStringsArray) => documents.push(text[0]!);
    const use = (_document: unknown, options: unknown) => options;
    const run = new Function('gql', hook, `${code}; return useNamed();`);
    expect(run(gql, use)).toEqual({ variables: source.variables });
    expect(print(parse(documents[0]!))).toBe(print(parse(query)));
  });

  const CHANGES = 'subscription Changes { changes { kind } }';

  test('for a stream asks for one, and shows each result', () => {
    const streamed = { ...source, query: CHANGES, operationName: 'Changes' };
    expect(toCurl(streamed)).toMatch(/^curl -sS -N [^]+-H 'accept: text\/event-stream'/);
    expect(toFetch(streamed)).toMatch(/createClient[^]+operationName: "Changes"[^]+for await/);
    expect(toApolloHook(streamed)).toContain('return useSubscription(CHANGES,');
    expect(toCurl(source)).not.toContain('event-stream');
  });

  test('has the chosen operation of several, and its fragments', () => {
    const query = `${source.query} ${CHANGES} query Other { roles { nodes { ...Key } } }
      fragment Key on Role { key }`;
    const [, document] = /gql`([^`]+)`/.exec(
      toApolloHook({ ...source, query, operationName: 'Other' }),
    )!;
    expect(print(parse(document!))).toBe(
      print(parse('query Other { roles { nodes { ...Key } } } fragment Key on Role { key }')),
    );
    expect(toCurl({ ...source, query })).toContain('"operationName":"Named"');
  });

  test('has no name of an operation that the document lacks, or of what it imports', () => {
    const query = 'query query { viewer { kind } }';
    expect(toFetch({ ...source, query })).toContain('operationName: "query"');
    expect(toApolloHook({ ...source, query })).toContain('function useQueryOperation()');
  });
});
