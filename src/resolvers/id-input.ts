/** Checks Kinde's ids, codes and keys in arguments, and says what is wrong with an invalid one. */
import { badUserInput } from '../graphql/errors.js';
import { isId, MAX_ID_LENGTH } from '../upstream/id.js';
import { namedBy, type IdPart } from './node-id.js';

/** A kind of id that Kinde gives, and how messages speak of it. */
export interface IdKind {
  readonly noun: 'id' | 'code' | 'key';
  readonly example: string;
  /** The part of a global id that holds it; undefined where none does. */
  readonly part: IdPart | undefined;
}

export const ORGANIZATION_CODE: IdKind = {
  noun: 'code',
  example: 'org_1ccfb819462',
  part: 'organizationCode',
};
export const USER_ID: IdKind = {
  noun: 'id',
  example: 'kp_c3143a4b50ad43c88e541d9077681782',
  part: 'userId',
};
export const INVITE_CODE: IdKind = {
  noun: 'code',
  example: 'inv_abc123def456',
  part: 'inviteCode',
};
export const CONNECTION_ID: IdKind = {
  noun: 'id',
  example: 'conn_0192b2a91b8c7d3ea4f54b5c6d7e8f90',
  part: 'connectionId',
};
export const MFA_FACTOR_ID: IdKind = {
  noun: 'id',
  example: 'mfa_0193278a00ac29b3f6d4e4d462d55c47',
  part: 'factorId',
};
export const API_ID: IdKind = {
  noun: 'id',
  example: '838f208d006a482dbd8cdb79a9889f68',
  part: undefined,
};
export const API_SCOPE_ID: IdKind = {
  noun: 'id',
  example: 'api_scope_019391daf58d87d8a7213419c016ac95',
  part: undefined,
};
/** The key of a role, a permission, a feature flag or a property. */
export const KEY: IdKind = { noun: 'key', example: 'billing_manager', part: 'key' };
/** The id of a role or a permission. */
export const UUID: IdKind = {
  noun: 'id',
  example: '0198c3f2-6b1d-7c54-9a4e-3f1f0a6b2d11',
  part: undefined,
};

/**
 * Returns what is wrong with a value that Kinde can't have given as an id of this kind; undefined when
 * nothing is. `subject` begins the sentence, for example "`userId`".
 */
export function idProblem(kind: IdKind, subject: string, value: string): string | undefined {
  if (!isId(value)) return invalid(kind, subject, value);
  const named = namedBy(value);
  if (named === undefined) return undefined;
  const { type, part, key, owner } = named;
  if (part !== kind.part) {
    return `${subject} is the global id of ${type === 'Organization' ? 'an' : 'a'} ${type}. ${looksLike(kind)}`;
  }
  const owners = Object.values(owner).map((text) => `\`${text}\``);
  return kind.noun === 'key' || owners.length === 0
    ? `${subject} is a global id. Send Kinde's own ${kind.noun} instead: \`${key}\`.`
    : `${subject} is the global id of \`${key}\` in ${owners.join(', ')}, not in the one that you named.`;
}

/** Throws BAD_USER_INPUT for the argument `name` unless it can be an id of this kind. Returns the id. */
export function requireId(kind: IdKind, name: string, value: string): string {
  const problem = idProblem(kind, `\`${name}\``, value);
  if (problem !== undefined) throw badUserInput(problem);
  return value;
}

/** The longest part of an invalid value that a message repeats. */
const MAX_SHOWN = 50;

function invalid(kind: IdKind, subject: string, value: string): string {
  const shown =
    value.length > MAX_SHOWN
      ? `${value.slice(0, MAX_SHOWN).toWellFormed()}…`
      : value.toWellFormed();
  return `${subject} is not a valid ${kind.noun}: ${JSON.stringify(shown)}.${flawOf(value)} ${looksLike(kind)}`;
}

/** Names a flaw that is hard to see: look-alike letters, invisible ones, and length. */
function flawOf(value: string): string {
  if (value.length > MAX_ID_LENGTH) {
    return ` It has ${value.length} characters, and ${MAX_ID_LENGTH} are allowed.`;
  }
  const [unprintable] = /[^ -~]/u.exec(value) ?? [];
  if (unprintable === undefined) return '';
  const point = unprintable.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return ` It contains U+${point}, and only printable ASCII is allowed.`;
}

function looksLike({ noun, example }: IdKind): string {
  return `${{ id: 'Ids', code: 'Codes', key: 'Keys' }[noun]} look like \`${example}\`.`;
}
