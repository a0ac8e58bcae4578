/** Who may do what, through the door: every mode, forged and stale tokens, and every way to another's data. */
import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getDirective } from '@graphql-tools/utils';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { isObjectType, type GraphQLObjectType } from 'graphql';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { startEmulator, type Emulator, type TokenOptions } from '../../src/emulator/index.js';
import { fieldScopes, requiredScopes } from '../../src/auth/required-scopes.js';
import { createSchema } from '../../src/graphql/schema.js';
import { startGateway, type GraphQLResult, type TestGateway } from '../support/gateway.js';
import { MUTATIONS, mutationDocument, validInputs } from '../support/mutations.js';

const LIST = '{ organizations(first: 1) { nodes { code } } }';
const id = (...parts: string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

let gateway: TestGateway;
/** The organization of the users here, and another one. */
let own: string;
let other: string;
/** A member of each. */
let ownMember: string;
let otherMember: string;

beforeAll(async () => {
  gateway = await startGateway({ env: { AUTH_MODE: 'jwt' } });
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.emulator.reset();
  const { organizations } = gateway.emulator.state;
  const [first, second] = [...organizations.values()]
    .filter(({ profile }) => profile.is_default !== true)
    .map(({ profile, members }) => ({
      code: profile.code,
      member: [...members.values()].find(({ roles }) => roles.size > 0)!.user.id,
    }));
  [own, ownMember] = [first!.code, first!.member];
  [other, otherMember] = [second!.code, second!.member];
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const machine = async (scopes?: string[], claims = {}) =>
  bearer(await gateway.emulator.issueToken({ ...(scopes && { scopes }), claims }));

/** What Kinde gives to a person who signed in to an organization. */
const user = async (permissions: string[], claims = {}) =>
  bearer(
    await gateway.emulator.issueToken({
      audience: [],
      scopes: ['openid', 'profile', 'email', 'offline'],
      claims: {
        gty: undefined,
        scope: undefined,
        sub: 'kp_0123456789abcdef',
        org_code: own,
        permissions,
        ...claims,
      },
    }),
  );

const schema = createSchema();
const scopesOf = (node: Parameters<typeof getDirective>[1]) =>
  ((getDirective(schema, node, 'requiresScopes')?.[0]?.['scopes'] ?? []) as string[][]).flat();
const ALL = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .flatMap((type) => [type, ...Object.values(type.getFields())].flatMap(scopesOf));

/** A user with all that it could be given, so that what is refused is refused for the organization. */
const everything = () => user([...new Set(ALL)]);

async function send(query: string, headers: object, at = gateway) {
  const response = await fetch(`${at.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return { response, ...((await response.json()) as GraphQLResult) };
}

const mutate = (name: string, organizationCode: string, userId: string, headers: object) =>
  gateway.execute(
    mutationDocument(name),
    { input: validInputs({ organizationCode, userId, strangerId: userId })[name] },
    headers,
  );

describe('the modes', () => {
  test('none accepts requests with and without a token', async () => {
    const open = await startGateway();
    expect((await send(LIST, {}, open)).errors).toBeUndefined();
    expect((await send(LIST, bearer('nonsense'), open)).errors).toBeUndefined();
    await open.close();
  });

  test('passthrough leaves every decision to Kinde', async () => {
    // Credentials that it doesn't use needn't be valid.
    const env = { AUTH_MODE: 'passthrough', KINDE_CLIENT_SECRET: 'outdated' };
    const passing = await startGateway({ env });
    const token = await passing.emulator.issueToken({ claims: { org_code: 'org_x', sub: 'kp_x' } });
    expect((await send(LIST, bearer(token), passing)).errors).toBeUndefined();
    expect((await fetch(`${passing.url}/readyz`)).status).toBe(200);
    await passing.close();
  });

  test('jwt requires a token, and calls Kinde with the gateway’s own', async () => {
    const { response, errors } = await send(LIST, {});
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(gateway.calls()).toEqual([]);
    expect(await gateway.execute(LIST, {}, await machine(['read:organizations']))).toEqual({
      data: { organizations: { nodes: [{ code: expect.any(String) }] } },
    });
    expect(gateway.calls()).toHaveLength(1);
  });

  test('introspection needs a token, too', async () => {
    expect((await send('{ __schema { queryType { name } } }', {})).response.status).toBe(401);
  });
});

describe('a token that is refused', () => {
  const keyId = async () => {
    const { keys } = await fetch(`${gateway.emulator.url}/.well-known/jwks`).then(
      (response) => response.json() as Promise<{ keys: (JsonWebKey & { kid: string })[] }>,
    );
    return keys[0]!;
  };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  /** The parts of a good token under another header, for a signature of one's own. */
  const unsigned = async (header: object) => {
    const [, payload] = (await gateway.emulator.issueToken()).split('.');
    return `${encode(header)}.${payload}`;
  };
  const now = () => Math.floor(Date.now() / 1000);
  const issue = (claims: object) =>
    gateway.emulator.issueToken({ claims: claims as Record<string, unknown> });

  /** A gateway in production, before the same emulator. */
  let production: TestGateway;
  const lines: string[] = [];
  beforeAll(async () => {
    production = await startGateway({
      before: gateway.emulator,
      env: { AUTH_MODE: 'jwt', NODE_ENV: 'production', LOG_LEVEL: 'info' },
      log: (line) => lines.push(line),
    });
  });
  afterAll(() => production.close());

  test.each<[string, string | undefined, RegExp, () => Promise<string>]>([
    ['text that is no token', undefined, /^is not a JWT/, async () => 'nonsense'],
    [
      'alg none',
      undefined,
      /^is not signed with RS256/,
      async () => `${await unsigned({ alg: 'none', typ: 'JWT' })}.`,
    ],
    [
      'HS256 by the public key',
      undefined,
      /^is not signed with RS256/,
      async () => {
        const jwk = await keyId();
        const text = await unsigned({ alg: 'HS256', typ: 'JWT', kid: jwk.kid });
        const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({
          type: 'spki',
          format: 'pem',
        });
        return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
      },
    ],
    [
      'another’s key under a known kid',
      undefined,
      /^has a signature that does not match/,
      async () => {
        const { privateKey } = await generateKeyPair('RS256');
        return new SignJWT({ iss: gateway.emulator.issuer, exp: now() + 60, scp: ['x'] })
          .setProtectedHeader({ alg: 'RS256', kid: (await keyId()).kid })
          .sign(privateKey);
      },
    ],
    [
      'a key that it brings itself',
      undefined,
      /^is signed with an unknown key/,
      async () => {
        const { privateKey, publicKey } = await generateKeyPair('RS256');
        return new SignJWT({ iss: gateway.emulator.issuer, exp: now() + 60 })
          .setProtectedHeader({ alg: 'RS256', jwk: await exportJWK(publicKey), kid: 'mine' })
          .sign(privateKey);
      },
    ],
    [
      'altered claims',
      undefined,
      /^has a signature that does not match/,
      async () => {
        const [header, , signature] = (await gateway.emulator.issueToken()).split('.');
        const claims = { iss: gateway.emulator.issuer, exp: now() + 60, gty: 'client_credentials' };
        return `${header}.${encode(claims)}.${signature}`;
      },
    ],
    [
      'another issuer',
      'iss',
      /^has the issuer \(`iss`\) "https:\/\/evil\.kinde\.com", and JWT_ISSUER accepts "http:\/\/127/,
      () => issue({ iss: 'https://evil.kinde.com' }),
    ],
    ['no issuer', 'iss', /^has no `iss`/, () => issue({ iss: undefined })],
    [
      'expired',
      'exp',
      /^expired at \d{4}-\d\d-\d\dT[\d:.]+Z/,
      () => gateway.emulator.issueToken({ expiresIn: -60 }),
    ],
    [
      'no expiry, as Kinde’s webhooks have it',
      'exp',
      /^has no `exp`/,
      () => issue({ exp: undefined }),
    ],
    ['not yet valid', 'nbf', /^is not valid before \d{4}-/, () => issue({ nbf: now() + 60 })],
    [
      'an organization that is none',
      'org_code',
      /`org_code` is no organization code/,
      () => issue({ org_code: ['org_a', 'org_b'] }),
    ],
    [
      'an organization in Hasura’s form that is none',
      'x-hasura-org-code',
      /is no organization code/,
      () => issue({ 'x-hasura-org-code': '' }),
    ],
    [
      'two organizations',
      'x-hasura-org-code',
      /contradict each other/,
      () => issue({ org_code: 'org_a', 'x-hasura-org-code': 'org_b' }),
    ],
    [
      'the key and issuer of another environment',
      'iss',
      /^has the issuer \(`iss`\) "https:\/\/other\.kinde\.com"/,
      async () => {
        const { privateKey } = await generateKeyPair('RS256');
        return new SignJWT({ iss: 'https://other.kinde.com', exp: now() + 60 })
          .setProtectedHeader({ alg: 'RS256', kid: 'of-another-environment' })
          .sign(privateKey);
      },
    ],
  ])(
    '%s: the response says why in development, and only the log in production',
    async (_, claim, detail, issued) => {
      const token = await issued();
      const inDevelopment = await send(LIST, bearer(token));
      const { response, data, errors } = inDevelopment;
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      expect(data).toBeUndefined();
      expect(errors).toEqual([
        {
          message: expect.stringMatching(/^The access token .*\.$/),
          extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) },
        },
      ]);
      expect(errors![0]!.message.replace('The access token ', '')).toMatch(detail);

      lines.length = 0;
      const inProduction = await send(LIST, bearer(token), production);
      expect(inProduction.response.status).toBe(401);
      expect(inProduction.errors).toMatchObject([
        { message: 'The access token is not valid here.' },
      ]);
      const logged = lines.map((line) => JSON.parse(line));
      const refused = logged.filter(({ msg }) => msg === 'token refused');
      expect(refused).toEqual([expect.objectContaining({ reason: expect.any(String) })]);
      expect(refused[0].claim).toBe(claim);
      expect(refused[0].detail).toMatch(detail);
      for (const text of [...lines, JSON.stringify(errors)]) expect(text).not.toContain(token);
      expect(gateway.calls()).toEqual([]);
    },
  );

  test('an issuer of a thousand characters is shortened everywhere', async () => {
    const iss = `https://${'a'.repeat(1_000)}.example`;
    const { errors } = await send(LIST, bearer(await issue({ iss })));
    expect(errors![0]!.message.length).toBeLessThan(400);
  });

  test.each(['application/json', 'text/event-stream'])(
    'is refused before the body is parsed, for %s',
    async (accept) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept, ...bearer('x') },
        body: '{',
      });
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([
        401,
        'Bearer error="invalid_token"',
      ]);
      expect(await response.json()).toMatchObject({
        errors: [{ extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) } }],
      });
    },
  );

  test('a clock that is a little behind refuses no token', async () => {
    const token = await issue({ nbf: now() + 3 });
    expect((await send(LIST, bearer(token))).response.status).toBe(200);
  });

  test('another audience, or none, where JWT_AUDIENCE asks for one', async () => {
    const strict = await startGateway({
      env: { AUTH_MODE: 'jwt', JWT_AUDIENCE: 'https://gateway.example.com' },
    });
    for (const [audience, status] of [
      [['https://gateway.example.com', 'https://x'], 200],
      [['https://x'], 401],
      [[], 401],
    ] as const) {
      const token = await strict.emulator.issueToken({ audience: [...audience] });
      const { response, errors } = await send(LIST, bearer(token), strict);
      expect(response.status).toBe(status);
      if (status === 401) {
        expect(errors![0]!.message).toBe(
          `The access token has the audience (\`aud\`) ${audience[0] === undefined ? '[]' : '"https://x"'}, and JWT_AUDIENCE is "https://gateway.example.com".`,
        );
      }
    }
    await strict.close();
  });
});

