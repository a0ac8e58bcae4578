/**
 * updateOrganizationUsers. Whether Kinde's bulk update replaces a member's roles or adds to them isn't
 * documented, so what it leaves is read, and removed one by one.
 */
import { authorizeCall } from '../auth/viewer.js';
import type {
  OrganizationUserChangeInput,
  UpdateOrganizationUsersInput,
} from '../generated/resolvers.js';
import type { Context } from '../graphql/context.js';
import { InputError, problemOf, type Problem, type UserError } from '../graphql/user-errors.js';
import type { Loaders } from '../loaders/index.js';
import { endpoints } from '../upstream/endpoints/index.js';
import { hasFailed, UpstreamError } from '../upstream/errors.js';
import { checkUserIds, sendInBatches } from './bulk.js';
import { permissionIds } from './permissions.js';
import { allOrInputError, MAX_NAMED } from './reference.js';
import { roleKeys } from './roles.js';
import { nothingDone, standingIn } from './standing.js';

const LISTS = [
  ...(['setRoles', 'addRoles', 'removeRoles'] as const),
  ...(['addPermissions', 'removePermissions'] as const),
];

/** A user's change, with its references looked up: roles by key, permissions by id. */
interface Change {
  position: number;
  userId: string;
  setRoles: readonly string[] | undefined;
  addRoles: readonly string[];
  removeRoles: readonly string[];
  addPermissions: readonly string[];
  removePermissions: readonly string[];
}

/** What a change makes of the roles that the member has. */
interface RolePlan {
  change: Change;
  /** All roles that the member should have; undefined where they are those it has. */
  roles: string[] | undefined;
  /** Those that it has and should not have. */
  removed: ReadonlySet<string>;
}

/** Updates members. Returns the ids of the members that match the input now, and the errors of the others. */
export async function updateMembers(
  { organizationCode, users }: UpdateOrganizationUsersInput,
  context: Context,
): Promise<{ updatedUserIds: string[]; userErrors: UserError[] }> {
  const changes = await resolveChanges(users, context.loaders);
  const update = new MemberUpdate(organizationCode, context);
  await update.run(changes);
  const userErrors = [...update.problems]
    .sort(([a], [b]) => a - b)
    .map(([position, problem]) => ({ ...problem, field: ['users', position] }));
  const updatedUserIds = changes
    .filter(({ position }) => !update.problems.has(position))
    .map(({ userId }) => userId);
  return { updatedUserIds, userErrors };
}

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
    const isIn = (list: readonly string[]) => (key: string) => list.includes(key);
    const name = change.addRoles.some(isIn(change.removeRoles))
      ? 'removeRoles'
      : change.addPermissions.some(isIn(change.removePermissions))
        ? 'removePermissions'
        : undefined;
    if (name === undefined) return undefined;
    const message = `\`${name}\` has an entry that \`${name.replace('remove', 'add')}\` has, too.`;
    return { code: 'INVALID_VALUE', message, field: ['users', position, name] };
  });
  return changes;
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

function planRoles(change: Change, held: ReadonlySet<string>): RolePlan {
  const { setRoles, addRoles, removeRoles } = change;
  const wanted = new Set(setRoles ?? [...held, ...addRoles]);
  for (const key of removeRoles) wanted.delete(key);
  const removed = new Set([...held].filter((key) => !wanted.has(key)));
  const isSame = removed.size === 0 && wanted.size === held.size;
  return { change, roles: isSame ? undefined : [...wanted], removed };
}

/** A write about one user, besides the batches. */
interface SingleWrite {
  position: number;
  send: () => Promise<unknown>;
}

class MemberUpdate {
  /** The error of each user who could not be updated, by position. */
  readonly problems = new Map<number, Problem>();
  readonly #code: string;
  readonly #context: Context;
  /** Whether Kinde has answered a write. Until then a failure concerns the whole mutation. */
  #isAnswered = false;

  constructor(code: string, context: Context) {
    this.#code = code;
    this.#context = context;
  }

  async run(changes: readonly Change[]): Promise<void> {
    const plans = await this.#plan(changes);
    this.#requireScopes(plans);
    await this.#sendRoles(plans.filter(({ roles }) => roles !== undefined));
    await this.#removeLeftRoles(this.#ofGoodUsers(plans).filter(({ removed }) => removed.size > 0));
    await this.#changePermissions(this.#ofGoodUsers(plans));
  }

  async #plan(changes: readonly Change[]): Promise<RolePlan[]> {
    const { loaders } = this.#context;
    const held = await loaders.roles.current({
      org_code: this.#code,
      user_ids: changes.map(({ userId }) => userId),
    });
    const standingOf = standingIn(this.#code, loaders);
    const plans = await Promise.all(
      changes.map(async (change) => {
        const roles = held.get(change.userId);
        if (roles !== undefined) return [planRoles(change, roles)];
        const standing = await standingOf(change.userId);
        this.#report(change.position, nothingDone('NOT_UPDATED', standing));
        return [];
      }),
    );
    return plans.flat();
  }

