/** What all mutations share: their payloads, and the account of bulk writes. */
import { getNamedType, isInputObjectType, type GraphQLResolveInfo } from 'graphql';
import { keyOwner } from '../auth/identity.js';
import type { Context } from '../graphql/context.js';
import {
  KeyReusedError,
  ReplayedUnknownError,
  StoreUnavailableError,
  type Attempt,
} from '../idempotency/index.js';
import {
  codeOf,
  InputError,
  keysUnavailable,
  messageOf,
  userErrorsFrom,
  type UserError,
} from '../graphql/errors.js';
import type { Resolvers } from '../generated/resolvers.js';
import type { Entry } from '../loaders/shared-reads.js';
import { MAX_BULK_USERS } from '../upstream/endpoints/organizations.js';
import { UpstreamError } from '../upstream/errors.js';
import { isId } from '../upstream/id.js';
import { usable } from './entries.js';

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
 * The input's field that a code of Kinde's is about, judged by the noun in it, since Kinde publishes
 * no list of codes. The first match that the input has counts.
 */
const FIELD_OF_CODE: readonly (readonly [RegExp, string])[] = [
  [/^DEFAULT_ORGANIZATION_CANNOT_BE_SUSPENDED$/, 'isSuspended'],
  [/^EMAIL|_EMAIL$|^USER_ALREADY_MEMBER$/, 'email'],
  [/^FIRST_NAME/, 'firstName'],
  [/^LAST_NAME/, 'lastName'],
  [/INVITE/, 'inviteCode'],
  [/PERMISSION/, 'permission'],
  [/ROLE/, 'role'],
  [/ROLE/, 'roles'],
  [/^USER/, 'userId'],
  [/VALUE/, 'value'],
  [/SESSION_LIFETIME/, 'lifetimeSeconds'],
  [/FLAG|PROPERTY/, 'key'],
  [/PROPERTY/, 'properties'],
  [/HANDLE/, 'handle'],
  [/ORGANIZATION/, 'organizationCode'],
];

function fieldIn(input: object) {
  return ({ parameter, code }: { parameter?: string; code?: string }): string[] | null => {
    const fields =
      parameter === undefined
        ? FIELD_OF_CODE.filter(([noun]) => noun.test(code ?? '')).map(([, name]) => name)
        : fieldsOfParameter(parameter);
    const field = fields.find((name) => name in input);
    return field === undefined ? null : [field];
  };
}

/** Returns the names of the ids in a mutation's input, as the schema types them. */
function idFields({ parentType, fieldName }: GraphQLResolveInfo): string[] {
  const [argument] = parentType.getFields()[fieldName]!.args;
  const type = getNamedType(argument?.type);
  return isInputObjectType(type)
    ? Object.values(type.getFields())
        .filter((field) => getNamedType(field.type).name === 'ID')
        .map(({ name }) => name)
    : [];
}

/**
 * Throws an InputError that names the ids which can't be any. Encoding refuses them as well, but by
 * then the catalogue of roles or permissions may have been read.
 */
function checkIds(input: object, names: readonly string[]): void {
  const values = Object.entries(input).filter(([name]) => names.includes(name));
  const userErrors = values
    .filter(([, value]) => typeof value === 'string' && !isId(value))
    .map(([name]) => ({
      message: `\`${name}\` is not a valid id.`,
      code: 'INVALID_ID',
      field: [name],
    }));
  if (userErrors.length > 0) throw new InputError(userErrors);
}

type WithUserErrors<P> = P & { userErrors: readonly UserError[] };

/** What every mutation's input may have besides its own fields. */
interface Keyed {
  readonly idempotencyKey?: string | null | undefined;
}

/** Printable ASCII: other texts have several forms that look alike and are not the same key. */
const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;

const keyError = (code: string, message: string) =>
  new InputError([{ code, message, field: ['idempotencyKey'] }]);

/** Makes a write once for its key; without a key it is simply made. */
async function onceForItsKey<P extends object>(
  key: string | null | undefined,
  input: object,
  mutationName: string,
  context: Context,
  attempt: () => Promise<Attempt<P>>,
): Promise<P> {
  if (key == null) return (await attempt()).payload;
  if (!IDEMPOTENCY_KEY.test(key)) {
    throw keyError('INVALID_VALUE', 'A key has 1 to 255 printable ASCII characters.');
  }
  const owner = keyOwner(context.viewer);
  if (owner === undefined) {
    throw keyError(
      'INVALID_VALUE',
      'The token does not say whose it is, so that it can keep no key.',
    );
  }
  try {
    const { payload, isReplay } = await context.idempotency.once(
      { owner, mutation: mutationName, key, input, time: context.time },
      attempt,
    );
    if (isReplay) context.replays.add(payload);
    return payload;
  } catch (error) {
    if (error instanceof ReplayedUnknownError) context.replays.add(error);
    if (error instanceof StoreUnavailableError) throw keysUnavailable();
    if (!(error instanceof KeyReusedError)) throw error;
    throw keyError('IDEMPOTENCY_KEY_REUSED', 'This key has been used for another input.');
  }
}

/** Whether a failure is Kinde's answer to a write, and not to a read before it. */
function isAnswerToWrite(thrown: unknown): boolean {
  return (
    thrown instanceof UpstreamError &&
    thrown.status !== undefined &&
    thrown.route?.startsWith('GET ') === false
  );
}

/**
 * A mutation's resolver from a function that does the write and gives the payload. What its caller can
 * mend goes into `userErrors`, with `nothing` as the rest of the payload; all else is an error of the
 * response. With an `idempotencyKey` the write is made once, and the payload of the first time is given
 * again. Whatever the outcome, what the request had read is forgotten, so that the payload and the
 * mutations after it are answered by fresh reads.
 *
 * A payload is JSON: ids, from which what a client asks of it is read, and userErrors.
 */
