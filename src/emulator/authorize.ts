/** Authorization of the emulated API, by a token's claims. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { JWTPayload } from 'jose';
import type { Endpoint } from '../upstream/endpoint.js';
import { KindeError } from './errors.js';
import type { Tokens } from './tokens.js';

/** Throws a 401 or 403 unless the request's token has the row's scope, and is for the organization called. */
export async function authorize(
  tokens: Tokens,
  { scope, organizationParameter }: Pick<Endpoint, 'scope' | 'organizationParameter'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const claims = token && (await tokens.verify(token));
  if (!claims) {
    reply.header('WWW-Authenticate', 'Bearer');
    // The code is a decision: no specification declares a 401.
    throw new KindeError(401, 'UNAUTHORIZED', 'The access token is missing, invalid or expired');
  }
  if (!hasScope(claims, scope)) {
    // Documented: a 403 "along with details of the scope required". The code, and the body where
    // the specification declares none, are decisions.
    throw new KindeError(403, 'FORBIDDEN', `The token does not have the scope ${scope}`);
  }
  const own = claims['org_code'] ?? claims['x-hasura-org-code'];
  const called = organizationParameter && parameterOf(request, organizationParameter);
  if (own !== undefined && called !== undefined && own !== called) {
    // Documented: a 403 where a token's `org_code` doesn't match the resource. The code is a decision.
    throw new KindeError(403, 'ORGANIZATION_MISMATCH', 'The token is for another organization');
  }
}

/** Whether a token was granted a scope. Users' tokens have no `scope`, only the `scp` that they asked for. */
function hasScope({ scope: granted, scp }: JWTPayload, scope: string): boolean {
  const scopes = typeof granted === 'string' ? granted.split(' ') : scp;
  return Array.isArray(scopes) && scopes.includes(scope);
}

/** A parameter of the path or of the query. */
function parameterOf({ params, query }: FastifyRequest, name: string): string | undefined {
  return { ...(query as Record<string, string>), ...(params as Record<string, string>) }[name];
}