  /** Throws FORBIDDEN before anything is sent, where the viewer lacks a scope of what may follow. */
  #requireScopes(plans: readonly RolePlan[]): void {
    const authorize = authorizeCall(this.#context.viewer);
    const { removeUserRole, addUserPermission, removeUserPermission } = endpoints.organizations;
    const args = { org_code: this.#code };
    if (plans.some(({ removed }) => removed.size > 0)) authorize(removeUserRole, args);
    if (plans.some(({ change }) => change.addPermissions.length > 0)) {
      authorize(addUserPermission, args);
    }
    if (plans.some(({ change }) => change.removePermissions.length > 0)) {
      authorize(removeUserPermission, args);
    }
  }

  async #sendRoles(plans: readonly RolePlan[]): Promise<void> {
    if (plans.length === 0) return;
    const { upstream, loaders } = this.#context;
    const isChecked = new Set(
      plans.filter(({ removed }) => removed.size > 0).map(({ change }) => change.position),
    );
    const standingOf = standingIn(this.#code, loaders);
    const { userErrors } = await sendInBatches(
      plans.map(({ change, roles }) => ({
        position: change.position,
        body: { id: change.userId, roles },
      })),
      {
        list: 'users',
        send: (users) => upstream.organizations.updateUsers({ org_code: this.#code, users }),
        standingOf,
        // If Kinde only adds roles, it has nothing to do where some are removed.
        nothingDone: async ({ position, body }) =>
          isChecked.has(position)
            ? undefined
            : nothingDone('NOT_UPDATED', await standingOf(body.id)),
      },
    );
    this.#isAnswered = true;
    for (const { field, ...problem } of userErrors) this.#report(Number(field![1]), problem);
  }

  /** Removes the roles that a bulk update has left, as one does that only adds. */
  async #removeLeftRoles(plans: readonly RolePlan[]): Promise<void> {
    if (plans.length === 0) return;
    const { upstream, loaders } = this.#context;
    const org_code = this.#code;
    let held;
    try {
      const user_ids = plans.map(({ change }) => change.userId);
      held = await loaders.roles.current({ org_code, user_ids });
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const message =
        'Kinde took the update, but whether it has removed roles could not be read. Read before you repeat it.';
      for (const { change } of plans) {
        this.#report(change.position, { code: 'WRITE_OUTCOME_UNKNOWN', message });
      }
      return;
    }
    const left = plans.flatMap(({ change: { position, userId }, removed }) =>
      [...(held.get(userId) ?? [])]
        .filter((key) => removed.has(key))
        .map((key) => ({ position, userId, key })),
    );
    if (left.length === 0) return;
    const catalogue = loaders.roles.currentCatalogue();
    const writes = left.map(({ position, userId, key }): SingleWrite => ({
      position,
      send: async () => {
        const role = await (await catalogue).byKey(key);
        if (role === null) return;
        const target = { org_code, user_id: userId, role_id: role.id };
        await upstream.organizations.removeUserRole(target).catch((error: unknown) => {
          // Somebody else was faster.
          if (!hasFailed(error, 'NOT_FOUND')) throw error;
        });
      },
    }));
    await this.#sendOneByOne(writes);
  }

  async #changePermissions(plans: readonly RolePlan[]): Promise<void> {
    const { organizations } = this.#context.upstream;
    const writes = plans.flatMap(({ change }) => {
      const { position, userId, addPermissions, removePermissions } = change;
      const member = { org_code: this.#code, user_id: userId };
      return [
        ...addPermissions.map((permission_id) => ({
          position,
          send: () => organizations.addUserPermission({ ...member, permission_id }),
        })),
        ...removePermissions.map((permission_id) => ({
          position,
          send: () => organizations.removeUserPermission({ ...member, permission_id }),
        })),
      ];
    });
    await this.#sendOneByOne(writes);
  }

  /**
   * Sends writes and reports those that fail. Throws a failure when Kinde has answered none, and it is not
   * about a user. An unknown outcome counts more than any other failure, which would say that nothing
   * was done.
   */
  async #sendOneByOne(writes: readonly SingleWrite[]): Promise<void> {
    const failures: (readonly [SingleWrite, UpstreamError])[] = [];
    await Promise.all(
      writes.map(async (write) => {
        try {
          await write.send();
          this.#isAnswered = true;
        } catch (error) {
          if (!(error instanceof UpstreamError)) throw error;
          failures.push([write, error]);
        }
      }),
    );
    failures.sort(([, a], [, b]) => Number(b.outcomeUnknown) - Number(a.outcomeUnknown));
    const isAboutUser = ({ failure }: UpstreamError) =>
      failure === 'BAD_REQUEST' || failure === 'NOT_FOUND';
    this.#isAnswered ||= failures.some(([, error]) => isAboutUser(error));
    if (!this.#isAnswered && failures.length > 0) throw failures[0]![1];
    for (const [{ position }, error] of failures) this.#report(position, problemOf(error));
  }

  /** Records what is wrong with a user. The first problem stays. */
  #report(position: number, problem: Problem): void {
    if (!this.problems.has(position)) this.problems.set(position, problem);
  }

  #ofGoodUsers(plans: readonly RolePlan[]): RolePlan[] {
    return plans.filter(({ change }) => !this.problems.has(change.position));
  }
}
