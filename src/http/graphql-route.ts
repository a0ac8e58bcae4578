/** `/graphql`: GraphQL over HTTP, as a list of steps. */
import type { FastifyPluginAsync, onRequestHookHandler, onSendHookHandler } from 'fastify';
import { sendError } from './error.js';
import { GraphqlSteps, type GraphqlParts } from './graphql-steps.js';
import { chargeRefusal } from './limit-caller.js';
import { reportRequests } from './request-telemetry.js';
import { RequestState } from './request.js';
import type { UnreadResponses } from './unread-responses.js';

/** Returns a plugin that serves `/graphql`. */
export function graphqlRoute({
  refuseOtherHosts,
  unread,
  ...parts
}: GraphqlParts & {
  refuseOtherHosts: onRequestHookHandler;
  unread: UnreadResponses;
}): FastifyPluginAsync {
  const watchUnread: onSendHookHandler = (_request, reply, payload, done) => {
    if (typeof payload === 'string' || payload instanceof Buffer) {
      unread.watch(reply.raw, payload);
    }
    done(null, payload);
  };
  return async (app) => {
    const steps = new GraphqlSteps(app, parts);
    app.decorateRequest('graphql');
    app.addHook('onRequest', (request, _reply, done) => {
      request.graphql = new RequestState();
      done();
    });
    reportRequests(app, parts.telemetry);
    steps.readJsonAsText();
    app.route({
      method: ['GET', 'POST'],
      url: '/graphql',
      exposeHeadRoute: false,
      // Each step sends a response, which ends the request, or leaves it to the next step.
      onRequest: [
        refuseOtherHosts,
        steps.varyByHeaders,
        steps.redirectBrowser,
        steps.preventCsrf,
        steps.negotiate,
        steps.checkContentType,
        steps.refuseSpentCaller,
        steps.admitBeforeBody,
      ],
      preHandler: [
        steps.authenticate,
        ...(parts.callerBudget === undefined ? [] : [steps.meter]),
        steps.sendCachedResponse,
        steps.parseBody,
        steps.resolveTrustedDocument,
      ],
      // Not for the route of OPTIONS: a preflight is answered before it has a state.
      onSend: [steps.releaseSlot, chargeRefusal, watchUnread],
      handler: async (request, reply) => {
        if (request.graphql.isStream) return steps.stream(request, reply);
        const turn = await steps.coalesceOrAdmit(request, reply);
        if (turn === 'gone') return reply.hijack();
        if (turn === 'shed') return steps.shed(request, reply);
        if (turn !== 'admitted') return steps.sendShared(request, reply, turn);
        return steps.executeAndStore(request, reply);
      },
    });
    app.route({
      method: ['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url: '/graphql',
      onRequest: async (request, reply) =>
        sendError(request, reply.header('allow', 'GET, POST'), {
          status: 405,
          message: 'Send GraphQL requests by POST, or queries by GET.',
        }),
      handler: async () => undefined,
    });
  };
}
