/** GraphQL over HTTP: its routes, what of a request is refused before it, and JSON for every failure. */
import type {
  FastifyError,
  FastifyInstance,
  FastifyPluginAsync,
  FastifyRequest,
  RouteHandlerMethod,
} from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import type { Config } from './config.js';
import { withRequestId } from './errors.js';
import { withTrustedDocument } from './trusted-documents.js';

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

/** `/graphql`, answered by Apollo Server's handler. */
export function graphqlRoutes(
  handler: RouteHandlerMethod,
  { isProduction, trustedDocuments }: Config,
): FastifyPluginAsync {
  return async (app) => {
    // Fastify reads text/plain by default; a form or a script on another site can send it.
    app.removeContentTypeParser('text/plain');
    app.route({
      method: ['GET', 'POST'],
      url: '/graphql',
      onRequest: async (request, reply) => {
        const contentType = request.headers['content-type'];
        if (!isUtf8(contentType)) {
          return reply.code(415).send(httpError(415, 'JSON is read in UTF-8 alone.', request));
        }
        if (request.method === 'GET' && isDeliberate(request, isProduction)) {
          request.headers['apollo-require-preflight'] = 'true';
        }
      },
      preHandler: async (request, reply) => {
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
        return reply.statusCode < 400 ? answer : nameRequest(answer, request);
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
