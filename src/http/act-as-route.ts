/** `/graphiql/act-as`: lets GraphiQL try callers whose tokens the emulator issues. */
import type { FastifyPluginAsync } from 'fastify';
import { sendError } from './error.js';

const TIMEOUT_MS = 5_000;

/**
 * Returns a plugin that passes requests on to the emulator's `/_emulator/tokens`: GET for callers to try,
 * POST for a token.
 *
 * The page can't ask the emulator itself, since its policy lets it call its own origin alone. The emulator
 * signs with a key of its own, so its tokens are worth nothing to a real Kinde or to a gateway in front of
 * one, and a real Kinde has nothing at that path.
 */
export function actAsRoute(emulatorUrl: string): FastifyPluginAsync {
  const url = new URL('/_emulator/tokens', emulatorUrl);
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    );
    app.route({
      method: ['GET', 'POST'],
      url: '/graphiql/act-as',
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const { method, body } = request;
        const response = await fetch(url, {
          method,
          ...(method === 'POST' ? { body: String(body) } : {}),
          headers: { 'content-type': 'application/json' },
          redirect: 'manual',
          signal: AbortSignal.timeout(TIMEOUT_MS),
        }).catch(() => undefined);
        reply.header('cache-control', 'no-store').type('application/json; charset=utf-8');
        // What listens there may be something else than the emulator, such as a proxy to Kinde.
        if (method === 'GET' && response?.ok !== true) return { suggestions: [] };
        if (response === undefined) {
          return sendError(request, reply, {
            status: 502,
            message: 'The emulator does not respond.',
          });
        }
        return reply.code(response.status).send(await response.text());
      },
    });
  };
}
