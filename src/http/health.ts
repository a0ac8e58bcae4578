/** What an orchestrator asks: whether the process lives, and whether it should be sent requests. */
import type { FastifyPluginAsync } from 'fastify';
import type { Admission } from './admission.js';
import type { Breaker } from '../upstream/policy/breaker.js';
import type { TokenSource } from '../upstream/token.js';

export interface Health {
  admission: Admission;
  breaker: Breaker;
  /** The gateway's own token; undefined where callers bring theirs. */
  token: TokenSource | undefined;
  isStopping: () => boolean;
}

/**
 * `/livez` and `/readyz`. Their responses reveal nothing to others than the operator. An upstream that is
 * down is reported, but doesn't make the gateway unready: all replicas would be unready at once, and
 * clients would get no GraphQL error that says why.
 */
export function healthRoutes({
  admission,
  breaker,
  token,
  isStopping,
}: Health): FastifyPluginAsync {
  return async (app) => {
    app.get('/livez', async () => ({ status: 'ok' }));
    app.get('/readyz', async (request, reply) => {
      const hasToken = await Promise.resolve(token?.get()).then(
        () => true,
        (error: unknown) => {
          request.log.warn({ err: error }, 'no access token');
          return false;
        },
      );
      const checks = {
        process: isStopping() ? 'stopping' : 'ok',
        load: admission.isShedding ? 'shedding' : 'ok',
        token: hasToken ? 'ok' : 'unavailable',
        upstream: breaker.refusedForMs > 0 ? 'unavailable' : 'ok',
      };
      const isReady = !isStopping() && !admission.isShedding && hasToken;
      return reply
        .code(isReady ? 200 : 503)
        .send({ status: isReady ? 'ready' : 'unavailable', checks });
    });
  };
}
