/** What all mutations share: their payloads, their errors and their idempotency keys. */
import { collectSubFields } from '@graphql-tools/utils';
import { getNamedType, type GraphQLObjectType, type GraphQLResolveInfo } from 'graphql';
import { keyOwner } from '../auth/identity.js';
import type { Context } from '../graphql/context.js';
import {
  KeyReusedError,
  ReplayedUnknownError,
  StoreUnavailableError,
  type Attempt,
} from '../idempotency/index.js';
import { keysUnavailable, tooManyWrites } from '../graphql/errors.js';
import {
  InputError,
  userErrorsFrom,
  type UserError,
  type UserErrorCode,
} from '../graphql/user-errors.js';
import type { Resolvers } from '../generated/resolvers.js';
import { UpstreamError } from '../upstream/errors.js';
import { blamedFieldOf } from './blamed-field.js';
import {
  idProblem,
  API_ID,
  API_SCOPE_ID,
  CONNECTION_ID,
  INVITE_CODE,
  KEY,
  MFA_FACTOR_ID,
  ORGANIZATION_CODE,
  USER_ID,
  type IdKind,
} from './id-input.js';

/** The ids, codes and keys that a mutation's input may have, by field. */
const ID_FIELDS: Readonly<Record<string, IdKind>> = {
  organizationCode: ORGANIZATION_CODE,
  userId: USER_ID,
  inviteCode: INVITE_CODE,
  connectionId: CONNECTION_ID,
  factorId: MFA_FACTOR_ID,
  apiId: API_ID,
  scopeId: API_SCOPE_ID,
  key: KEY,
};

/**
 * Throws an InputError that names invalid ids. Encoding refuses them as well, but by
 * then the catalogue of roles or permissions may have been read.
 */
function checkIds(input: object): void {
  const userErrors = Object.entries(input).flatMap(([name, value]): UserError[] => {
    const kind = Object.hasOwn(ID_FIELDS, name) ? ID_FIELDS[name] : undefined;
    if (kind === undefined || typeof value !== 'string') return [];
    const message = idProblem(kind, `\`${name}\``, value);
    return message === undefined ? [] : [{ message, code: 'INVALID_ID', field: [name] }];
  });
  if (userErrors.length > 0) throw new InputError(userErrors);
}

type WithUserErrors<P> = P & { userErrors: readonly UserError[] };

/** What every mutation's input may have besides its own fields. */
interface Keyed {
  readonly idempotencyKey?: string | null | undefined;
}

/** Printable ASCII: other texts have several forms that look alike and are not the same key. */
const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;

const keyError = (code: UserErrorCode, message: string) =>
  new InputError([{ code, message, field: ['idempotencyKey'] }]);

/** Writes once for an idempotency key. Without a key it just writes. */
async function onceForItsKey<P extends object>(
  key: string | null | undefined,
  input: object,
  mutationName: string,
  context: Context,
  attempt: () => Promise<Attempt<P>>,
): Promise<P> {
  if (key == null) return (await attempt()).payload;
  if (!IDEMPOTENCY_KEY.test(key)) {
    throw keyError(
      'INVALID_VALUE',
      '`idempotencyKey` must have 1 to 255 printable ASCII characters.',
    );
  }
  const owner = keyOwner(context.viewer);
  if (owner === undefined) {
    throw keyError(
      'INVALID_VALUE',
      'The token doesn’t say whose it is, so it can’t use an `idempotencyKey`. Send the mutation without one.',
    );
  }
  try {
    const { payload, isReplay } = await context.idempotency.once(
      { owner, mutation: mutationName, key, input, time: context.budget },
      attempt,
    );
    if (isReplay) {
      context.replays.add(payload);
      context.skipCache();
    }
    return payload;
  } catch (error) {
    if (error instanceof ReplayedUnknownError) context.replays.add(error);
    if (error instanceof StoreUnavailableError) throw keysUnavailable();
    if (!(error instanceof KeyReusedError)) throw error;
    throw keyError(
      'IDEMPOTENCY_KEY_REUSED',
      'This `idempotencyKey` has been used for another input. Use a new key for this one.',
    );
  }
}

/** Returns whether a failure is Kinde's response to the write, and not to a read before it. */
function isAnswerToWrite(thrown: unknown): boolean {
  return (
    thrown instanceof UpstreamError &&
    thrown.status !== undefined &&
    thrown.route?.startsWith('GET ') === false
  );
}

interface MutationOptions {
  /**
   * Whether a refusal by Kinde is stored under the idempotency key, as it is by default. Not for a
   * mutation of which a repetition does what is left to do: an earlier call may have been taken.
   */
  storesRefusals?: boolean;
}

/**
 * Returns a mutation's resolver for a function that writes and returns the payload. Errors that the
 * caller can fix go into `userErrors`, with `nothing` as the rest of the payload; all others are errors
 * of the response. With an `idempotencyKey` the write is made once, and the first payload is returned
 * again. Afterwards the loaders are cleared, so that the payload and later mutations read again.
 *
 * A payload is JSON: ids, from which what a client asks of it is read, and userErrors.
 */
export function mutation<I extends object, P extends object, N extends object>(
  nothing: N,
  write: (
    input: I,
    context: Context,
    info: GraphQLResolveInfo,
  ) => Promise<P & { userErrors?: readonly UserError[] }>,
  { storesRefusals = true }: MutationOptions = {},
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
      const userErrors = userErrorsFrom(thrown, blamedFieldOf(input));
      if (userErrors === undefined) throw thrown;
      return { ...nothing, userErrors };
    };
    const attempt = async (): Promise<Attempt<WithUserErrors<P | N>>> => {
      try {
        checkIds(input);
        const payload = { userErrors: [], ...(await write(input, context, info)) };
        return { payload, isAnswered: true };
      } catch (thrown) {
        return { payload: refused(thrown), isAnswered: storesRefusals && isAnswerToWrite(thrown) };
      }
    };
    const callsBefore = context.calls.length;
    context.loaders.beginMutation();
    context.budget.beginMutation();
    try {
      return await onceForItsKey(idempotencyKey, input, info.fieldName, context, attempt);
    } catch (thrown) {
      return refused(thrown);
    } finally {
      context.budget.endMutation();
      context.loaders.clearAfter(context.calls.slice(callsBefore).map(({ endpoint }) => endpoint));
    }
  };
}

/**
 * Throws when the operation has fewer calls left than a mutation may still take, so that it is refused before
 * its first write and not between two.
 */
export function requireCalls(needed: number, { budget: { callsLeft, calls } }: Context): void {
  if (needed > callsLeft) throw tooManyWrites(needed, callsLeft, calls);
}

/** Returns whether a field of a mutation's payload is selected, under any alias. */
export function selects(info: GraphQLResolveInfo, name: string): boolean {
  const { schema, fragments, variableValues, fieldNodes, returnType } = info;
  const type = getNamedType(returnType) as GraphQLObjectType;
  // GraphQL.js 17's form of variables. With 16, only the coerced values are read.
  const variables = { coerced: variableValues, sources: {} };
  const { fields } = collectSubFields(schema, fragments, variables, type, [...fieldNodes]);
  return [...fields.values()].flat().some((node) => node.name.value === name);
}

export const resolvers = {
  UserError: {
    kindeCode: ({ kindeCode }) => kindeCode ?? null,
    // Texts as the schema has them: a path into the input.
    field: ({ field }) => field?.map(String) ?? null,
  },
} satisfies Resolvers;