describe('JWT_ISSUER', () => {
  const CUSTOM = 'https://auth.acme.example';
  /** An environment that isn't the gateway's, with keys of its own. */
  let foreign: Emulator;
  const opened: TestGateway[] = [];
  beforeAll(async () => {
    foreign = await startEmulator({ organizations: 1 });
    // Emulators of one process share their first key.
    await foreign.rotateKey();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });
  afterAll(() => foreign.close());

  const accepting = async (issuers: string, env: Record<string, string> = {}) => {
    const { emulator } = gateway;
    const one = await startGateway({
      before: emulator,
      env: { AUTH_MODE: 'jwt', JWT_ISSUER: issuers.replace('KINDE', emulator.url), ...env },
    });
    opened.push(one);
    return async (issuer: string, from: Pick<Emulator, 'issueToken'> = emulator) => {
      const token = await from.issueToken({ claims: { iss: issuer } });
      return (await send(LIST, bearer(token), one)).response.status;
    };
  };

  test('takes a list, so that users of a custom domain and applications are both accepted', async () => {
    const status = await accepting(`${CUSTOM}, KINDE`);
    expect(await status(CUSTOM)).toBe(200);
    expect(await status(gateway.emulator.url)).toBe(200);
    expect(await status('https://auth.other.example')).toBe(401);
    expect(await status(`${CUSTOM},${gateway.emulator.url}`)).toBe(401);
    expect(await status(`${CUSTOM}.evil.example`)).toBe(401);
  });

  test('matches with and without a trailing slash, in the setting and in the token', async () => {
    const status = await accepting(`${CUSTOM}/`);
    expect(await status(CUSTOM)).toBe(200);
    expect(await status(`${CUSTOM}/`)).toBe(200);
    expect(await status(`${CUSTOM}//`)).toBe(401);
    expect(await status(gateway.emulator.url)).toBe(401);
  });

  test('looks for an unknown key at the token’s issuer, whose keys verify no other issuer’s tokens', async () => {
    const status = await accepting(`KINDE,${foreign.url}`);
    expect(await status(foreign.url, foreign)).toBe(200);
    expect(await status(gateway.emulator.url, foreign)).toBe(401);
    expect(await status(CUSTOM, foreign)).toBe(401);
    expect(await status(gateway.emulator.url)).toBe(200);
  });

  test('looks for keys nowhere else when JWKS_URI is set', async () => {
    const status = await accepting(`KINDE,${foreign.url}`, {
      JWKS_URI: `${gateway.emulator.url}/.well-known/jwks`,
    });
    expect(await status(foreign.url, foreign)).toBe(401);
    expect(await status(foreign.url)).toBe(200);
  });

  test('with an unreachable issuer accepts its tokens by the environment’s keys', async () => {
    const status = await accepting('KINDE,http://127.0.0.1:1');
    expect(await status('http://127.0.0.1:1')).toBe(200);
    expect(await status('http://127.0.0.1:1', foreign)).toBe(401);
    expect(await status(gateway.emulator.url)).toBe(200);
  });
});

