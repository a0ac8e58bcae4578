/** GraphQL over HTTP: its routes, and what of a request is refused before it. */
import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  RouteHandlerMethod,
} from 'fastify';
import {
  etagOf,
  isNamedBy,
  type Answers,
  type Execution,
  type WholeAnswer,
} from './response-cache.js';
import type { Authenticate, Caller } from '../auth/authenticate.js';
import type { Config } from '../config.js';
import type { Context } from '../graphql/context.js';
import { httpError, nameRequest } from './error.js';
import { isDeliberate, isQuery, isUtf8, keyOf } from './request.js';
import type { Admission } from './admission.js';
import { logText } from '../telemetry/redact.js';
import type { Telemetry } from '../telemetry/index.js';
import { watchRequests } from './request-telemetry.js';
import { withTrustedDocument } from '../graphql/trusted-documents.js';
import type { Cache } from '../upstream/cache/index.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, which is found out once a request; rejects when nobody can be told. */
    caller: Promise<Caller> | undefined;
    /** Whether all writes that were acknowledged before it are known of. */
    isCurrent: boolean;
    /** Under which its answer is kept; undefined where it can neither be kept nor be given. */
    answerKey: string | undefined;
    /** Gives up its place among those who are in flight or wait to be. */
    leave: (() => void) | undefined;
    /** Its execution, for which others may wait. */
    execution: Execution | undefined;
    /** The answer of another request that it was given, from memory or as that one had it. */
    given: { readonly answer: WholeAnswer; readonly from: 'memory' | 'merged' } | undefined;
    /** What the operation's resolvers share, once there is an operation. */
    operation: Context | undefined;
  }
}

/** What `/graphql` is made of. */
export interface GraphqlRoutes {
  /** Apollo Server's handler. It makes `request.operation`. */
  handler: RouteHandlerMethod;
  authenticate: Authenticate;
  answers: Answers;
  /** Begins an operation: see `Cache.refresh`. */
  refresh: Cache['refresh'];
  admission: Admission;
  telemetry: Telemetry;
  config: Config;
}

