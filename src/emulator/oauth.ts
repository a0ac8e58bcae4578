import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from './environment.js';

/** A refusal by the token endpoint, in the words of RFC 6749. */
class OAuthError extends Error {
  constructor(
    readonly code: string,
    description: string,
  ) {
    super(description);
  }
}

/** The token endpoint, the published keys and the discovery document. */
export function oauthRoutes(app: FastifyInstance, environment: Environment): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body.toString()))),
  );
  // The endpoint reads forms only; any other body has no parameters.
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null, {}));

  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof OAuthError)) throw error;
    const status = error.code === 'invalid_client' ? 401 : 400;
    return reply.code(status).send({ error: error.code, error_description: error.message });
  });

  app.post('/oauth2/token', async (request, reply) => {
    reply.header('Cache-Control', 'no-store');
    return grant(environment, (request.body ?? {}) as Record<string, string>);
  });

  const jwks = async (request: FastifyRequest, reply: FastifyReply) => {
    // Documented: the keys are public, and a request that brings credentials for them is refused.
    if (request.headers.authorization !== undefined) {
      return reply.code(403).send({ errors: [{ code: 'FORBIDDEN', message: 'Forbidden' }] });
    }
    return environment.tokens.jwks;
  };
  app.get('/.well-known/jwks', jwks);
  app.get('/.well-known/jwks.json', jwks);

  app.get('/.well-known/openid-configuration', async () => {
    const { issuer } = environment.tokens;
    return {
      issuer,
      authorization_endpoint: `${issuer}/oauth2/auth`,
      token_endpoint: `${issuer}/oauth2/token`,
      jwks_uri: `${issuer}/.well-known/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    };
  });
}

async function grant({ tokens, switches }: Environment, form: Record<string, string>) {
  for (const name of ['grant_type', 'client_id', 'client_secret', 'audience']) {
    // A decision for the audience: without it no endpoint here accepts Kinde's token.
    if (!form[name]) throw new OAuthError('invalid_request', `The request is missing ${name}`);
  }
  if (form.grant_type !== 'client_credentials') {
    throw new OAuthError('unsupported_grant_type', `Not a grant type: ${form.grant_type}`);
  }
  const client = [tokens.client, tokens.readOnlyClient].find(
    ({ clientId, clientSecret }) =>
      same(clientId, form.client_id!) && same(clientSecret, form.client_secret!),
  );
  if (!client) throw new OAuthError('invalid_client', 'Client authentication failed');
  if (form.audience !== tokens.audience) {
    throw new OAuthError('unauthorized_client', `Not authorized for audience ${form.audience}`);
  }
  // The official client always sends an empty scope, which requests all scopes.
  const asked = (form.scope ?? '').split(' ').filter(Boolean);
  const refused = asked.find((scope) => !client.scopes.includes(scope));
  if (refused) throw new OAuthError('invalid_scope', `The client does not have ${refused}`);
  const scopes = asked.length > 0 ? asked : client.scopes;
  return {
    access_token: await tokens.issue(client, { scopes }),
    ...(switches.omitsExpiresIn ? {} : { expires_in: tokens.lifetimeSeconds }),
    scope: scopes.join(' '),
    token_type: 'Bearer',
  };
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
