/** The headers that keep a browser from doing more with a response than it should. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { onRequestHookHandler } from 'fastify';
import helmet from 'helmet';

/**
 * Returns a hook that sets helmet's headers, for responses in JSON, which load nothing. GraphiQL's page
 * has a policy of its own. The headers are computed once, since they are always the same: helmet computes
 * them for each request, which costs more than the rest of a cached response.
 */
export function securityHeaders(): onRequestHookHandler {
  const headers: Record<string, string> = {};
  const recorder = {
    setHeader: (name: string, value: string) => void (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
  })({} as IncomingMessage, recorder as unknown as ServerResponse, (error) => {
    if (error !== undefined) throw error;
  });
  return (_request, reply, done) => {
    reply.headers(headers);
    done();
  };
}
