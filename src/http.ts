/** GraphQL over HTTP: its routes, what of a request is refused before it, and JSON for every failure. */
import type {
  FastifyError,
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  RouteHandlerMethod,
} from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { etagOf, isNamedBy, type Answers, type WholeAnswer } from './answers.js';
import type { Authenticate, Caller } from './auth/authenticate.js';
import { identityOf } from './auth/viewer.js';
import type { Config } from './config.js';
import type { Context } from './context.js';
import { withRequestId } from './errors.js';
import { watchRequests, type Telemetry } from './telemetry/requests.js';
import { withTrustedDocument } from './trusted-documents.js';
import type { Cache } from './upstream/cache/index.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, which is found out once a request; rejects when nobody can be told. */
    caller: Promise<Caller> | undefined;
    /** Whether all writes that were acknowledged before it are known of. */
    isCurrent: boolean;
    /** Under which its answer is kept; undefined where it can neither be kept nor be given. */
    answerKey: string | undefined;
    /** The answer that it was given from memory. */
    fromMemory: WholeAnswer | undefined;
    /** What the operation's resolvers share, once there is an operation. */
    operation: Context | undefined;
  }
}

/** Failures of HTTP are answered in the form of a GraphQL response, whatever the address. */
export function answerInJson(app: FastifyInstance): void {
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

/** What `/graphql` is made of. */
export interface GraphqlRoutes {
  /** Apollo Server's handler. It makes `request.operation`. */
  handler: RouteHandlerMethod;
  authenticate: Authenticate;
  answers: Answers;
  /** Begins an operation: see `Cache.refresh`. */
  refresh: Cache['refresh'];
  telemetry: Telemetry;
  config: Config;
}

/** `/graphql`: from memory where the same was answered a moment ago, else by Apollo Server. */
export function graphqlRoutes({
  handler,
  authenticate,
  answers,
  refresh,
  telemetry,
  config: { isProduction, trustedDocuments },
}: GraphqlRoutes): FastifyPluginAsync {
  return async (app) => {
    app.decorateRequest('caller', undefined);
    app.decorateRequest('isCurrent', true);
    app.decorateRequest('answerKey', undefined);
    app.decorateRequest('fromMemory', undefined);
    app.decorateRequest('operation', undefined);
    app.decorateRequest('span', undefined);
    app.decorateRequest('failureCode', undefined);
    watchRequests(app, telemetry);
    // Fastify reads text/plain by default; a form or a script on another site can send it.
    app.removeAllContentTypeParsers();
    // What was asked before is known by its text, and need not be parsed.
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) =>
      done(null, body),
    );
    const parseJson = app.getDefaultJsonParser('error', 'error');

    app.route({
      method: ['GET', 'POST'],
      url: '/graphql',
      onRequest: (request, reply, done) => {
        const contentType = request.headers['content-type'];
        if (!isUtf8(contentType)) {
          void reply.code(415).send(httpError(415, 'JSON is read in UTF-8 alone.', request));
          return;
        }
        if (request.method === 'GET' && isDeliberate(request, isProduction)) {
          request.headers['apollo-require-preflight'] = 'true';
        }
        done();
      },
      preHandler: async (request, reply) => {
        request.caller = authenticate(request.headers.authorization, request.log);
        // Not every request comes to where it is asked who sent it, and a rejection that nobody looks
        // at ends the process.
        request.caller.catch(() => undefined);
        const key = await keyOf(request);
        request.answerKey = key;
        // Only several replicas make it wait.
        const isCurrent = refresh();
        request.isCurrent = isCurrent === true || (await isCurrent);
        const kept = key === undefined || !request.isCurrent ? undefined : answers.find(key);
        if (kept !== undefined) {
          const { operationName } = kept;
          request.fromMemory = kept;
          request.log.info({ operation: 'query', operationName, from: 'memory' }, 'operation');
          return sendWhole(request, reply, kept, answers.secondsUntil(kept.freshUntil));
        }
        if (typeof request.body === 'string') {
          request.body = await new Promise((resolve, reject) =>
            parseJson(request, request.body as string, (error, body) =>
              error === null ? resolve(body) : reject(error),
            ),
          );
        }
        if (trustedDocuments === undefined) return;
        const body = withTrustedDocument(trustedDocuments, request.body);
        if (body === undefined) {
          const message =
            'Only documents that the gateway knows are run: send the id of one by POST.';
          return reply
            .code(400)
            .send(httpError(400, message, request, 'TRUSTED_DOCUMENT_REQUIRED'));
        }
        request.body = body;
      },
      async handler(request, reply) {
        const answer: unknown = await handler.call(this, request, reply);
        if (reply.statusCode >= 400) return nameRequest(answer, request);
        const { operation, answerKey } = request;
        if (typeof answer !== 'string' || operation?.answer.isRepeatable !== true) return answer;
        // A short text goes into one packet with the headers; a long one need not be encoded again.
        const body = answer.length < SHORT ? answer : Buffer.from(answer);
        const whole = {
          body,
          contentType: String(reply.getHeader('content-type')),
          etag: request.method === 'GET' ? etagOf(body) : '',
          operationName: operation.answer.operationName,
        };
        if (answerKey !== undefined) answers.keep(answerKey, operation.provenance, whole);
        const { freshUntil } = operation.provenance;
        return sendWhole(request, reply, whole, freshUntil && answers.secondsUntil(freshUntil));
      },
    });
    app.route({
      method: ['PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url: '/graphql',
      onRequest: async (request, reply) =>
        reply
          .code(405)
          .header('allow', 'GET, POST')
          .send(httpError(405, 'GraphQL is asked by GET or POST.', request)),
      handler: async () => undefined,
    });
  };
}

