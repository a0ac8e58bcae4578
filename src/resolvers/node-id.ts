/** Global ids: opaque to clients, and made of a type and Kinde's own keys. */
import { parseJson } from '../upstream/json.js';

/** What names an object of each type, in the order in which its global id holds it. */
const KEYS = {
  Organization: ['organizationCode'],
  OrganizationUser: ['organizationCode', 'userId'],
  OrganizationInvite: ['organizationCode', 'inviteCode'],
  OrganizationLogo: ['organizationCode', 'type'],
  OrganizationProperty: ['organizationCode', 'key'],
  FeatureFlag: ['organizationCode', 'key'],
  EnvironmentFeatureFlag: ['key'],
  OrganizationSignInMethod: ['organizationCode', 'connectionId'],
  User: ['userId'],
  MfaFactor: ['organizationCode', 'userId', 'factorId'],
  Role: ['key'],
  Permission: ['key'],
} as const;

export type NodeType = keyof typeof KEYS;

/** What a part of a global id names. */
export type IdPart = (typeof KEYS)[NodeType][number];

/** Returns the code of the organization that an object belongs to; undefined for what is the environment's. */
export function organizationIn({ type, keys }: { type: NodeType; keys: string[] }) {
  const position = (KEYS[type] as readonly string[]).indexOf('organizationCode');
  return position < 0 ? undefined : keys[position];
}

/** Returns the global id of an object: base64url of its type and Kinde's own keys. */
export function nodeId(type: NodeType, ...keys: string[]): string {
  return Buffer.from(JSON.stringify([type, ...keys])).toString('base64url');
}

/** What a global id names; undefined for a text that `nodeId` did not make. */
export function parseNodeId(id: string): { type: NodeType; keys: string[] } | undefined {
  const value = parseJson(Buffer.from(id, 'base64url').toString());
  if (!Array.isArray(value) || !value.every((part) => typeof part === 'string')) return undefined;
  const [type, ...keys] = value as [string, ...string[]];
  const isNode = Object.hasOwn(KEYS, type) && keys.length === KEYS[type as NodeType].length;
  // One object has one id: other spellings of the same JSON are refused.
  if (!isNode || nodeId(type as NodeType, ...keys) !== id) return undefined;
  return { type: type as NodeType, keys };
}

/** What a global id names: the last of its keys, with those before it. */
export interface Named {
  type: NodeType;
  part: IdPart;
  key: string;
  /** What the object belongs to, by the names of the keys, for example its `organizationCode`. */
  owner: Readonly<Record<string, string>>;
}

/** How every global id begins: the JSON of an array whose first entry is the name of a type. */
const PREFIX = 'WyJ';

/** Returns what a global id names; undefined for another text. */
export function namedBy(id: string): Named | undefined {
  const named = id.startsWith(PREFIX) ? parseNodeId(id) : undefined;
  if (named === undefined) return undefined;
  const { type, keys } = named;
  const parts: readonly IdPart[] = KEYS[type];
  const owner = Object.fromEntries(parts.slice(0, -1).map((part, index) => [part, keys[index]!]));
  return { type, part: parts.at(-1)!, key: keys.at(-1)!, owner };
}

/** Returns which part names an object of a type; undefined for a type without global ids. */
export const partNamed = (type: string): IdPart | undefined =>
  Object.hasOwn(KEYS, type) ? KEYS[type as NodeType].at(-1) : undefined;
