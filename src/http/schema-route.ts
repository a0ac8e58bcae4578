/** `GET /schema.graphql`: the schema as one file, for code generators and editors. */
import type { FastifyPluginAsync } from 'fastify';
import type { Authenticate } from '../auth/authenticate.js';
import type { Config } from '../config.js';
import { printSdl } from '../graphql/schema.js';
import { sendAuthenticationError } from './error.js';
import { CachedResponse } from './response-cache.js';
import { sendResponse } from './send-response.js';

export interface SchemaRouteOptions {
  authenticate: Authenticate;
  config: Pick<Config, 'isSchemaPublic' | 'trustedDocuments'>;
}

/**
 * Returns a plugin that serves the schema to callers that may introspect it: those that authenticate, on a
 * gateway that allows introspection. With trusted documents, introspection isn't among them.
 */
export function schemaRoute({ authenticate, config }: SchemaRouteOptions): FastifyPluginAsync {
  return async (app) => {
    if (!config.isSchemaPublic || config.trustedDocuments !== undefined) return;
    let response: CachedResponse | undefined;
    app.get('/schema.graphql', async (request, reply) => {
      reply.header('vary', 'Accept-Encoding, Authorization');
      try {
        await authenticate(request.headers.authorization, request.log);
      } catch (error) {
        return sendAuthenticationError(request, reply, error);
      }
      response ??= new CachedResponse(printSdl(), {
        operationName: undefined,
        freshUntil: undefined,
      });
      // As text, since browsers download other types instead of showing them.
      reply.type('text/plain; charset=utf-8');
      return sendResponse(request, reply, response, { maxAgeMs: 0, onCompress: () => undefined });
    });
  };
}
