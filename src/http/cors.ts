/** Which other sites' pages may call the gateway from a browser. */
import type { onRequestHookHandler } from 'fastify';

/**
 * A hook that lets pages of the listed origins call: their preflights are answered, and answers are
 * theirs to read. Other origins get no CORS headers at all. Credentials are never allowed: a browser
 * sends no cookie along, so that a caller is known by the Authorization header that its page sets.
 */
export function cors(origins: readonly string[]): onRequestHookHandler {
  const allowed = new Set(origins);
  return async (request, reply) => {
    if (allowed.size === 0) return;
    // A cache must not give one origin's answer to another, nor that of a request without one.
    reply.header('vary', 'Origin');
    const { origin } = request.headers;
    if (origin === undefined || !allowed.has(origin)) return;
    reply.header('access-control-allow-origin', origin);
    reply.header('access-control-expose-headers', 'x-request-id, retry-after');
    const isPreflight = request.headers['access-control-request-method'] !== undefined;
    if (request.method !== 'OPTIONS' || !isPreflight) return;
    return reply
      .code(204)
      .header('access-control-allow-methods', 'GET, POST')
      .header(
        'access-control-allow-headers',
        'authorization, content-type, apollo-require-preflight, x-request-id, x-graphql-cost',
      )
      .header('access-control-max-age', '600')
      .send();
  };
}
