/** From the claims of a verified token to the viewer that it stands for. */
import { isObject, parseJson } from '../upstream/json.js';
import { grantedScopes, textsIn } from '../upstream/token-claims.js';
import type { Viewer } from './viewer.js';

type Claims = Readonly<Record<string, unknown>>;

/** A claim that is unusable or contradicts another. The message is for developers, and names no value. */
export class ClaimError extends Error {
  override readonly name = 'ClaimError';
  constructor(
    readonly claim: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Returns the viewer that a verified token stands for. Throws a ClaimError for a token that contradicts
 * itself. Kinde's tokens for applications have `gty: ["client_credentials"]`, the client id in `azp` and
 * no `sub`; those of users have a `sub` and, in `permissions`, keys for the organization in `org_code`
 * alone.
 */
export function viewerOf(claims: Claims): Viewer {
  const organization = organizationOf(claims);
  for (const name of ['permissions', 'feature_flags', 'roles'] as const) {
    refuseContradiction(formsOf(claims, name), canonical);
  }
  const { gty, sub } = claims;
  if (textsIn(gty).includes('client_credentials') || sub === undefined) {
    const [clientId] = [claims['azp'], claims['client_id']].filter(isName);
    return { kind: 'machine', clientId, scopes: grantedScopes(claims) ?? new Set(), organization };
  }
  if (!isName(sub)) throw new ClaimError('sub', '`sub` is no user id');
  return { kind: 'user', userId: sub, permissions: permissionsOf(claims), organization };
}

const isName = (claim: unknown): claim is string => typeof claim === 'string' && claim !== '';

/**
 * The claims that Kinde renames for applications with its Hasura switch: `org_code` becomes
 * `x-hasura-org-code` (kinde-oss/js-utils, kinde-java-sdk). They stand at the top of the token.
 */
type Switched = 'org_code' | 'permissions' | 'feature_flags' | 'roles';

/**
 * Where Hasura itself looks for its claims, in versions 2 and 3. Kinde's guide for Hasura fills the first
 * by a workflow (docs.kinde.com/integrate/third-party-tools/kinde-hasura).
 */
const NAMESPACES = ['https://hasura.io/jwt/claims', 'claims.jwt.hasura.io'];

/** One place in a token that has a claim. */
interface Form {
  /** The claim as the token names it. */
  name: string;
  value: unknown;
}

/** Returns every place where the token has this claim. A claim that is null counts as absent. */
function formsOf(claims: Claims, name: Switched): Form[] {
  const hasuraName = `x-hasura-${name.replaceAll('_', '-')}`;
  const inObject = (object: Claims, path: string): Form[] =>
    Object.entries(object)
      // Hasura doesn't distinguish case in names of session variables.
      .filter(([key]) => key.toLowerCase() === hasuraName)
      .map(([key, value]) => ({ name: path + key, value }));
  return [
    { name, value: claims[name] },
    ...inObject(claims, ''),
    ...NAMESPACES.flatMap((namespace) => inObject(namespaceIn(claims, namespace), `${namespace}.`)),
  ].filter(({ value }) => value != null);
}

/** Returns the claims of a namespace, which Hasura also takes as JSON in a text. */
function namespaceIn(claims: Claims, namespace: string): Claims {
  const value = claims[namespace];
  if (value == null) return {};
  const object = typeof value === 'string' ? parseJson(value) : value;
  if (isObject(object)) return object;
  throw new ClaimError(namespace, `\`${namespace}\` is no object`);
}

/** Throws when two forms of a claim say different things, judged by what `meaningOf` makes of them. */
function refuseContradiction(forms: readonly Form[], meaningOf: (value: unknown) => unknown): void {
  const [first, ...others] = forms;
  const other = others.find(({ value }) => meaningOf(value) !== meaningOf(first?.value));
  if (first === undefined || other === undefined) return;
  throw new ClaimError(other.name, `\`${first.name}\` and \`${other.name}\` contradict each other`);
}

/** Throws for an invalid code: to read it as none would free an application from its organization. */
function organizationOf(claims: Claims): string | undefined {
  const forms = formsOf(claims, 'org_code');
  for (const { name, value } of forms) {
    if (!isName(value)) throw new ClaimError(name, `\`${name}\` is no organization code`);
  }
  refuseContradiction(forms, (value) => value);
  return forms[0]?.value as string | undefined;
}

function permissionsOf(claims: Claims): ReadonlySet<string> {
  const [form] = formsOf(claims, 'permissions');
  if (form === undefined) return new Set();
  const list = decoded(form.value);
  if (Array.isArray(list)) return new Set(textsIn(list));
  throw new ClaimError(form.name, `\`${form.name}\` is no list of permission keys`);
}

/**
 * Returns a claim's value without the encodings of Hasura, whose session variables are texts: JSON, or a
 * list as PostgreSQL writes it, `{a,"b c"}`. Another text is a list of words, as OAuth writes scopes.
 */
function decoded(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (!/^\s*[[{]/.test(value)) return textsIn(value);
  const json = parseJson(value);
  if (isObject(json) && Object.keys(json).length === 0) return [];
  return json ?? postgresList(value);
}

const POSTGRES_ENTRY = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",{}]+))\s*(,|$)/y;

/** Returns the entries of a one-dimensional PostgreSQL array literal; undefined for any other text. */
function postgresList(text: string): string[] | undefined {
  const literal = text.trim();
  if (!literal.startsWith('{') || !literal.endsWith('}')) return undefined;
  const inside = literal.slice(1, -1);
  const entries: string[] = [];
  POSTGRES_ENTRY.lastIndex = 0;
  for (let separator = ','; separator === ',';) {
    const [, quoted, bare, next] = POSTGRES_ENTRY.exec(inside) ?? [];
    if (next === undefined) return undefined;
    entries.push(bare ?? quoted!.replace(/\\(.)/gs, '$1'));
    separator = next;
  }
  return entries;
}

/** Returns a text that two claims share when they say the same, in whatever encoding and order. */
function canonical(claim: unknown): string {
  const write = (value: unknown): string => {
    if (Array.isArray(value)) {
      return `[${[...new Set(value.map((entry) => write(keyOf(entry))))].sort().join()}]`;
    }
    if (!isObject(value)) return JSON.stringify(value);
    return `{${Object.entries(value)
      .map(([key, entry]) => `${JSON.stringify(key)}:${write(entry)}`)
      .sort()
      .join()}}`;
  };
  return write(decoded(claim));
}

/** Roles are objects with a key, and where they are bare texts, those are the keys. */
const keyOf = (entry: unknown): unknown => (isObject(entry) && entry['key']) || entry;
