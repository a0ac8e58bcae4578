/** Global ids: base64url of a type and the keys that name one of its objects. */
const KEYS = { Organization: 1, OrganizationUser: 2, Role: 1, Permission: 1 } as const;

export type NodeType = keyof typeof KEYS;

/** The code of the organization that an object belongs to; undefined for what is the environment's. */
export function organizationIn({ type, keys }: { type: NodeType; keys: string[] }) {
  return type === 'Organization' || type === 'OrganizationUser' ? keys[0] : undefined;
}

/** The global id of an object, by its type and Kinde's own keys. */
export function nodeId(type: NodeType, ...keys: string[]): string {
  return Buffer.from(JSON.stringify([type, ...keys])).toString('base64url');
}

/** What a global id names; undefined for a text that `nodeId` did not make. */
export function parseNodeId(id: string): { type: NodeType; keys: string[] } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(id, 'base64url').toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || !value.every((part) => typeof part === 'string')) return undefined;
  const [type, ...keys] = value as [string, ...string[]];
  const isNode = Object.hasOwn(KEYS, type) && keys.length === KEYS[type as NodeType];
  // One object has one id: other spellings of the same JSON are refused.
  if (!isNode || nodeId(type as NodeType, ...keys) !== id) return undefined;
  return { type: type as NodeType, keys };
}
