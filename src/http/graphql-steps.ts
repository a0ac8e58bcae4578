/** The steps of the `/graphql` route. */
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  onRequestHookHandler,
  onSendHookHandler,
  preHandlerAsyncHookHandler,
  preHandlerHookHandler,
} from 'fastify';
import type { Authenticate } from '../auth/authenticate.js';
import { budgetOwner } from '../auth/identity.js';
import type { Config } from '../config.js';
import { withTrustedDocument } from '../graphql/trusted-documents.js';
import { logText } from '../telemetry/redact.js';
import type { Telemetry } from '../telemetry/index.js';
import type { Cache } from '../upstream/cache/index.js';
import type { Admission } from './admission.js';
import type { CallerBudget } from './caller-budget.js';
import type { CoalescedExecutions } from './coalesce.js';
import type { Execute } from './execute.js';
import { addRequestId, sendAuthenticationError, sendError } from './error.js';
import { accountOf, credentialOf, limitCaller } from './limit-caller.js';
import type { LiveQueries } from './live/live-queries.js';
import { contentTypeProblem, isNavigation, negotiateType, wantsStream } from './media-type.js';
import {
  cacheKeyOf,
  isDeliberateGet,
  isQuery,
  unreadableBody,
  withoutEmptyParameters,
  type SharedResponse,
} from './request.js';
import { CachedResponse, type ResponseCache } from './response-cache.js';
import { sendResponse } from './send-response.js';

/** What `/graphql` is made of. */
export interface GraphqlParts {
  /** Executes an operation with Apollo Server. It sets `request.graphql.operation`. */
  execute: Execute;
  authenticate: Authenticate;
  responses: ResponseCache;
  executions: CoalescedExecutions;
  live: LiveQueries;
  /** What callers may use in a minute; undefined where they have no limit. */
  callerBudget?: CallerBudget | undefined;
  /** Learns of writes through other replicas: see `Cache.refresh`. */
  refresh: Cache['refresh'];
  admission: Admission;
  telemetry: Telemetry;
  config: Pick<Config, 'isProduction' | 'isGraphiqlServed' | 'trustedDocuments' | 'httpMaxAgeMs'>;
}

export class GraphqlSteps {
  readonly #app: FastifyInstance;
  readonly #parts: GraphqlParts;
  readonly #parseJson: ReturnType<FastifyInstance['getDefaultJsonParser']>;

  constructor(app: FastifyInstance, parts: GraphqlParts) {
    this.#app = app;
    this.#parts = parts;
    this.#parseJson = app.getDefaultJsonParser('error', 'error');
  }