const SHORT = 16_384;

/** Headers that ask for something beside the answer, which is made anew for them. */
const ASIDE = ['x-graphql-cost', 'x-graphql-explain'];

/**
 * What tells an answer from all others: who asks, in which form, and what, by its text. A GET that may
 * not have been meant is left to Apollo Server to refuse.
 */
async function keyOf({ method, url, headers, body, caller }: FastifyRequest) {
  if (ASIDE.some((name) => headers[name] !== undefined)) return undefined;
  const asked = method === 'POST' ? body : headers['apollo-require-preflight'] && url;
  if (typeof asked !== 'string' || asked === '') return undefined;
  try {
    const { viewer, token } = await caller!;
    return JSON.stringify([identityOf(viewer, token.authority), headers.accept]) + asked;
  } catch {
    // Apollo Server answers for it.
    return undefined;
  }
}

/** Sends an answer. A client that has it already is told so, without it. */
function sendWhole(
  { method, headers }: FastifyRequest,
  reply: FastifyReply,
  { body, contentType, etag }: Omit<WholeAnswer, 'freshUntil'>,
  maxAgeSeconds: number | undefined,
): FastifyReply {
  reply.header('content-type', contentType);
  if (method !== 'GET') return reply.send(body);
  reply
    .header('etag', etag)
    .header(
      'cache-control',
      `private, ${maxAgeSeconds === undefined ? 'no-cache' : `max-age=${maxAgeSeconds}`}`,
    )
    .header(
      'vary',
      [reply.getHeader('vary'), 'Accept', 'Authorization'].filter(Boolean).join(', '),
    );
  return isNamedBy(headers['if-none-match'], etag) ? reply.code(304).send() : reply.send(body);
}

/** Whether a content type is read as UTF-8, which JSON is when nothing is said (RFC 8259, section 8.1). */
function isUtf8(contentType = ''): boolean {
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(contentType)?.[1];
  return charset === undefined || charset.toLowerCase() === 'utf-8';
}

const GRAPHQL_TYPE = /application\/(graphql-response\+)?json/i;

/**
 * Whether a GET was sent by somebody who meant to ask GraphQL, and not by a page elsewhere that points
 * a browser here. Such a page cannot name GraphQL's types; a script in it can, but GET reads only,
 * carries no cookie and, without CORS, shows its answer to nobody. In development a GET may also say
 * nothing, unless the browser says that it comes from another site.
 */
function isDeliberate({ headers }: FastifyRequest, isProduction: boolean): boolean {
  if (GRAPHQL_TYPE.test(headers.accept ?? '')) return true;
  const site = headers['sec-fetch-site'];
  return !isProduction && (site === undefined || site === 'same-origin' || site === 'none');
}

const HTTP_CODES: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

/** A failure of HTTP in the form of a GraphQL response, so that clients need to know one form only. */
function httpError(
  status: number,
  message: string,
  { id }: FastifyRequest,
  code = HTTP_CODES[status] ?? (status >= 500 ? 'INTERNAL_SERVER_ERROR' : 'BAD_REQUEST'),
) {
  return { errors: [{ message, extensions: { code, requestId: id } }] };
}

/** What failed before it was an operation has no context, and so no plugin that names its request. */
function nameRequest(answer: unknown, { id }: FastifyRequest): unknown {
  if (typeof answer !== 'string') return answer;
  const { errors, ...rest } = JSON.parse(answer) as { errors?: GraphQLFormattedError[] };
  return JSON.stringify({ errors: errors && withRequestId(errors, id), ...rest });
}
