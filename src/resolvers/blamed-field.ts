/** Finds the field of a mutation's input that Kinde's reason for a refusal is about. */
import type { UserError } from '../graphql/user-errors.js';

/** What a refusal is about: a parameter of the call, or a reason that Kinde gives. */
export interface Blame {
  parameter?: string;
  code?: string;
  message?: string;
}

type FieldPath = NonNullable<UserError['field']>;

/** Returns a function that returns the path of the field to blame; null when no single one is. */
export function blamedFieldOf(input: object): (blame: Blame) => UserError['field'] {
  return ({ parameter, code = '', message = '' }) => {
    if (parameter !== undefined) return firstIn(input, fieldsOfParameter(parameter));
    const leaves = [...leavesOf(input)];
    return (
      byName(leaves, { code, message }) ??
      firstIn(input, fieldsOfNouns(code)) ??
      byLastWord(leaves, { code, message })
    );
  };
}

const firstIn = (input: object, names: readonly string[]): FieldPath | null => {
  const field = names.find((name) => name in input);
  return field === undefined ? null : [field];
};

/** The input's field for an upstream parameter, where it is not the parameter's own name or the end of it. */
const FIELD_OF_PARAMETER: Readonly<Record<string, string>> = {
  org_code: 'organizationCode',
  role_id: 'role',
  permission_id: 'permission',
};

const camelCase = (name: string) =>
  name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Returns the input's fields that an upstream parameter may come from: `user_id` from `userId`, `property_key` from `key`. */
function fieldsOfParameter(parameter: string): string[] {
  const words = parameter.split('_');
  const ends = words.map((_, position) => camelCase(words.slice(position).join('_')));
  return [FIELD_OF_PARAMETER[parameter] ?? parameter, ...ends];
}

/**
 * The input's field that a Kinde code is about, judged by the noun in it, since Kinde publishes
 * no list of codes. The first match that the input has counts.
 */
const FIELD_OF_NOUN: readonly (readonly [RegExp, string])[] = [
  [/^DEFAULT_ORGANIZATION_CANNOT_BE_SUSPENDED$/, 'isSuspended'],
  [/^EMAIL|_EMAIL$|^USER_ALREADY_MEMBER$/, 'email'],
  [/INVITE/, 'inviteCode'],
  [/MFA|FACTOR/, 'factorId'],
  [/SCOPE/, 'scopeId'],
  [/^API_/, 'apiId'],
  [/PERMISSION/, 'permission'],
  [/PERMISSION/, 'permissions'],
  [/ROLE/, 'role'],
  [/ROLE/, 'roles'],
  [/^USER/, 'userId'],
  [/SESSION_LIFETIME/, 'lifetimeSeconds'],
  [/FLAG|PROPERTY/, 'key'],
  [/PROPERTY/, 'properties'],
  [/LOGO/, 'data'],
  [/CONNECTION/, 'connectionId'],
  [/ORGANIZATION/, 'organizationCode'],
];

const fieldsOfNouns = (code: string) =>
  FIELD_OF_NOUN.filter(([noun]) => noun.test(code)).map(([, name]) => name);

/** A value of an input that is no object: `["branding", "linkColor"]`. */
interface Leaf {
  readonly path: FieldPath;
  /** The words of its name in capitals: LINK, COLOR. */
  readonly words: readonly string[];
  readonly value: unknown;
}

function* leavesOf(input: object, path: FieldPath = []): Generator<Leaf> {
  for (const [name, value] of Object.entries(input) as [string, unknown][]) {
    const at = [...path, name];
    const words = name
      .replaceAll(/(?=[A-Z])/g, '_')
      .toUpperCase()
      .split('_');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      yield { path: at, words, value };
    } else {
      yield* leavesOf(value, at);
    }
  }
}

/** Returns the leaf that a code names, as NAME_REQUIRED does, or whose property is in the message. */
function byName(
  leaves: readonly Leaf[],
  { code, message }: Required<Pick<Blame, 'code' | 'message'>>,
) {
  const inCode = `_${code}_`;
  const named = leaves.filter(({ path, words }) => {
    if (inCode.includes(`_${words.join('_')}_`)) return true;
    // A name of one word may be just that: a word of the sentence.
    const names = words.length < 2 ? [] : [words.join('_').toLowerCase(), String(path.at(-1))];
    return names.some((name) => hasWord(message, name));
  });
  const [longest] = named.sort((one, other) => other.words.length - one.words.length);
  return longest === undefined ? null : placeIn(longest, message);
}

/** Last words of names that are too general to identify a field. */
const GENERAL: ReadonlySet<string> = new Set(['ID', 'CODE', 'KEY']);

/** Returns the leaf whose name ends in a noun of a code, as for INVALID_COLOR; of several, the one with the value in the message. */
function byLastWord(
  leaves: readonly Leaf[],
  { code, message }: Required<Pick<Blame, 'code' | 'message'>>,
) {
  const nouns = new Set(code.split('_').map(singular));
  const likely = leaves.filter(({ words }) => {
    const last = words.at(-1)!;
    return !GENERAL.has(last) && nouns.has(singular(last));
  });
  const [leaf, ...others] =
    likely.length < 2 ? likely : likely.filter(({ value }) => hasValue(message, value));
  return leaf === undefined || others.length > 0 ? null : placeIn(leaf, message);
}

/** In how many entries of a list a message's value is looked for: each may occur in it hundreds of times. */
const MAX_COMPARED = 1_000;

/** Returns the path of a leaf or, in a short list, of the one entry that the message repeats. */
function placeIn({ path, value }: Leaf, message: string): FieldPath {
  if (!Array.isArray(value) || value.length > MAX_COMPARED) return path;
  const repeated = [...new Set<unknown>(value)].filter((entry) => hasValue(message, entry));
  const [entry] = repeated;
  const isOnce = repeated.length === 1 && value.lastIndexOf(entry) === value.indexOf(entry);
  return isOnce ? [...path, value.indexOf(entry)] : path;
}

const singular = (word: string) => word.replace(/S$/, '');

const hasValue = (message: string, value: unknown) =>
  (typeof value === 'string' || typeof value === 'number') && hasWord(message, String(value));

/** Returns whether a text has a word, which may contain anything, between characters of no word. */
function hasWord(text: string, word: string): boolean {
  if (word === '') return false;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const around = (text[at - 1] ?? ' ') + (text[at + word.length] ?? ' ');
    if (!/\w/.test(around)) return true;
  }
  return false;
}