export function mutation<I extends object, P extends object, N extends object>(
  nothing: N,
  write: (input: I, context: Context) => Promise<P & { userErrors?: readonly UserError[] }>,
) {
  return async (
    _: unknown,
    { input: { idempotencyKey, ...rest } }: { input: I & Keyed },
    context: Context,
    info: GraphQLResolveInfo,
  ): Promise<WithUserErrors<P | N>> => {
    // TypeScript cannot see that what is left without the key is an I again.
    const input = rest as unknown as I;
    const refused = (thrown: unknown): WithUserErrors<N> => {
      const userErrors = userErrorsFrom(thrown, fieldIn(input));
      if (userErrors === undefined) throw thrown;
      return { ...nothing, userErrors };
    };
    const attempt = async (): Promise<Attempt<WithUserErrors<P | N>>> => {
      try {
        checkIds(input, idFields(info));
        const payload = { userErrors: [], ...(await write(input, context)) };
        return { payload, isAnswered: true };
      } catch (thrown) {
        return { payload: refused(thrown), isAnswered: isAnswerToWrite(thrown) };
      }
    };
    const callsBefore = context.calls.length;
    context.loaders.beginMutation();
    try {
      return await onceForItsKey(idempotencyKey, input, info.fieldName, context, attempt);
    } catch (thrown) {
      return refused(thrown);
    } finally {
      context.loaders.clearAfter(context.calls.slice(callsBefore).map(({ endpoint }) => endpoint));
    }
  };
}

export const resolvers = {
  UserError: {
    // Texts as the schema has them: a path into the input.
    field: ({ field }) => field?.map(String) ?? null,
  },
} satisfies Resolvers;

/** One user of a bulk write, and where in the input it stands. */
export interface BulkUser<U> {
  userId: string;
  position: number;
  body: U;
}

export interface BulkAnswer {
  users_added?: readonly Entry<string>[] | null | undefined;
  users_updated?: readonly Entry<string>[] | null | undefined;
  users_removed?: readonly Entry<string>[] | null | undefined;
}

export interface BulkOutcome {
  addedUserIds: string[];
  updatedUserIds: string[];
  removedUserIds: string[];
  userErrors: UserError[];
}

/** Refuses ids that cannot be one, and a person who is named twice: which of the two would hold? */
export function checkUsers(users: readonly { userId: string }[]): void {
  const seen = new Set<string>();
  const userErrors = users.flatMap(({ userId }, position): UserError[] => {
    const field = ['users', position, 'userId'];
    if (!isId(userId)) {
      return [{ message: 'This cannot be the id of a user.', code: 'INVALID_ID', field }];
    }
    if (seen.has(userId)) {
      return [{ message: `${userId} is named more than once.`, code: 'DUPLICATE_USER', field }];
    }
    seen.add(userId);
    return [];
  });
  if (userErrors.length > 0) throw new InputError(userErrors);
}

/** Whether a batch was refused for its users, so that another batch may be taken. */
function isAboutUsers({ failure, reasons }: UpstreamError): boolean {
  return (
    failure === 'BAD_REQUEST' ||
    (failure === 'NOT_FOUND' && !reasons.some(({ code }) => code.startsWith('ORGANIZATION')))
  );
}

/**
 * Sends users in batches of what the API takes at once, one after the other, and keeps the account.
 * A batch that is refused for its input does not stop the others. Any other failure does: it is
 * thrown when nothing has been answered yet, and otherwise told user by user, so that a partial
 * success is never reported as a failure, nor the reverse. `missing` is the code for a user whom a
 * successful answer does not name.
 */
export async function sendInBatches<U>(
  users: readonly BulkUser<U>[],
  missing: { code: string; message: string },
  send: (batch: U[]) => Promise<BulkAnswer>,
): Promise<BulkOutcome> {
  const outcome: BulkOutcome = {
    addedUserIds: [],
    updatedUserIds: [],
    removedUserIds: [],
    userErrors: [],
  };
  const report = (batch: readonly BulkUser<U>[], { code, message }: Omit<UserError, 'field'>) => {
    for (const { position } of batch) {
      outcome.userErrors.push({ code, message, field: ['users', position] });
    }
  };

  for (let from = 0; from < users.length; from += MAX_BULK_USERS) {
    const batch = users.slice(from, from + MAX_BULK_USERS);
    try {
      const answer = await send(batch.map(({ body }) => body));
      const added = usable(answer.users_added);
      const updated = usable(answer.users_updated);
      const removed = usable(answer.users_removed);
      outcome.addedUserIds.push(...added);
      outcome.updatedUserIds.push(...updated);
      outcome.removedUserIds.push(...removed);
      const done = new Set([...added, ...updated, ...removed]);
      report(
        batch.filter(({ userId }) => !done.has(userId)),
        missing,
      );
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const [reason] = error.reasons;
      if (isAboutUsers(error)) {
        report(batch, { code: reason?.code ?? error.failure, message: messageOf(error) });
        continue;
      }
      if (from === 0) throw error;
      report(batch, {
        code: error.failure === 'NOT_FOUND' ? (reason?.code ?? error.failure) : codeOf(error),
        message: messageOf(error),
      });
      report(users.slice(from + MAX_BULK_USERS), {
        code: 'NOT_ATTEMPTED',
        message: 'Not sent, because the batch before it failed.',
      });
      break;
    }
  }
  return outcome;
}