describe('the keys', () => {
  /** An endpoint of keys that counts, and that can be down. */
  let server: Server;
  let asked: number;
  let isDown: boolean;
  let isEmpty: boolean;
  /** What the endpoint changes in each key. */
  let changed: object;
  let keyed: TestGateway;
  let restoreClock: () => void;

  beforeEach(async () => {
    [asked, isDown, isEmpty, changed] = [0, false, false, {}];
    restoreClock = () => undefined;
    server = createServer((_, response) => {
      asked += 1;
      if (isDown) return void response.destroy();
      if (isEmpty) return void response.end('{"keys":[]}');
      void fetch(`${keyed.emulator.url}/.well-known/jwks`)
        .then((answer) => answer.json())
        .then(({ keys }: { keys: object[] }) =>
          response.end(JSON.stringify({ keys: keys.map((key) => ({ ...key, ...changed })) })),
        );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    keyed = await startGateway({
      env: { AUTH_MODE: 'jwt', JWKS_URI: `http://127.0.0.1:${port}/keys` },
    });
  });
  afterEach(async () => {
    restoreClock();
    await keyed.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const status = async (token?: string) =>
    (await send(LIST, bearer(token ?? (await keyed.emulator.issueToken())), keyed)).response.status;
  const later = (milliseconds: number) => {
    const real = Date.now;
    Date.now = () => real() + milliseconds;
    restoreClock = () => {
      Date.now = real;
    };
  };

  test('are read once', async () => {
    expect(await Promise.all(Array.from({ length: 20 }, () => status()))).toEqual(
      Array.from({ length: 20 }, () => 200),
    );
    expect(asked).toBe(1);
  });

  test('that are new are found, and older ones stay valid', async () => {
    const old = await keyed.emulator.issueToken();
    expect(await status(old)).toBe(200);
    await keyed.emulator.rotateKey();
    expect(await status()).toBe(200);
    expect(await status(old)).toBe(200);
    expect(asked).toBe(2);
  });

  test('are not read again for each token with an unknown key', async () => {
    expect(await status()).toBe(200);
    const { privateKey } = await generateKeyPair('RS256');
    const forged = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        new SignJWT({ iss: keyed.emulator.issuer })
          .setExpirationTime('1 minute')
          .setProtectedHeader({ alg: 'RS256', kid: `unknown-${index}` })
          .sign(privateKey),
      ),
    );
    for (const token of forged.slice(0, 20)) expect(await status(token)).toBe(401);
    const burst = await Promise.all(forged.slice(20).map((token) => status(token)));
    expect(new Set(burst)).toEqual(new Set([401]));
    expect(asked).toBe(2);
    expect(keyed.calls()).toHaveLength(1);
    // A new key is found soon, however many tokens were forged.
    await keyed.emulator.rotateKey();
    later(5_000);
    expect(await status()).toBe(200);
  });

  test('that are new are found after a token of another environment', async () => {
    expect(await status()).toBe(200);
    const { privateKey } = await generateKeyPair('RS256');
    const foreign = new SignJWT({ iss: 'https://other.kinde.com' })
      .setExpirationTime('1 minute')
      .setProtectedHeader({ alg: 'RS256', kid: 'of-another-environment' });
    expect(await status(await foreign.sign(privateKey))).toBe(401);
    await keyed.emulator.rotateKey();
    expect(await status()).toBe(200);
    expect(asked).toBe(2);
  });

  test.each([
    ['that have no modulus', { n: undefined }],
    ['that are private', { d: 'AQAB' }],
  ])('%s cause 503, as if they could not be read', async (_, change) => {
    changed = change;
    expect(await status()).toBe(503);
  });

  test('that are new are found as soon as the address answers again', async () => {
    expect(await status()).toBe(200);
    await keyed.emulator.rotateKey();
    isDown = true;
    expect(await status()).toBe(503);
    isDown = false;
    later(2_000);
    expect(await status()).toBe(200);
  });

  test('are read again although the clock was set back', async () => {
    isDown = true;
    expect(await status()).toBe(503);
    isDown = false;
    later(-600_000);
    expect(await status()).toBe(200);
  });

  test('that were withdrawn while nobody asked verify nothing', async () => {
    const token = await keyed.emulator.issueToken({ expiresIn: 90_000 });
    expect(await status(token)).toBe(200);
    isEmpty = true;
    later(5 * 3600 * 1000);
    expect(await status(token)).toBe(401);
  });

  test('that can no longer be read stay valid, however old they are', async () => {
    expect(await status()).toBe(200);
    isDown = true;
    const token = await keyed.emulator.issueToken({ expiresIn: 90_000 });
    expect(await status(token)).toBe(200);
    later(24 * 3600 * 1000);
    expect(await status(token)).toBe(200);
    expect(await status(token)).toBe(200);
    expect(asked).toBeLessThanOrEqual(2);
  });

  test('that were never read cause 503, and no refused token', async () => {
    isDown = true;
    const startedAt = performance.now();
    const { response, errors } = await send(LIST, bearer(await keyed.emulator.issueToken()), keyed);
    expect(response.status).toBe(503);
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
    const again = await Promise.all(Array.from({ length: 20 }, () => status()));
    expect(new Set(again)).toEqual(new Set([503]));
    // Once a second at most, however slow the machine is.
    expect(asked).toBeLessThanOrEqual(1 + Math.floor((performance.now() - startedAt) / 1_000));
    isDown = false;
    later(2_000);
    expect(await status()).toBe(200);
  });
});

describe('an application', () => {
  test('has the fields of its scopes; the others are null, and take no call', async () => {
    const { data, errors } = await gateway.execute(
      `{ organization(code: "${own}") { name featureFlags { key } users(first: 1) { nodes { email } } }
         roles { nodes { key } } }`,
      {},
      await machine(['read:organizations', 'read:organization_feature_flags']),
    );
    expect(data).toEqual({
      organization: { name: expect.any(String), featureFlags: expect.any(Array), users: null },
      roles: null,
    });
    expect(errors).toMatchObject([
      { path: ['roles'], extensions: { code: 'FORBIDDEN', requiredScope: 'read:roles' } },
      {
        path: ['organization', 'users'],
        extensions: { code: 'FORBIDDEN', requiredScope: 'read:organization_users' },
      },
    ]);
    expect(gateway.calls()).toEqual([
      `GET /api/v1/organization?code=${own}`,
      `GET /api/v1/organizations/${own}/feature_flags`,
    ]);
  });

  test.each(MUTATIONS)('that only reads may not %s', async (name) => {
    const scopes = (await everyScope()).filter((scope) => scope.startsWith('read:'));
    const { data, errors } = await mutate(name, own, ownMember, await machine(scopes));
    expect(data).toEqual({ [name]: null });
    expect(errors).toMatchObject([
      { path: [name], extensions: { code: 'FORBIDDEN', requiredScope: expect.any(String) } },
    ]);
    expect(gateway.calls()).toEqual([]);
  });

  test('cannot read through the gateway what it may not read itself', async () => {
    const role = await mutate(
      'addOrganizationUserRole',
      own,
      ownMember,
      await machine(['create:organization_user_roles']),
    );
    expect(role.errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'read:roles' } },
    ]);
    expect(gateway.calls()).toEqual([]);
    // The person is found in the organization's list, not among all people of the environment.
    const { data, errors } = await gateway.execute(
      `{ node(id: "${id('OrganizationUser', own, ownMember)}") { ... on OrganizationUser { email organization { name } } } }`,
      {},
      await machine(['read:organization_users']),
    );
    expect(data.node).toEqual({
      email: expect.stringContaining('@'),
      organization: { name: null },
    });
    expect(errors).toMatchObject([{ extensions: { requiredScope: 'read:organizations' } }]);
    for (const call of gateway.calls()) expect(call).toMatch(`/organizations/${own}/users?`);
  });

  test('may have its scopes in a text', async () => {
    const headers = await machine(['read:organizations'], { scp: undefined });
    expect((await gateway.execute(LIST, {}, headers)).errors).toBeUndefined();
  });

  const READ = 'read:organizations';
  const DELETE = 'delete:organizations';

  test.each<[string, string, TokenOptions]>([
    ['may not delete what it only asked to delete', 'refused', { requestedScopes: [READ, DELETE] }],
    ['may not delete with `scope` empty', 'refused', { claims: { scope: '', scp: [DELETE] } }],
    ['may not delete with `scope` null', 'refused', { claims: { scope: null, scp: [DELETE] } }],
    [
      'may not delete with an unreadable `scope`',
      'refused',
      { claims: { scope: 1, scp: [DELETE] } },
    ],
    ['may not delete by half of a name', 'refused', { claims: { scope: 'delete: organizations' } }],
    ['deletes without any `scp`', 'deleted', { scopes: [DELETE], claims: { scp: undefined } }],
    ['deletes with `scp` empty', 'deleted', { scopes: [DELETE], requestedScopes: [] }],
    ['deletes with `scope` as a list', 'deleted', { claims: { scope: [DELETE], scp: [] } }],
    ['deletes by `scp` alone', 'deleted', { claims: { scope: undefined, scp: [DELETE] } }],
    ['deletes by `scp` as text', 'deleted', { claims: { scope: undefined, scp: `x ${DELETE}` } }],
  ])('%s', async (_, outcome, options) => {
    const token = await gateway.emulator.issueToken({ scopes: [READ], ...options });
    const { data, errors } = await mutate('deleteOrganization', other, '', bearer(token));
    const isThere = gateway.emulator.state.organizations.has(other);
    if (outcome === 'deleted') {
      expect({ data, errors }).toEqual({ data: { deleteOrganization: { userErrors: [] } } });
      expect(isThere).toBe(false);
    } else {
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', requiredScope: DELETE } }]);
      expect(gateway.calls()).toEqual([]);
      expect(isThere).toBe(true);
    }
  });

  test('with `permissions` from a workflow is judged by its scopes', async () => {
    const claims = { permissions: { 'delete:organizations': true } };
    const headers = await machine([READ], claims);
    expect((await gateway.execute(LIST, {}, headers)).errors).toBeUndefined();
    const { errors } = await mutate('deleteOrganization', other, '', headers);
    expect(errors).toMatchObject([{ extensions: { requiredScope: DELETE } }]);
  });

  test.each<[string, () => TokenOptions]>([
    ['org_code', () => ({ claims: { org_code: own } })],
    ['x-hasura-org-code', () => ({ hasuraClaims: true, claims: { org_code: own } })],
    ['both', () => ({ claims: { org_code: own, 'x-hasura-org-code': own } })],
    ['one of them beside null', () => ({ claims: { org_code: null, 'x-hasura-org-code': own } })],
  ])('for one organization, by %s, is limited to it', async (_, options) => {
    const { data, errors } = await gateway.execute(
      `{ own: organization(code: "${own}") { code users(first: 1) { nodes { roles { name } } } }
         other: organization(code: "${other}") { code } organizations { nodes { code } } }`,
      {},
      bearer(await gateway.emulator.issueToken(options())),
    );
    expect(data).toMatchObject({ own: { code: own }, other: null, organizations: null });
    expect(errors).toMatchObject([
      { path: ['other'], extensions: { code: 'FORBIDDEN' } },
      { path: ['organizations'], extensions: { code: 'FORBIDDEN' } },
    ]);
    for (const call of gateway.calls()) expect(call).not.toContain(other);
  });
});

