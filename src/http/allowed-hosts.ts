/**
 * Protects a gateway that authenticates nobody from DNS rebinding: a web page whose own host name is made
 * to resolve to the gateway's address is of the same origin then, and CORS does not concern it.
 */
import { isIP } from 'node:net';
import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Config } from '../config.js';
import { logText } from '../telemetry/redact.js';
import { sendError } from './error.js';

/** Names beneath these can't be registered: `localhost`, and those of private networks and Kubernetes. */
const PRIVATE_NAME = /\.(localhost|internal|svc|cluster\.local)$/;
/** How many refused hosts are logged. Clients can make up any number of them. */
const MAX_LOGGED_HOSTS = 20;

/** Returns a hook that refuses requests for host names that may belong to anybody. */
export function createRefuseOtherHosts({
  allowedHosts,
}: Pick<Config, 'allowedHosts'>): onRequestHookHandler {
  // A page of another site has no token, so that a gateway which asks for one needs no check.
  if (allowedHosts === undefined) return (_request, _reply, done) => done();
  const logged = new Set<string>();
  return (request, reply, done) => {
    const host = hostOf(request);
    if (host === undefined || isPrivate(host) || isListed(host, allowedHosts)) return done();
    const shown = logText(host);
    if (!logged.has(shown) && logged.size < MAX_LOGGED_HOSTS) {
      logged.add(shown);
      const line = `ALLOWED_HOSTS=${[...allowedHosts, shown].join(',')}`;
      request.log.warn({ host: shown }, `the host name is unknown. To allow it, set ${line}`);
    }
    void sendError(request, reply, {
      status: 403,
      code: 'HOST_NOT_ALLOWED',
      message: `The gateway authenticates nobody, and "${shown}" is none of its names. To allow it, add it to ALLOWED_HOSTS.`,
    });
  };
}

/**
 * Returns the host name or address that a request is sent to; undefined without one, as no browser sends
 * it. The headers of proxies don't count, since a page may set them.
 */
function hostOf({ raw }: FastifyRequest): string | undefined {
  const host = raw.headers.host?.toLowerCase() ?? '';
  const name = host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  return name === '' ? undefined : name;
}

/** Returns whether no one else can have a host name, since DNS gives it to nobody. */
function isPrivate(host: string): boolean {
  return isIP(host) !== 0 || !host.includes('.') || PRIVATE_NAME.test(host);
}

/** An entry with a dot at its start stands for a name and all names beneath it. */
function isListed(host: string, allowedHosts: readonly string[]): boolean {
  return allowedHosts.some((allowed) =>
    allowed.startsWith('.') ? `.${host}`.endsWith(allowed) : host === allowed,
  );
}