  /**
   * Accepts JSON alone, since a form or a script on another site can send text/plain. A body is kept as
   * text: that is the cache key, and a request that is in the cache need not be parsed.
   */
  readJsonAsText(): void {
    this.#app.removeAllContentTypeParsers();
    this.#app.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) =>
      done(null, body),
    );
  }

  /** Names the request headers that a response to a GET depends on, whatever its status. */
  readonly varyByHeaders: onRequestHookHandler = (request, reply, done) => {
    if (request.method === 'GET') {
      const fields = [reply.getHeader('vary'), 'Accept', 'Accept-Encoding', 'Authorization'];
      reply.header('vary', fields.filter(Boolean).join(', '));
    }
    done();
  };

  /** Sends a browser that opens `/graphql` on to GraphiQL, which shows the operation that is in the URL. */
  readonly redirectBrowser: onRequestHookHandler = (request, reply, done) => {
    const { method, url, headers } = request;
    if (!this.#parts.config.isGraphiqlServed || method !== 'GET') return done();
    if (!isNavigation(headers)) return done();
    const query = url.indexOf('?');
    reply.redirect(`/graphiql${query < 0 ? '' : url.slice(query)}`, 302);
  };

  readonly checkContentType: onRequestHookHandler = (request, reply, done) => {
    const { method, headers } = request;
    const { 'content-type': contentType, 'content-encoding': coding = 'identity' } = headers;
    const problem =
      method === 'GET' && contentType === undefined ? undefined : contentTypeProblem(contentType);
    if (problem !== undefined) {
      sendError(request, reply, { status: 415, message: problem });
    } else if (coding.toLowerCase() !== 'identity') {
      // The accepted coding is named in a header (RFC 9110, section 15.5.16).
      sendError(request, reply.header('accept-encoding', 'identity'), {
        status: 415,
        message: `The body is compressed (\`content-encoding: ${coding.slice(0, 100)}\`). Send it uncompressed.`,
      });
    } else {
      done();
    }
  };

  /** Chooses the media type of all responses to the request, errors included. */
  readonly negotiate: onRequestHookHandler = (request, reply, done) => {
    const { accept } = request.headers;
    request.graphql.isStream = wantsStream(accept);
    const type = negotiateType(request.graphql.isStream ? undefined : accept);
    if (type === undefined) {
      sendError(request, reply, {
        status: 406,
        message: `Responses are \`application/graphql-response+json\`, \`application/json\` or \`text/event-stream\`. \`accept: ${accept?.slice(0, 100)}\` allows none of them.`,
      });
      return;
    }
    request.graphql.responseType = type;
    reply.type(type);
    done();
  };

  /** Exempts GETs of GraphQL clients from Apollo Server's CSRF check, which asks for a header. */
  readonly preventCsrf: onRequestHookHandler = (request, _reply, done) => {
    if (request.method === 'GET' && isDeliberateGet(request, this.#parts.config.isProduction)) {
      request.headers['apollo-require-preflight'] = 'true';
    }
    done();
  };

  /** Frees the slot of a response that is written now: it may wait for others on its connection. */
  readonly releaseSlot: onSendHookHandler = (request, _reply, payload, done) => {
    request.graphql.releaseSlot?.();
    done(null, payload);
  };

  /** Sheds requests of an overloaded gateway before their body is read, which costs least. */
  readonly admitBeforeBody: onRequestHookHandler = (request, reply, done) => {
    const { admission } = this.#parts;
    reply.raw.once('close', () => request.graphql.releaseSlot?.());
    if (!admission.isGuarded) return done();
    request.graphql.releaseSlot = admission.apply((isAdmitted) => {
      if (!isAdmitted) return void this.shed(request, reply);
      request.graphql.awaitBody();
      done();
    });
  };

  /** Refuses a caller who has nothing left to use, at the cost of looking at its headers. */
  readonly refuseSpentCaller: onRequestHookHandler = (request, reply, done) => {
    const charge = this.#parts.callerBudget?.spent(credentialOf(request));
    if (charge === undefined) return done();
    limitCaller(request, reply, charge);
  };

  /** Refuses a caller who isn't authenticated before the body is parsed, which takes far longer. */
  readonly authenticate: preHandlerAsyncHookHandler = async (request, reply) => {
    const { graphql: state, headers, log } = request;
    state.bodyArrived();
    try {
      state.caller = await this.#parts.authenticate(headers.authorization, log);
    } catch (error) {
      return sendAuthenticationError(request, reply, error);
    }
  };

  /** Lets later steps charge the caller. */
  readonly meter: preHandlerHookHandler = (request, reply, done) => {
    const { callerBudget } = this.#parts;
    if (callerBudget !== undefined) {
      const owner = budgetOwner(request.graphql.caller!.viewer, request.ip);
      request.graphql.account = accountOf(owner, callerBudget, { request, reply });
    }
    done();
  };

  readonly sendCachedResponse: preHandlerAsyncHookHandler = async (request, reply) => {
    const { graphql: state } = request;
    const key = cacheKeyOf(request);
    state.cacheKey = key;
    // A promise with several replicas alone.
    const isCurrent = this.#parts.refresh();
    state.isCurrent = isCurrent === true || (await isCurrent);
    if (key === undefined || !state.isCurrent || state.isStream) return;
    const response = this.#parts.responses.get(key);
    if (response === undefined) return;
    return this.sendShared(request, reply, { response, from: 'memory' });
  };

  readonly parseBody: preHandlerAsyncHookHandler = async (request) => {
    const { body: text } = request;
    if (typeof text !== 'string') return;
    request.graphql.textLength = text.length;
    request.body = await new Promise((resolve, reject) =>
      this.#parseJson(request, text, (error, body) =>
        error === null
          ? resolve(withoutEmptyParameters(body))
          : reject(unreadableBody(text, error)),
      ),
    );
  };

  readonly resolveTrustedDocument: preHandlerHookHandler = (request, reply, done) => {
    const { trustedDocuments } = this.#parts.config;
    if (trustedDocuments === undefined) return done();
    const body = withTrustedDocument(trustedDocuments, request.body);
    if (body === undefined) {
      sendError(request, reply, {
        status: 400,
        message: 'This gateway runs trusted documents only. Send the id of one by POST.',
        code: 'TRUSTED_DOCUMENT_REQUIRED',
      });
      return;
    }
    request.body = body;
    done();
  };

  /**
   * Waits until there is a response to share or the request may execute. A query waits for one
   * identical execution at most, or queries whose responses can't be shared would be executed one after
   * the other. A client that has left takes no slot: its `close` is over, and nothing would free it.
   */
  async coalesceOrAdmit(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<SharedResponse | 'admitted' | 'shed' | 'gone'> {
    const { responses, executions } = this.#parts;
    const { graphql: state } = request;
    const { cacheKey: key } = state;
    if (reply.raw.destroyed) return 'gone';
    if (key === undefined || !state.isCurrent || !isQuery(request)) {
      return (await this.#admit(request)) ? 'admitted' : 'shed';
    }
    for (let mayWait = true; ;) {
      const execution = mayWait ? executions.find(key) : undefined;
      if (execution !== undefined) {
        mayWait = false;
        reply.raw.once('close', () => execution.stopWaiting());
        // A waiter takes no slot that another request could use.
        state.giveSlotBack();
        const response = await execution.wait();
        if (reply.raw.destroyed) return 'gone';
        if (response !== undefined) return { response, from: 'merged' };
      }
      const isAdmitted = this.#admit(request);
      if (isAdmitted === true) {
        // No await between the search above and this, or two identical queries could begin.
        state.execution = executions.begin(key);
        return 'admitted';
      }
      if (!(await isAdmitted)) return 'shed';
      // Meanwhile an identical query may have ended or begun.
      const response = responses.get(key);
      if (response !== undefined) return { response, from: 'memory' };
    }
  }

  /** Responds with a stream of results. Each execution has a slot of its own. */
  stream(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    request.graphql.giveSlotBack();
    return this.#parts.live.serve(request, reply, () => this.shed(request, reply));
  }

  /** Executes the operation and, when its response can be shared, caches it. */
  async executeAndStore(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { cacheKey, execution } = request.graphql;
    let shared: CachedResponse | undefined;
    try {
      const body = await this.#parts.execute(request, reply);
      if (reply.statusCode >= 400) return addRequestId(body, request);
      const { operation } = request.graphql;
      if (operation?.summary.isCacheable !== true) return body;
      const { dependencies, summary } = operation;
      if (!dependencies.isShareable) return body;
      const response = new CachedResponse(body, {
        operationName: summary.operationName,
        freshUntil: dependencies.freshUntil,
      });
      if (execution === undefined) return this.#send(request, reply, response);
      shared = response;
      this.#parts.responses.set(cacheKey!, dependencies, response);
      return this.#send(request, reply, response);
    } finally {
      execution?.finish(shared);
    }
  }

  /** Sends a response that was made for another request. */
  async sendShared(
    request: FastifyRequest,
    reply: FastifyReply,
    shared: SharedResponse,
  ): Promise<FastifyReply> {
    const { response, from } = shared;
    const charge = request.graphql.account?.charge(1);
    if (charge?.isAllowed === false) return limitCaller(request, reply, charge);
    request.graphql.sharedResponse = shared;
    const operationName = response.operationName && logText(response.operationName);
    request.log.info({ operation: 'query', operationName, from }, 'operation');
    return this.#send(request, reply, response);
  }

  /** Refuses a request before execution. `Retry-After` is random, so that clients come back one by one. */
  shed(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const reason = this.#parts.admission.isDraining
      ? 'The gateway is shutting down'
      : 'The gateway is overloaded';
    return sendError(
      request,
      reply.header('retry-after', String(1 + Math.floor(Math.random() * 3))),
      {
        status: 503,
        message: `${reason}; nothing was done. Try again after the seconds in \`Retry-After\`.`,
        code: 'OVERLOADED',
      },
    );
  }

  #send(
    request: FastifyRequest,
    reply: FastifyReply,
    response: CachedResponse,
  ): Promise<FastifyReply> {
    const { responses, config, admission } = this.#parts;
    const { cacheKey, sharedResponse } = request.graphql;
    return sendResponse(request, reply, response, {
      maxAgeMs: Math.min(config.httpMaxAgeMs, responses.freshForMs(response)),
      isOneOfMany: sharedResponse === undefined && admission.inFlight > 1,
      onCompress: () => {
        if (cacheKey !== undefined) responses.resize(cacheKey, response);
      },
    });
  }

  /** Returns true for a request that has a slot, or needs none because the shutdown began after it. */
  #admit({ graphql: state }: FastifyRequest): boolean | Promise<boolean> {
    const { admission } = this.#parts;
    if (state.releaseSlot !== undefined || admission.isDraining) return true;
    return new Promise((resolve) => {
      state.releaseSlot = admission.apply(resolve);
    });
  }
}