async function everyScope(): Promise<string[]> {
  const token = await gateway.emulator.issueToken();
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).scp;
}

describe('a user', () => {
  const denied = { extensions: { code: 'FORBIDDEN' } };

  test('reads of its organization what its permissions allow', async () => {
    const { data, errors } = await gateway.execute(
      `{ organization(code: "${own}") { name featureFlags { key } users(first: 3) { nodes {
           email isSuspended roles { key name description } permissions { key } organization { name }
         } pageInfo { endCursor } } } }`,
      {},
      await user(['read:organizations', 'read:organization_users']),
    );
    expect(data.organization.name).toEqual(expect.any(String));
    expect(data.organization.featureFlags).toBeNull();
    const { nodes } = data.organization.users;
    expect(nodes).toHaveLength(3);
    for (const node of nodes) {
      expect(node).toMatchObject({ permissions: null, organization: { name: expect.any(String) } });
      for (const role of node.roles) expect(role.name).toEqual(expect.any(String));
    }
    expect(errors).toHaveLength(4);
    expect(errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          path: ['organization', 'featureFlags'],
          extensions: expect.objectContaining({
            code: 'FORBIDDEN',
            requiredScope: 'read:organization_feature_flags',
          }),
        }),
      ]),
    );
    for (const call of gateway.calls()) expect(call).toMatch(new RegExp(`${own}|/api/v1/roles`));
  });

  describe('with roles that its organization’s members have', () => {
    const fields = (code: string) =>
      `{ organization(code: "${own}") { users(first: 1) { nodes { roles {
         key name permissions { key } usersCount(organizationCode: "${code}")
         users(organizationCode: "${code}", first: 1) { nodes { userId } }
       } } } } }`;
    const permissions = ['read:organizations', 'read:organization_users'];
    beforeEach(() => {
      const { state } = gateway.emulator;
      for (const { roles } of state.organization(own).members.values()) {
        roles.clear();
        roles.add(state.roleByKey('admin'));
      }
    });
    const read = async (code: string, granted: string[]) => {
      const { data, errors = [] } = await gateway.execute(fields(code), {}, await user(granted));
      return { role: data.organization.users.nodes[0].roles[0], errors };
    };

    test('reads what they grant and who else has them, as its permissions allow', async () => {
      const { role, errors } = await read(own, [
        ...permissions,
        'read:role_permissions',
        'read:organization_user_roles',
      ]);
      expect(errors).toEqual([]);
      const { members } = gateway.emulator.state.organization(own);
      expect(role).toMatchObject({ key: 'admin', name: 'Admin', usersCount: members.size });
      expect(role.permissions).toContainEqual({ key: 'read:projects' });
      expect(role.users.nodes).toEqual([{ userId: expect.any(String) }]);
    });

    test('reads only their names without those permissions', async () => {
      const { role, errors } = await read(own, permissions);
      expect(role).toEqual({
        key: 'admin',
        name: 'Admin',
        permissions: null,
        users: null,
        usersCount: null,
      });
      expect(errors.map(({ extensions }) => extensions['requiredScope'])).toEqual([
        'read:role_permissions',
        'read:organization_user_roles',
        'read:organization_user_roles',
      ]);
      expect(gateway.calls().filter((call) => call.includes('/roles/'))).toEqual([]);
    });

    test('may not read who has them in another organization', async () => {
      const { role, errors } = await read(other, [...new Set(ALL)]);
      expect(role).toMatchObject({ key: 'admin', users: null, usersCount: null });
      expect(errors).toMatchObject([denied, denied]);
      for (const call of gateway.calls()) expect(call).not.toContain(other);
    });
  });

  test('finds its organization and the members of it by their ids', async () => {
    const ids = [id('Organization', own), id('OrganizationUser', own, ownMember)];
    const { data, errors } = await gateway.execute(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on OrganizationUser { email } } }`,
      { ids },
      await user(['read:organizations', 'read:organization_users']),
    );
    expect(errors).toBeUndefined();
    expect(data.nodes.map((node: { id: string }) => node.id)).toEqual(ids);
  });

  test('does not find a member of another organization in its own', async () => {
    const stranger = [...gateway.emulator.state.users.values()].find(
      ({ organizations }) => !organizations.includes(own),
    )!;
    const { data } = await gateway.execute(
      `{ node(id: "${id('OrganizationUser', own, stranger.id)}") { id ... on OrganizationUser { email } } }`,
      {},
      await everything(),
    );
    expect(data.node).toBeNull();
  });

  test('writes in its organization what its permissions allow, and reads the result', async () => {
    const headers = await user([
      'update:organization_feature_flags',
      'create:organization_user_roles',
    ]);
    const { data, errors } = await gateway.execute(
      `mutation { updateFeatureFlagOverride(input: { organizationCode: "${own}", key: "dark_mode", value: true }) {
         organization { code } featureFlag { key } userErrors { code } } }`,
      {},
      headers,
    );
    expect(data.updateFeatureFlagOverride).toEqual({
      organization: { code: own },
      featureFlag: null,
      userErrors: [],
    });
    expect(errors).toMatchObject([
      { extensions: { requiredScope: 'read:organization_feature_flags' } },
    ]);
    const role = await mutate('addOrganizationUserRole', own, ownMember, headers);
    expect(role.errors).toBeUndefined();
  });

  test.each<[string, () => string]>([
    [
      'organization',
      () => `organization(code: "${other}") { code name users { nodes { email } } }`,
    ],
    ['organization that is none', () => 'organization(code: "org_none") { code }'],
    ['node of the organization', () => `node(id: "${id('Organization', other)}") { id }`],
    ['node of a member', () => `node(id: "${id('OrganizationUser', other, otherMember)}") { id }`],
    ['node of a role', () => `node(id: "${id('Role', 'admin')}") { id ... on Role { name } }`],
    ['node of a permission', () => `node(id: "${id('Permission', 'read:projects')}") { id }`],
    ['organizations', () => 'organizations { nodes { code } }'],
    ['roles', () => 'roles { nodes { key } }'],
    ['permissions', () => 'permissions { nodes { key } }'],
  ])('may read no %s beyond its own', async (_, field) => {
    const { data, errors } = await gateway.execute(`{ it: ${field()} }`, {}, await everything());
    expect(data).toEqual({ it: null });
    expect(errors).toMatchObject([{ path: ['it'], ...denied }]);
    expect(gateway.calls()).toEqual([]);
  });

  test('has null in `nodes` for what is not its own, and what is beside it', async () => {
    const { data, errors } = await gateway.execute(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      {
        ids: [
          id('Organization', other),
          id('Organization', own),
          id('OrganizationUser', other, otherMember),
          id('Role', 'admin'),
        ],
      },
      await everything(),
    );
    expect(data.nodes).toEqual([null, { id: id('Organization', own) }, null, null]);
    expect(errors?.map(({ path }) => path?.[1])).toEqual([0, 2, 3]);
    expect(gateway.calls()).toEqual([`GET /api/v1/organization?code=${own}`]);
  });

  test('gets nothing with a cursor of another organization’s list', async () => {
    const page = await gateway.execute(
      `{ organization(code: "${other}") { users(first: 1) { pageInfo { endCursor } } } }`,
      {},
      await machine(),
    );
    gateway.calls();
    const { errors } = await gateway.execute(
      'query ($code: ID!, $after: String) { organization(code: $code) { code users(after: $after) { nodes { email } } } }',
      { code: own, after: page.data.organization.users.pageInfo.endCursor },
      await everything(),
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    for (const call of gateway.calls()) expect(call).not.toContain(other);
  });

  test.each(MUTATIONS)('may not %s in another organization', async (name) => {
    const { data, errors } = await mutate(name, other, otherMember, await everything());
    expect(data).toEqual({ [name]: null });
    expect(errors).toMatchObject([{ path: [name], ...denied }]);
    expect(gateway.calls()).toEqual([]);
  });

  test.each(MUTATIONS)('without the permission may not %s in its own', async (name) => {
    const { errors } = await mutate(name, own, ownMember, await user(['read:organizations']));
    expect(errors).toMatchObject([{ path: [name], ...denied }]);
    expect(gateway.calls()).toEqual([]);
  });

  test('may not delete its own organization, nor create one', async () => {
    for (const name of ['deleteOrganization', 'createOrganization']) {
      const { errors } = await mutate(name, own, ownMember, await everything());
      expect(errors).toMatchObject([denied]);
    }
    expect(gateway.calls()).toEqual([]);
  });

  const HASURA = 'https://hasura.io/jwt/claims';
  const MEMBERS = 'read:organization_users';

  test.each<[string, (claims: Record<string, unknown>) => Record<string, unknown>]>([
    ['x-hasura-* claims', (claims) => ({ 'x-hasura-org-code': own, ...claims })],
    ['both forms', (claims) => ({ org_code: own, 'x-hasura-org-code': own, ...claims })],
    [
      'x-hasura-* claims beside null',
      (claims) => ({ org_code: null, 'x-hasura-org-code': own, ...claims }),
    ],
    ['capitals', (claims) => ({ 'X-Hasura-Org-Code': own, ...claims })],
    ['Hasura’s namespace', (claims) => ({ [HASURA]: { 'x-hasura-org-code': own, ...claims } })],
    [
      'Hasura’s namespace as JSON text',
      (claims) => ({ [HASURA]: JSON.stringify({ 'x-hasura-org-code': own, ...claims }) }),
    ],
  ])('with %s reads its organization as with Kinde’s own claims', async (_, claims) => {
    const { data, errors } = await gateway.execute(
      `{ own: organization(code: "${own}") { name users(first: 1) { nodes { email } } featureFlags { key } }
         other: organization(code: "${other}") { name } }`,
      {},
      await user([], {
        ...{ org_code: undefined, permissions: undefined },
        ...claims({ 'x-hasura-permissions': ['read:organizations', MEMBERS] }),
      }),
    );
    expect(data).toEqual({
      own: {
        name: expect.any(String),
        users: { nodes: [{ email: expect.any(String) }] },
        featureFlags: null,
      },
      other: null,
    });
    expect(errors?.map(({ path }) => path?.join('.')).sort()).toEqual([
      'other',
      'own.featureFlags',
    ]);
    for (const call of gateway.calls()) expect(call).not.toContain(other);
  });

  test.each<[string, unknown]>([
    ['a list', ['read:organizations', MEMBERS]],
    ['JSON in a text', JSON.stringify([MEMBERS, 'read:organizations'])],
    ['a PostgreSQL array', `{"read:organizations", ${MEMBERS}}`],
    ['words in a text', `read:organizations ${MEMBERS}`],
    ['a list of more than texts', [MEMBERS, 1, null, { key: MEMBERS }, 'read:organizations']],
  ])('has the permissions that are written as %s', async (_, permissions) => {
    const claims = { permissions: undefined, 'x-hasura-permissions': permissions };
    const { data, errors } = await gateway.execute(
      `{ organization(code: "${own}") { name users(first: 1) { nodes { userId } } } }`,
      {},
      await user([], claims),
    );
    expect(errors).toBeUndefined();
    expect(data.organization.users.nodes).toHaveLength(1);
  });

  test.each<[string, object, object?]>([
    ['two organizations', { 'x-hasura-org-code': 'org_other' }],
    ['two organizations that differ by a space', { 'x-hasura-org-code': ' ' }],
    ['two lists of permissions', { 'x-hasura-permissions': ['read:organizations', MEMBERS] }],
    ['two lists, one in Hasura’s namespace', { [HASURA]: { 'x-hasura-permissions': '{}' } }],
    ['permissions that are no list', { permissions: { 'read:organizations': true } }],
    ['permissions in a broken text', { permissions: '{read:organizations,{x}}' }],
    ['a namespace that is no object', { [HASURA]: 'x-hasura-org-code' }],
    [
      'two values of a feature flag',
      {
        feature_flags: { a: { t: 'b', v: true } },
        'x-hasura-feature-flags': { a: { t: 'b', v: false } },
      },
    ],
    ['two lists of roles', { roles: [{ key: 'member' }], 'x-hasura-roles': [{ key: 'admin' }] }],
  ])('is refused with %s', async (_, claims) => {
    const { response } = await send(LIST, await user(['read:organizations'], claims));
    expect(response.status).toBe(401);
    expect(gateway.calls()).toEqual([]);
  });

  test('with the same claims in both forms, written in another order, is accepted', async () => {
    const roles = [
      { id: '1', key: 'admin', name: 'Admin' },
      { id: '2', key: 'member', name: 'M' },
    ];
    const flags = { a: { t: 'b', v: true }, b: { t: 's', v: 'x' } };
    const headers = await user(['read:organizations', MEMBERS], {
      ...{ roles, feature_flags: flags },
      'x-hasura-org-code': own,
      'x-hasura-permissions': `{${MEMBERS},read:organizations}`,
      'x-hasura-roles': [...roles].reverse(),
      'x-hasura-feature-flags': JSON.stringify({ b: { v: 'x', t: 's' }, a: flags.a }),
    });
    const { errors } = await gateway.execute(
      `{ organization(code: "${own}") { name } }`,
      {},
      headers,
    );
    expect(errors).toBeUndefined();
  });

  test('is refused with the claim’s name in the log', async () => {
    const lines: string[] = [];
    const logged = await startGateway({
      env: { AUTH_MODE: 'jwt', LOG_LEVEL: 'info' },
      log: (line) => lines.push(line),
    });
    const claims = { sub: 'kp_1', org_code: 'org_a', 'x-hasura-org-code': 'org_b' };
    await send(LIST, bearer(await logged.emulator.issueToken({ claims })), logged);
    await logged.close();
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ msg: 'token refused', claim: 'x-hasura-org-code' }),
    );
  });

  test('without an organization is refused for that reason', async () => {
    const ask = async (claims: object) => {
      const document = `{ organization(code: "${other}") { code } organizations { nodes { code } } }`;
      const { errors } = await gateway.execute(document, {}, await user(ALL, claims));
      return errors?.map(({ message }) => message);
    };
    expect(await ask({ org_code: undefined })).toEqual([
      expect.stringContaining("This token isn't for any organization."),
      expect.stringContaining("This token isn't for any organization."),
    ]);
    expect(await ask({})).toEqual([
      `This token is for the organization ${own}, not for the one that you asked for.`,
      `This token is for the organization ${own}, and this field needs the whole environment.`,
    ]);
  });

  test('without an organization may read nothing, whatever scopes its token has', async () => {
    const headers = await user(['read:organizations'], {
      org_code: undefined,
      scp: await everyScope(),
    });
    const { data, errors } = await gateway.execute(
      `{ organization(code: "${own}") { code } organizations { nodes { code } } }`,
      {},
      headers,
    );
    expect(data).toEqual({ organization: null, organizations: null });
    expect(errors).toMatchObject([denied, denied]);
    expect(gateway.calls()).toEqual([]);
  });
});

describe('the rules in the SDL', () => {
  const has = (node: Parameters<typeof getDirective>[1], name: string) =>
    getDirective(schema, node, name) !== undefined;
  const objects = Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
  );

  test('every root field has scopes, except those that follow the object’s rule', () => {
    const bare = [schema.getQueryType()!, schema.getMutationType()!].flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => !has(field, 'requiresScopes'))
        .map((field) => field.name),
    );
    expect(bare.sort()).toEqual(['node', 'nodes', 'rateLimit', 'viewer']);
    for (const type of schema.getImplementations(schema.getType('Node') as never).objects) {
      expect([type.name, has(type, 'requiresScopes')]).toEqual([type.name, true]);
    }
  });

  test('scopes that fields share with their type are written once, on the type', () => {
    const repeated = objects.flatMap((type) => {
      const ofType = JSON.stringify(requiredScopes(schema, type));
      return Object.values(type.getFields())
        .filter((field) => JSON.stringify(requiredScopes(schema, field)) === ofType)
        .filter((field) => has(field, 'requiresScopes'))
        .map(({ name }) => `${type.name}.${name}`);
    });
    expect(repeated).toEqual([]);
  });

  test('a nullable field requires the scopes of its type, and a non-null one none', () => {
    const required = (name: string) =>
      Object.fromEntries(
        Object.values((schema.getType(name) as GraphQLObjectType).getFields()).map((field) => [
          field.name,
          fieldScopes(schema, schema.getType(name) as GraphQLObjectType, field)?.scopes,
        ]),
      );
    expect(required('Role')).toMatchObject({
      id: undefined,
      key: undefined,
      name: [['read:roles'], ['read:organization_user_roles']],
      description: [['read:roles']],
    });
    expect(required('OrganizationUser')).toMatchObject({
      userId: undefined,
      email: [['read:organization_users'], ['read:users']],
      joinedOn: [['read:organization_users']],
      organization: undefined,
    });
  });

  test('every mutation names its organization, except those for the environment', () => {
    const environment = Object.values(schema.getMutationType()!.getFields())
      .filter((field) => !has(field, 'ofOrganization'))
      .map((field) => field.name);
    expect(environment.sort()).toEqual([
      ...['createOrganization', 'createPermission', 'createRole'],
      ...['deleteOrganization', 'deletePermission', 'deleteRole'],
      ...['setRolePermissions', 'updatePermission', 'updateRole'],
    ]);
  });

  /**
   * Each field without scopes is asked of an object of which no more is known than its keys; with a
   * client that throws, those that take a call are found out.
   */
  test('every field that takes a call has scopes', async () => {
    const called = new Error('called');
    const throwing: unknown = new Proxy(() => undefined, {
      get: () => throwing,
      apply: () => {
        throw called;
      },
    });
    const keys = {
      code: 'org_x',
      org_code: 'org_x',
      user_id: 'kp_x',
      key: 'x',
      entries: [],
      organization: { code: 'org_x' },
      userErrors: [],
      cursorOf: String,
    };
    const calling: string[] = [];
    for (const type of objects) {
      for (const field of Object.values(type.getFields())) {
        if (fieldScopes(schema, type, field) !== undefined || field.resolve === undefined) continue;
        try {
          const args = { id: id('Organization', 'x'), ids: [id('Organization', 'x')] };
          const viewer = { kind: 'everybody' };
          const context = { loaders: throwing, upstream: throwing, viewer };
          const result = await field.resolve({ ...keys }, args, context, { schema } as never);
          await Promise.all([result].flat());
        } catch (error) {
          if (error === called) calling.push(`${type.name}.${field.name}`);
        }
      }
    }
    expect(calling).toEqual(['Query.node', 'Query.nodes']);
  });
});
