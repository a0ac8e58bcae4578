/** updateOrganizationUsers: checks its input and looks its references up. */
import type {
  OrganizationUserChangeInput,
  UpdateOrganizationUsersInput,
} from '../generated/resolvers.js';
import type { Context } from '../graphql/context.js';
import { InputError, type Problem, type UserError } from '../graphql/user-errors.js';
import type { Loaders } from '../loaders/index.js';
import { checkUserIds } from './bulk.js';
import { MemberUpdate, type Change } from './member-update.js';
import { permissionIds } from './permissions.js';
import { allOrInputError, MAX_NAMED } from './reference.js';
import { refreshesOf } from './refresh-claims.js';
import { roleKeys } from './roles.js';

const LISTS = [
  ...(['setRoles', 'addRoles', 'removeRoles'] as const),
  ...(['addPermissions', 'removePermissions'] as const),
];

/** What came of an update. */
interface UpdateOutcome {
  /** The members that match the input now, changed or not. */
  updatedUserIds: string[];
  /** The members to whom something was done, those with an error included. */
  changedUserIds: string[];
  userErrors: UserError[];
}

/** Updates members, and returns each user's outcome. Throws an InputError where no user is a member. */
export async function updateMembers(
  input: UpdateOrganizationUsersInput,
  context: Context,
): Promise<UpdateOutcome> {
  const { organizationCode, users } = input;
  const changes = await resolveChanges(users, context.loaders);
  const update = new MemberUpdate(organizationCode, context);
  await update.run(changes, refreshesOf(input, users.length));
  const userErrors = [...update.problems]
    .sort(([a], [b]) => a - b)
    .map(([position, problem]) => ({
      ...(update.changed.has(position) ? inPart(problem) : problem),
      field: ['users', position],
    }));
  // Nothing was sent: the same input may do better once its users are members.
  if (!update.isAnswered && userErrors.length === changes.length) throw new InputError(userErrors);
  const idsOf = (isWanted: (position: number) => boolean) =>
    changes.filter(({ position }) => isWanted(position)).map(({ userId }) => userId);
  return {
    updatedUserIds: idsOf((position) => !update.problems.has(position)),
    changedUserIds: idsOf((position) => update.changed.has(position)),
    userErrors,
  };
}

/** Says of a failure that something was done before it. An unknown outcome says already that it may have been. */
const inPart = ({ message, ...problem }: Problem): Problem => ({
  ...problem,
  message:
    problem.code === 'WRITE_OUTCOME_UNKNOWN'
      ? message
      : `A part of the change was done. ${message}`,
});

/** Checks the input before anything is read but the catalogues. Throws an InputError for what is wrong. */
async function resolveChanges(
  users: readonly OrganizationUserChangeInput[],
  loaders: Loaders,
): Promise<Change[]> {
  checkUserIds(
    'users',
    users.map(({ userId }) => userId),
  );
  checkLists(users);
  const listsOf = (name: (typeof LISTS)[number]) =>
    users.map((user, position) => ({ references: user[name], field: ['users', position, name] }));
  const [setRoles, addRoles, removeRoles, addPermissions, removePermissions] =
    await allOrInputError([
      roleKeys(loaders, listsOf('setRoles')),
      roleKeys(loaders, listsOf('addRoles')),
      roleKeys(loaders, listsOf('removeRoles')),
      permissionIds(loaders, listsOf('addPermissions')),
      permissionIds(loaders, listsOf('removePermissions')),
    ]);
  const changes = users.map(({ userId }, position) => ({
    position,
    userId,
    setRoles: setRoles![position],
    addRoles: addRoles![position] ?? [],
    removeRoles: removeRoles![position] ?? [],
    addPermissions: addPermissions![position] ?? [],
    removePermissions: removePermissions![position] ?? [],
  }));
  throwIfAny(changes, ({ position, ...change }) => {
    const name = overlap(change.addRoles, change.removeRoles)
      ? 'removeRoles'
      : overlap(change.addPermissions, change.removePermissions)
        ? 'removePermissions'
        : undefined;
    if (name === undefined) return undefined;
    const message = `\`${name}\` has an entry that \`${name.replace('remove', 'add')}\` has, too.`;
    return { code: 'INVALID_VALUE', message, field: ['users', position, name] };
  });
  return changes;
}

/** Returns whether two lists share an entry. Each may have thousands. */
function overlap(one: readonly string[], other: readonly string[]): boolean {
  const entries = new Set(other);
  return one.some((entry) => entries.has(entry));
}

/** Refuses users without a list, and `setRoles` beside the lists that it would contradict. */
function checkLists(users: readonly OrganizationUserChangeInput[]): void {
  throwIfAny([...users.entries()], ([position, user]) => {
    if (LISTS.every((name) => user[name] == null)) {
      const message = `There is nothing to change. Give one of ${LISTS.join(', ')}.`;
      return { code: 'NO_FIELDS_TO_UPDATE', message, field: ['users', position] };
    }
    if (user.setRoles == null || (user.addRoles == null && user.removeRoles == null))
      return undefined;
    const message = 'Give `setRoles` alone, or `addRoles` and `removeRoles`.';
    return { code: 'INVALID_VALUE', message, field: ['users', position, 'setRoles'] };
  });
}

/** Throws an InputError with the first MAX_NAMED errors that are found. */
function throwIfAny<T>(entries: readonly T[], errorOf: (entry: T) => UserError | undefined): void {
  const userErrors: UserError[] = [];
  for (const entry of entries) {
    const error = errorOf(entry);
    if (error !== undefined) userErrors.push(error);
    if (userErrors.length === MAX_NAMED) break;
  }
  if (userErrors.length > 0) throw new InputError(userErrors);
}
