/** The HTTP server that routes are mounted on: its limits, the headers of all its answers, and JSON for every failure. */
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
} from 'fastify';
import type { Config } from '../config.js';
import { httpError } from './error.js';
import { cors } from './cors.js';
import { securityHeaders } from './security-headers.js';
import { logText, serializeError } from '../telemetry/redact.js';

const BODY_LIMIT_BYTES = 1024 * 1024;
const HEADER_LIMIT_BYTES = 16 * 1024;

/** The request ids of others that are taken over: what is safe in a header and in a log line. */
const REQUEST_ID = /^[\w.:+/=@-]{1,128}$/;

export interface LogStream {
  write(line: string): void;
}

export interface HttpServerOptions {
  /** Where its log goes; to stdout when absent. */
  logTo?: LogStream | undefined;
  /** Whether the gateway is about to end. */
  isClosing?: () => boolean;
}

/** A server without routes. */
export function createHttpServer(
  { logLevel, isProduction, requestTimeoutMs, maxConnections, corsOrigins }: Config,
  { logTo, isClosing = () => false }: HttpServerOptions = {},
): FastifyInstance {
  const app = Fastify({
    logger: {
      level: logLevel,
      serializers: { err: (error: Error) => serializeError(error) },
      // Readable for people at work, JSON for machines; a worker thread for nothing when silent.
      ...(logTo !== undefined
        ? { stream: logTo }
        : isProduction || logLevel === 'silent'
          ? {}
          : {
              transport: {
                target: 'pino-pretty',
                options: { ignore: 'pid,hostname', singleLine: true },
              },
            }),
    },
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: ({ headers: { 'x-request-id': given } }) =>
      typeof given === 'string' && REQUEST_ID.test(given) && logText(given) === given
        ? given
        : randomUUID(),
    forceCloseConnections: 'idle',
    // Whoever comes on an open connection is sent away in our form.
    return503OnClosing: false,
    // One who sends a byte now and then would else hold a socket for good: Node looks at intervals.
    requestTimeout: requestTimeoutMs,
    http: {
      headersTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(requestTimeoutMs, 1_000),
      maxHeaderSize: HEADER_LIMIT_BYTES,
    },
    clientErrorHandler: answerNoRequest,
    frameworkErrors: (_error, request, reply) => answerNoAddress(request, reply as FastifyReply),
    // People write an endpoint with a slash at its end, and are not told why nothing is there.
    routerOptions: { ignoreTrailingSlash: true },
  });
  // Node closes a connection too many as it comes, which costs no memory.
  app.server.maxConnections = maxConnections;
  // Node would refuse what it does not know, without a word of JSON; it may be passed over (RFC 9110,
  // section 10.1.1).
  app.server.on('checkExpectation', (request, response) =>
    app.server.emit('request', request, response),
  );
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onRequest', securityHeaders());
  // Kept alive, the connection of the last request would keep the server from closing for a minute.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing()) reply.header('connection', 'close');
    done();
  });
  app.addHook('onRequest', cors(corsOrigins));
  answerInJson(app);
  return app;
}

/** Answers for an address that cannot be decoded: no hook has run then. */
function answerNoAddress({ id }: Pick<FastifyRequest, 'id'>, reply: FastifyReply): void {
  void reply
    .code(400)
    .header('x-request-id', id)
    .send(httpError(400, 'The address cannot be decoded.', { id }));
}

/** Failures of HTTP are answered in the form of a GraphQL response, whatever the address. */
function answerInJson(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error({ err: error }, 'internal error');
    const message = status >= 500 ? 'Something went wrong in the gateway.' : error.message;
    return reply.code(status).send(httpError(status, message, request));
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send(httpError(404, 'There is nothing at this address.', request)),
  );
}

const NO_REQUEST: Readonly<Record<string, readonly [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not come in time.'],
  HPE_HEADER_OVERFLOW: [431, 'The headers of the request are too large.'],
};

/** Answers bytes that are no request, or not a whole one: Fastify knows of none then. */
function answerNoRequest({ code }: ConnectionError, socket: Socket): void {
  if (code !== 'ECONNRESET' && socket.writable) {
    const [status, message] = NO_REQUEST[code] ?? [400, 'This is no HTTP request.'];
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
