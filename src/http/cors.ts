/** CORS: which origins' pages may call the gateway from a browser. */
import cors from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isLoopback, type Config } from '../config.js';
import { isOrigin } from '../config/values.js';

/** Request headers that pages of allowed origins may set: HTTP's, HTML's, W3C's, Apollo Client's and our own. */
const REQUEST_HEADERS = [
  ...['authorization', 'content-type', 'cache-control', 'if-none-match'],
  ...['traceparent', 'tracestate', 'baggage', 'x-request-id'],
  ...['apollo-require-preflight', 'apollographql-client-name', 'apollographql-client-version'],
  ...['x-apollo-operation-name', 'x-graphql-cost', 'x-graphql-explain', 'last-event-id'],
];
/** Response headers that they may read, besides those that browsers always expose. */
const RESPONSE_HEADERS = [
  ...['etag', 'ratelimit', 'ratelimit-policy', 'retry-after'],
  ...['www-authenticate', 'x-request-id'],
];
const PREFLIGHT_MAX_AGE_SECONDS = 600;
/** How many blocked origins are logged. Clients can make up any number of them. */
const MAX_LOGGED_ORIGINS = 20;

/**
 * Answers preflights and sets the CORS headers for allowed origins. Credentials are never allowed: a
 * page authenticates with the `Authorization` header that it sets, never with a cookie.
 */
export function allowOrigins(app: FastifyInstance, config: Config['cors']): void {
  const isAllowed = createIsAllowed(config);
  void app.register(cors, {
    origin: (origin, callback) => callback(null, isAllowed(origin)),
    methods: ['GET', 'POST'],
    allowedHeaders: [...REQUEST_HEADERS, ...config.headers],
    exposedHeaders: RESPONSE_HEADERS,
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
    // An OPTIONS that is no preflight is harmless; the plugin would refuse it as text/plain.
    strictPreflight: false,
  });
  const logged = new Set<string>();
  app.addHook('onRequest', (request, _reply, done) => {
    const { origin } = request.headers;
    if (origin === undefined || isAllowed(origin) || isSameOrigin(request, origin)) return done();
    if (logged.has(origin) || logged.size >= MAX_LOGGED_ORIGINS || !isOrigin(origin)) return done();
    logged.add(origin);
    const line = `CORS_ORIGINS=${[...config.origins, origin].join(',')}`;
    request.log.warn({ origin }, `CORS blocks a page. To allow its origin, set ${line}`);
    done();
  });
}

function createIsAllowed({ origins, isLoopbackAllowed }: Config['cors']) {
  const allowed = new Set(origins);
  return (origin: string | undefined): boolean => {
    if (origin === undefined) return false;
    return allowed.has(origin) || (isLoopbackAllowed && isLoopbackOrigin(origin));
  };
}

/** Returns whether an origin is a page that this machine serves, on whatever port. */
function isLoopbackOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  return (protocol === 'http:' || protocol === 'https:') && isLoopback(hostname);
}

/** The scheme is not compared: a proxy may have ended TLS. */
function isSameOrigin({ headers }: FastifyRequest, origin: string): boolean {
  if (headers['sec-fetch-site'] === 'same-origin') return true;
  return URL.canParse(origin) && new URL(origin).host === headers.host;
}
