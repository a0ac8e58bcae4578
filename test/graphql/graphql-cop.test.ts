/** The twelve checks of graphql-cop (github.com/dolevf/graphql-cop), against production settings. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ env: { NODE_ENV: 'production' } });
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.calls();
});

const send = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${gateway.url}${path}`, init);
  return { status: response.status, text: await response.text() };
};
const post = (body: unknown, headers: Record<string, string> = {}) =>
  send('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const ask = (query: string) => post({ query });
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const aliases = Array.from({ length: 101 }, (_, index) => `alias${index}: __typename`).join(' ');
const circular =
  '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }';

test.each<[string, RegExp, () => Promise<{ status: number; text: string }>]>([
  ['field suggestions', /Cannot query field/, () => ask('{ organizatio { code } }')],
  ['introspection', /ALLOW_INTROSPECTION=true/, () => ask('{ __schema { types { name } } }')],
  ['GraphiQL', /NOT_FOUND/, () => send('/graphiql', { headers: { accept: 'text/html' } })],
  ['a query by a plain GET', /"errors"/, () => send('/graphql?query=%7B__typename%7D')],
  [
    'a mutation by GET',
    /"errors"/,
    () => send('/graphql?query=mutation%20%7B__typename%7D', { headers: { accept: '*/*' } }),
  ],
  ['a form', /UNSUPPORTED_MEDIA_TYPE/, () => post('query=%7B__typename%7D', form)],
  ['101 aliases', /QUERY_TOO_COMPLEX/, () => ask(`query cop { ${aliases} }`)],
  [
    'a batch',
    /BAD_REQUEST/,
    () => post(Array.from({ length: 10 }, () => ({ query: '{ __typename }' }))),
  ],
  ['directives', /"errors"/, () => ask(`query cop { __typename ${'@aa'.repeat(10)} }`)],
  ['circular introspection', /"errors"/, () => ask(circular)],
  ['an unhandled error', /"errors"/, () => ask('qwerty cop { abc }')],
])('%s is refused', async (_, reason, attempt) => {
  const { text } = await attempt();
  expect(text).toMatch(reason);
  expect(text).not.toMatch(/"data"|did you mean|stacktrace|exception|graphiql|<html/i);
  expect(gateway.calls()).toEqual([]);
});

test('tracing is not offered', async () => {
  const { text } = await post({ query: '{ __typename }' }, { 'x-apollo-tracing': '1' });
  expect(text).not.toMatch(/tracing|extensions/);
});
