/**
 * Apollo's suite for framework integrations, against our HTTP server and our
 * `/graphql`. The servers are the suite's own, with its schemas and settings; what our plugins add to
 * a response is tested elsewhere.
 *
 * @jest-environment ./test/support/deviations.mjs
 */
import { ApolloServer } from '@apollo/server';
import {
  defineIntegrationTestSuite,
  type CreateServerForIntegrationTests,
} from '@apollo/server-integration-testsuite';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createRefuseOtherHosts } from '../../src/http/allowed-hosts.js';
import { CoalescedExecutions } from '../../src/http/coalesce.js';
import { ResponseCache } from '../../src/http/response-cache.js';
import { UnreadResponses } from '../../src/http/unread-responses.js';
import { createAuthenticate } from '../../src/auth/authenticate.js';
import { readConfig } from '../../src/config.js';
import { executeWith } from '../../src/http/execute.js';
import { createHttpServer } from '../../src/http/server.js';
import { LiveQueries } from '../../src/http/live/live-queries.js';
import { graphqlRoute } from '../../src/http/graphql-route.js';
import { Admission } from '../../src/http/admission.js';
import { ChangeFeed } from '../../src/upstream/changes/feed.js';
import { InvalidationLog } from '../../src/upstream/cache/invalidation.js';

declare global {
  /** See support/deviations.mjs. */
  var deviations: Record<string, string>;
  var ran: ReadonlySet<string>;
}

const NO_TEXT =
  'A body of text/plain is refused with 415 before anything reads it: a form or a script of another ' +
  'site can send one. The suite wants Apollo Server’s own 400.';

const NO_HTML =
  'A landing page is HTML, which this route never sends: `accept: text/html` alone gets 406. GraphiQL ' +
  'is at /graphiql.';

const NO_TEXT_BY_GET =
  'A wrong content type has the code UNSUPPORTED_MEDIA_TYPE, and its message says what to send, by GET ' +
  'as by POST.';

const LANDING_PAGE_TESTS = 'integration tests › apolloServerTests.ts › renderLandingPage';
const HTTP_TESTS = 'integration tests › httpServerTests.ts › graphqlHTTP';

/**
 * Tests of the suite that must fail here, and why that is right. Beside them there is one deviation
 * that would show in thirty tests: errors of a 4xx or 5xx response have a request id. It is removed
 * before the suite's assertions, and checked below.
 */
globalThis.deviations = {
  [`${HTTP_TESTS} › throws an error if POST body is empty`]: NO_TEXT,
  [`${HTTP_TESTS} › throws an error if invalid content-type`]: NO_TEXT,
  'integration tests › apolloServerTests.ts › CSRF prevention › default': NO_TEXT,
  ...Object.fromEntries(
    [
      'defaults to LocalDefault',
      'can specify version for LocalDefault',
      'can be disabled',
      'basic functionality › basic GET works',
      'basic functionality › basic GET works with more complex header',
      'async `html` function › returns a string',
      'async `html` function › throws',
    ].map((name) => [`${LANDING_PAGE_TESTS} › ${name}`, NO_HTML]),
  ),
  ...Object.fromEntries(
    [
      'has a non-application/json content-type',
      'has a non-preflighted non-application/json content-type',
      'has a malformed content-type',
    ].map((name) => [`${HTTP_TESTS} › throws an error if GET request ${name}`, NO_TEXT_BY_GET]),
  ),
  [`${HTTP_TESTS} › throws an error if POST JSON is malformed`]:
    'It is refused with 400, in Fastify’s words: the suite knows those of other frameworks.',
};

const config = readConfig({
  LOG_LEVEL: 'silent',
  NODE_ENV: 'production',
  KINDE_DOMAIN: 'http://127.0.0.1:9',
  AUTH_MODE: 'passthrough',
});
const admission = new Admission({
  ...config.overload,
  // The suite keeps this process busy; no request must be shed for that.
  ...{ maxWaitMs: 600_000, maxEventLoopDelayMs: 600_000 },
  upstreamUtilization: () => 0,
});
const live = new LiveQueries({
  admission,
  unread: new UnreadResponses(),
  // The suite opens no streams.
  execute: () => Promise.reject(new TypeError('Not asked for')),
  cache: {
    invalidations: new InvalidationLog(),
    changes: new ChangeFeed(''),
    refresh: () => true,
    catchUp: () => true,
  },
  limits: config.streams,
  uncacheableLifetimeMs: 30_000,
});
afterAll(() => {
  live.close();
  admission.close();
});
const nobodysToken = { value: '', scopes: undefined };
const authenticate = createAuthenticate(
  { authMode: 'none', jwt: undefined, isProduction: false },
  { get: () => nobodysToken, renew: async () => undefined },
);

/** Whether each error has its request id, in the order of the responses. */
const namings: boolean[] = [];

const createServer: CreateServerForIntegrationTests = async (apolloConfig, options) => {
  const apollo = new ApolloServer(apolloConfig);
  await apollo.start();
  const invalidations = new InvalidationLog();
  const { app } = createHttpServer(config);
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode < 400 || typeof payload !== 'string') return payload;
    const { errors, ...rest } = JSON.parse(payload);
    if (errors === undefined) return payload;
    const bare = errors.map(({ extensions: { requestId, ...extensions }, ...error }: any) => {
      namings.push(requestId === request.id && requestId === reply.getHeader('x-request-id'));
      return Object.keys(extensions).length === 0 ? error : { ...error, extensions };
    });
    return JSON.stringify({ errors: bare, ...rest });
  });
  await app.register(
    graphqlRoute({
      execute: executeWith(apollo, options?.context ?? (async () => ({}))),
      authenticate,
      responses: new ResponseCache(invalidations, undefined),
      executions: new CoalescedExecutions(invalidations),
      refresh: () => true,
      refuseOtherHosts: createRefuseOtherHosts({ allowedHosts: undefined }),
      ...{ admission, live, unread: new UnreadResponses() },
      telemetry: { metrics: undefined, traces: undefined },
      config,
    }),
  );
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { server: apollo, url: `${url}/graphql`, extraCleanup: () => app.close() };
};

// GraphQL 16 has no @defer or @stream, so the gateway sends no multipart responses.
defineIntegrationTestSuite(createServer, { noIncrementalDelivery: true });

describe('the list of deviations', () => {
  test('names tests of the suite alone', () => {
    expect(globalThis.ran.size).toBeGreaterThan(240);
    for (const name of Object.keys(globalThis.deviations)) expect(globalThis.ran).toContain(name);
  });

  test('each error of a failed request has its request id', () => {
    expect(namings.length).toBeGreaterThan(30);
    expect(namings).not.toContain(false);
  });
});