/** `/graphql`: from memory where the same was answered a moment ago, else by Apollo Server. */
export function graphqlRoutes({
  handler,
  authenticate,
  answers,
  refresh,
  admission,
  telemetry,
  config: { isProduction, trustedDocuments },
}: GraphqlRoutes): FastifyPluginAsync {
  return async (app) => {
    app.decorateRequest('caller', undefined);
    app.decorateRequest('isCurrent', true);
    app.decorateRequest('answerKey', undefined);
    app.decorateRequest('leave', undefined);
    app.decorateRequest('execution', undefined);
    app.decorateRequest('given', undefined);
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
    /** Has an operation answered by Apollo Server; `whole` is there when the answer may be given to others. */
    async function execute(this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
      const answer: unknown = await handler.call(this, request, reply);
      if (reply.statusCode >= 400) return { answer: nameRequest(answer, request) };
      const { operation } = request;
      if (typeof answer !== 'string' || operation?.answer.isRepeatable !== true) return { answer };
      // A short text goes into one packet with the headers; a long one need not be encoded again.
      const body = answer.length < SHORT ? answer : Buffer.from(answer);
      const whole: WholeAnswer = {
        body,
        contentType: String(reply.getHeader('content-type')),
        etag: request.method === 'GET' ? etagOf(body) : '',
        operationName: operation.answer.operationName,
        freshUntil: operation.provenance.freshUntil,
      };
      return { answer, whole };
    }

    /** Gives an answer that was made for somebody else, and says so in the log. */
    function give(
      request: FastifyRequest,
      reply: FastifyReply,
      given: NonNullable<FastifyRequest['given']>,
    ): FastifyReply {
      const { answer, from } = given;
      const operationName = answer.operationName && logText(answer.operationName);
      request.given = given;
      request.log.info({ operation: 'query', operationName, from }, 'operation');
      return sendWhole(request, reply, answer, answers.secondsLeft(answer));
    }

    /** Whether a request that was let in may execute by itself, when its turn has come. */
    const isAdmitted = (request: FastifyRequest): boolean | Promise<boolean> => {
      // Whoever was let in before the end begins is still answered.
      if (request.leave !== undefined || admission.isDraining) return true;
      return new Promise((resolve) => {
        request.leave = admission.apply(resolve);
      });
    };

    /** Nothing was done, so that anything may be sent again; not by all at the same time. */
    function sendAway(request: FastifyRequest, reply: FastifyReply): FastifyReply {
      const message = admission.isDraining
        ? 'The gateway is shutting down; nothing was done.'
        : 'The gateway has too much to do at the moment; nothing was done.';
      return reply
        .code(503)
        .header('retry-after', String(1 + Math.floor(Math.random() * 3)))
        .send(httpError(503, message, request, 'OVERLOADED'));
    }

    /**
     * The answer that another execution of the same has for a query; 'shed' for one that is sent away,
     * and undefined for one that is to be executed. A query joins once: were all who joined in vain to
     * join the next, they would be executed one after the other.
     */
    async function otherThanExecuting(
      request: FastifyRequest,
      reply: FastifyReply,
      key: string,
    ): Promise<FastifyRequest['given'] | 'shed'> {
      for (let mayJoin = true; ;) {
        const execution = mayJoin ? answers.executionOf(key) : undefined;
        if (execution !== undefined) {
          mayJoin = false;
          reply.raw.once('close', () => execution.leave());
          // Who waits for another's answer takes nothing that anybody else could use.
          request.leave?.();
          request.leave = undefined;
          const answer = await execution.join();
          if (answer !== undefined) return { answer, from: 'merged' };
        }
        const isIn = isAdmitted(request);
        if (isIn === true) return undefined;
        if (!(await isIn)) return 'shed';
        // While it waited, the same may have been answered or, if not, begun.
        const kept = answers.find(key);
        if (kept !== undefined) return { answer: kept, from: 'memory' };
      }
    }

    const parseJson = app.getDefaultJsonParser('error', 'error');

    app.route({
      method: ['GET', 'POST'],
      url: '/graphql',
      exposeHeadRoute: false,
      onRequest: (request, reply, done) => {
        const contentType = request.headers['content-type'];
        if (!isUtf8(contentType)) {
          void reply.code(415).send(httpError(415, 'JSON is read in UTF-8 alone.', request));
          return;
        }
        const coding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
        if (coding !== 'identity') {
          // What is accepted is named as RFC 9110 asks, section 15.5.16.
          void reply
            .code(415)
            .header('accept-encoding', 'identity')
            .send(httpError(415, 'A body is read as it is: send it uncompressed.', request));
          return;
        }
        if (request.method === 'GET' && isDeliberate(request, isProduction)) {
          request.headers['apollo-require-preflight'] = 'true';
        }
        reply.raw.once('close', () => request.leave?.());
        if (!admission.isGuarded) return done();
        request.leave = admission.apply((isIn) => (isIn ? done() : void sendAway(request, reply)));
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
        if (kept !== undefined) return give(request, reply, { answer: kept, from: 'memory' });
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
        const { answerKey: key } = request;
        if (key === undefined || !request.isCurrent || !isQuery(request)) {
          if (!(await isAdmitted(request))) return sendAway(request, reply);
          return (await execute.call(this, request, reply)).answer;
        }
        const other = await otherThanExecuting(request, reply, key);
        if (other === 'shed') return sendAway(request, reply);
        if (other !== undefined) return give(request, reply, other);
        const execution = answers.beginExecution(key);
        request.execution = execution;
        let whole: WholeAnswer | undefined;
        try {
          const executed = await execute.call(this, request, reply);
          whole = executed.whole;
          if (whole === undefined) return executed.answer;
          answers.keep(key, request.operation!.provenance, whole);
          return sendWhole(request, reply, whole, answers.secondsLeft(whole));
        } finally {
          answers.endExecution(key, execution, whole);
        }
      },
    });
    app.route({
      method: ['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
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

/** Sends an answer. A client that has it already is told so, without it. */
function sendWhole(
  { method, headers }: FastifyRequest,
  reply: FastifyReply,
  { body, contentType, etag }: WholeAnswer,
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
