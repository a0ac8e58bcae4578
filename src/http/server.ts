/** The HTTP server that routes are mounted on: its limits, the headers of all responses, JSON errors. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, {
  LogController,
  type ConnectionError,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify';
import type { Config } from '../config.js';
import { ArrivingBodies } from './arriving-bodies.js';
import { watchConnections, type Connections } from './connections.js';
import { allowOrigins } from './cors.js';
import { discardBody } from './discard-body.js';
import { httpError, sendError } from './error.js';
import { securityHeaders } from './security-headers.js';
import { noSchemaCompilers } from '../schema-compilers.js';
import { logText, serializeError } from '../telemetry/redact.js';

const BODY_LIMIT_BYTES = 1024 * 1024;
const HEADER_LIMIT_BYTES = 16 * 1024;

/** The request ids that are taken over from clients: safe in a header and in a log line. */
const REQUEST_ID = /^[\w.:+/=@-]{1,128}$/;

export interface LogStream {
  write(line: string): void;
}

export interface HttpServerOptions {
  /** Where the log goes; to stdout when absent. */
  logTo?: LogStream | undefined;
  /** Returns whether the gateway is shutting down. */
  isClosing?: () => boolean;
}

interface HttpServer {
  app: FastifyInstance;
  connections: Connections;
}

/** Creates a server without routes. */
export function createHttpServer(
  config: Config,
  { logTo, isClosing = () => false }: HttpServerOptions = {},
): HttpServer {
  const { requestTimeoutMs, maxConnections, trustedProxies, cors } = config;
  const app = Fastify({
    logger: loggerOptions(config, logTo),
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: ({ headers: { 'x-request-id': id } }) =>
      typeof id === 'string' && REQUEST_ID.test(id) && logText(id) === id ? id : randomUUID(),
    forceCloseConnections: 'idle',
    // Requests on open connections get our own 503.
    return503OnClosing: false,
    // Against clients that send a byte now and then. Node checks at intervals.
    requestTimeout: requestTimeoutMs,
    http: {
      headersTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(requestTimeoutMs, 1_000),
      maxHeaderSize: HEADER_LIMIT_BYTES,
    },
    clientErrorHandler: (error, socket) =>
      // A client takes the first response for that of its first request, which may be a mutation.
      connections.onceAnswered(socket, () => sendClientError(error, socket)),
    frameworkErrors: (_error, request, reply) => sendBadUrl(request, reply as FastifyReply),
    schemaController: noSchemaCompilers,
    // An endpoint is often written with a slash at its end.
    routerOptions: { ignoreTrailingSlash: true },
  });
  const connections = watchConnections(app);
  // Node closes further connections as they come, which costs no memory.
  app.server.maxConnections = maxConnections;
  // Node would refuse an unknown `Expect` without a JSON body. A server may ignore it (RFC 9110,
  // section 10.1.1).
  app.server.on('checkExpectation', (request, response) =>
    app.server.emit('request', request, response),
  );
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onRequest', securityHeaders());
  const bodies = new ArrivingBodies();
  app.addHook('preParsing', ({ raw }, _reply, payload, done) => {
    if (raw.method !== 'GET' && raw.method !== 'HEAD') bodies.watch(raw);
    done(null, payload);
  });
  app.addHook('onSend', (request, reply, _payload, done) => {
    // A connection that is kept alive would keep the server from closing for a minute.
    if (isClosing()) reply.header('connection', 'close');
    // Without the header a cache may store a GET by its own rules (RFC 9111, section 4.2.2).
    if (
      (request.method === 'GET' || request.method === 'HEAD') &&
      !reply.hasHeader('cache-control')
    ) {
      reply.header('cache-control', 'no-store');
    }
    done();
  });
  allowOrigins(app, cors);
  sendErrorsAsJson(app);
  return { app, connections };
}

/** Returns a log that is readable in development and JSON in production. */
function loggerOptions(
  { logLevel: level, isProduction }: Config,
  logTo: LogStream | undefined,
): FastifyServerOptions['logger'] {
  const serializers = { err: (error: Error) => serializeError(error) };
  if (logTo !== undefined) return { level, serializers, stream: logTo };
  // A transport is a worker thread, which a silent log has no use for.
  if (isProduction || level === 'silent') return { level, serializers };
  const options = { ignore: 'pid,hostname', singleLine: true };
  return { level, serializers, transport: { target: 'pino-pretty', options } };
}

/** Refuses a URL that cannot be decoded. No hook has run then. */
function sendBadUrl(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store' });
  sendError(request, reply, {
    status: 400,
    message: 'The URL cannot be decoded. Encode `%` as `%25`.',
  });
}

/** Clearer messages for errors of Fastify, by its codes. */
const MESSAGES: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: `The body is over ${BODY_LIMIT_BYTES} bytes. Send less at once.`,
  FST_ERR_CTP_EMPTY_JSON_BODY:
    'The body is empty. Send a JSON object such as `{ "query": "{ __typename }" }`.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
};

/** Sends HTTP errors in the form of a GraphQL response, at every path. */
function sendErrorsAsJson(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') await discardBody(request.raw);
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error({ err: error }, 'internal error');
    const message =
      status >= 500
        ? 'Something went wrong in the gateway.'
        : (MESSAGES[error.code] ?? error.message);
    return sendError(request, reply, { status, message });
  });
  app.setNotFoundHandler((request, reply) =>
    sendError(request, reply, {
      status: 404,
      message: 'There is nothing at this path. The GraphQL endpoint is `/graphql`.',
    }),
  );
}

const CLIENT_ERRORS: Readonly<Record<string, readonly [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
  HPE_HEADER_OVERFLOW: [431, `The headers are over ${HEADER_LIMIT_BYTES} bytes.`],
};

/** Responds to bytes that are not a complete HTTP request. Fastify has no request for them. */
function sendClientError({ code }: ConnectionError, socket: Socket): void {
  if (code !== 'ECONNRESET' && socket.writable) {
    const [status, message] = CLIENT_ERRORS[code] ?? [400, 'This is not an HTTP request.'];
    const id = randomUUID();
    const body = JSON.stringify(httpError(status, message, { id }));
    socket.write(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
        'connection: close',
        'content-type: application/json; charset=utf-8',
        `content-length: ${Buffer.byteLength(body)}`,
        `x-request-id: ${id}`,
        '',
        body,
      ].join('\r\n'),
    );
  }
  socket.destroySoon();
}
