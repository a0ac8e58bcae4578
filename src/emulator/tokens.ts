import { randomUUID } from 'node:crypto';
import {
  createLocalJWKSet,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import { endpoints } from '../upstream/endpoints/index.js';
import { random } from './seed/random.js';

/** A machine-to-machine application of the environment. */
export interface Client {
  clientId: string;
  clientSecret: string;
  /** The scopes that are enabled for it, and that its tokens have unless they ask for fewer. */
  scopes: string[];
}

export interface TokenOptions {
  /** The granted scopes, in the claim `scope`. */
  scopes?: string[];
  /** The scopes in the claim `scp`, which Kinde documents as the requested ones; defaults to `scopes`. */
  requestedScopes?: string[];
  /** Seconds; a negative number gives a token that has expired. */
  expiresIn?: number;
  audience?: string[];
  /** Names claims as Kinde does with an application's Hasura switch, e.g. `x-hasura-org-code`. */
  hasuraClaims?: boolean;
  /** Further claims, or others in place of the usual; undefined leaves a claim out. */
  claims?: Record<string, unknown>;
}

/** The scopes of the whole table, and some of other parts of the API. */
export const ALL_SCOPES = [
  ...new Set([
    ...Object.values(endpoints).flatMap((domain) => Object.values(domain).map((row) => row.scope)),
    'read:applications',
    'read:subscribers',
    'update:user_refresh_claims',
    ...['create:webhooks', 'read:webhooks', 'update:webhooks', 'delete:webhooks'],
    'read:event_types',
  ]),
];

/** Verified tokens that are remembered; past it, all are forgotten. */
const REMEMBERED = 1000;

interface Key {
  sign: CryptoKey;
  jwk: JWK;
}

/** The environment's signing keys, its two applications, and the tokens that they get. */
export class Tokens {
  readonly client: Client;
  readonly readOnlyClient: Client;
  /** The first one signs. */
  #keys: [Key, ...Key[]];
  readonly #initial: { readonly key: Key; readonly clientSecret: string };
  readonly #verified = new Map<string, JWTPayload>();

  private constructor(
    /** The environment's address, which is known once the port is. */
    public issuer: string,
    readonly lifetimeSeconds: number,
    seed: string,
    key: Key,
  ) {
    this.client = client(seed, 'all', ALL_SCOPES);
    this.readOnlyClient = client(
      seed,
      'read_only',
      ALL_SCOPES.filter((scope) => scope.startsWith('read:')),
    );
    this.#keys = [key];
    this.#initial = { key, clientSecret: this.client.clientSecret };
  }

  static async create(issuer: string, lifetimeSeconds: number, seed: string): Promise<Tokens> {
    return new Tokens(issuer, lifetimeSeconds, seed, await firstKey());
  }

  /** The Management API's name as an audience. */
  get audience(): string {
    return `${this.issuer}/api`;
  }

  get jwks(): { keys: JWK[] } {
    return { keys: this.#keys.map(({ jwk }) => jwk) };
  }

  /** Signs with a new key from now on. The older keys stay published, and their tokens good. */
  async rotateKey(): Promise<void> {
    this.#keys = [await newKey(), ...this.#keys];
  }

  /** Gives the client with all scopes another secret. Tokens that it has stay good. */
  rotateClientSecret(): string {
    this.client.clientSecret = `emulator_only_not_a_secret_${randomUUID()}`;
    return this.client.clientSecret;
  }

  /** Signs with the first key again, and takes the first secret. Tokens of later keys stay good. */
  reset(): void {
    const { key, clientSecret } = this.#initial;
    this.#keys = [key, ...this.#keys.filter((other) => other !== key)];
    this.client.clientSecret = clientSecret;
  }

  issue(
    { clientId }: Client,
    {
      scopes = ALL_SCOPES,
      requestedScopes = scopes,
      expiresIn = this.lifetimeSeconds,
      audience = [this.audience],
      hasuraClaims = false,
      claims = {},
    }: TokenOptions = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const [{ sign, jwk }] = this.#keys;
    const payload = {
      aud: audience,
      azp: clientId,
      exp: now + expiresIn,
      gty: ['client_credentials'],
      iat: now + Math.min(0, expiresIn),
      iss: this.issuer,
      jti: randomUUID(),
      scope: scopes.join(' '),
      scp: requestedScopes,
      v: '2',
      ...(hasuraClaims ? withHasuraNames(claims) : claims),
    };
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'RS256', kid: jwk.kid, typ: 'JWT' })
      .sign(sign);
  }

  /** Signs a webhook's body: a JWT with nothing but the event in it, as Kinde sends it. */
  signEvent(event: Record<string, unknown>): Promise<string> {
    const [{ sign, jwk }] = this.#keys;
    return new SignJWT(event)
      .setProtectedHeader({ alg: 'RS256', kid: jwk.kid, typ: 'JWT' })
      .sign(sign);
  }

  /** The claims of a token for the Management API; undefined where it is none, or has expired. */
  async verify(token: string): Promise<JWTPayload | undefined> {
    let claims = this.#verified.get(token);
    if (!claims) {
      claims = await this.#verify(token);
      if (!claims) return undefined;
      if (this.#verified.size >= REMEMBERED) this.#verified.clear();
      this.#verified.set(token, claims);
    }
    return claims.exp! * 1000 > Date.now() ? claims : undefined;
  }

  async #verify(token: string): Promise<JWTPayload | undefined> {
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet(this.jwks), {
        algorithms: ['RS256'],
        audience: this.audience,
        issuer: this.issuer,
        requiredClaims: ['exp'],
      });
      return payload;
    } catch {
      return undefined;
    }
  }
}

/** The claims that the Hasura switch renames, as kinde-oss/js-utils and kinde-java-sdk read them. */
const RENAMED = ['org_code', 'org_name', 'permissions', 'feature_flags', 'roles'];

const withHasuraNames = (claims: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      RENAMED.includes(name) ? `x-hasura-${name.replaceAll('_', '-')}` : name,
      value,
    ]),
  );

/** The same seed gives the same credentials, which open nothing but an emulator. */
const client = (seed: string, kind: string, scopes: string[]): Client => ({
  clientId: random(seed, 'client', kind).hex(32),
  clientSecret: `emulator_only_not_a_secret_${kind}`,
  scopes,
});

let sharedKey: Promise<Key> | undefined;

/**
 * The key that the emulators of this process start with. They share it, because a 2048-bit key takes
 * longer to generate than the rest of a start.
 */
function firstKey(): Promise<Key> {
  return (sharedKey ??= newKey());
}

async function newKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { modulusLength: 2048 });
  const jwk = { ...(await exportJWK(publicKey)), alg: 'RS256', kid: randomUUID(), use: 'sig' };
  return { sign: privateKey, jwk };
}
