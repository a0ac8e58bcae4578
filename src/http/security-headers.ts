/** The headers that keep a browser from doing more with a response than it should. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { onRequestHookHandler } from 'fastify';
import helmet from 'helmet';

/**
 * A hook that sets helmet's headers. The responses are JSON and open nothing; GraphiQL's page has a
 * policy of its own. They are the same for every response and so made once: helmet makes them anew for
 * each request, which cost more than the rest of a response from memory.
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
