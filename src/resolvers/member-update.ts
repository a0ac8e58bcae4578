/**
 * The writes of updateOrganizationUsers. Whether Kinde's bulk update replaces a member's roles or adds to
 * them isn't documented, so what it leaves is read, and removed one by one.
 */
import { authorizeCall } from '../auth/viewer.js';
import type { Context } from '../graphql/context.js';
import { problemOf, type Problem } from '../graphql/user-errors.js';
import type { RolesByUser } from '../loaders/current-roles.js';
import { endpoints } from '../upstream/endpoints/index.js';
import { hasFailed, UpstreamError } from '../upstream/errors.js';
import { batchesOf, sendInBatches } from './bulk.js';
import { requireCalls } from './mutation.js';
import { nothingDone, standingIn } from './standing.js';

/** A user's change, with its references looked up: roles by key, permissions by id. */
export interface Change {
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
  /** Those that it should have and lacks. */
  added: readonly string[];
  /** Those that it has and should not have. */
  removed: ReadonlySet<string>;
}

function planRoles(change: Change, held: ReadonlySet<string>): RolePlan {
  const { setRoles, addRoles, removeRoles } = change;
  const wanted = new Set(setRoles ?? [...held, ...addRoles]);
  for (const key of removeRoles) wanted.delete(key);
  const added = [...wanted].filter((key) => !held.has(key));
  const removed = new Set([...held].filter((key) => !wanted.has(key)));
  const isSame = added.length === 0 && removed.size === 0;
  return { change, roles: isSame ? undefined : [...wanted], added, removed };
}

/**
 * Returns how many calls plans may take: the batches, as many reads as before them, the roles that they may
 * leave, and the permissions.
 */
function callsOf(plans: readonly RolePlan[], reads: number): number {
  const sum = (count: (plan: RolePlan) => number) =>
    plans.reduce((total, plan) => total + count(plan), 0);
  const batches = batchesOf(sum(({ roles }) => (roles === undefined ? 0 : 1)));
  const left = sum(({ removed }) => removed.size);
  const permissions = sum(
    ({ change }) => change.addPermissions.length + change.removePermissions.length,
  );
  return batches + (batches > 0 ? reads : 0) + left + permissions;
}

/** A write about one user, besides the batches. */
interface SingleWrite {
  position: number;
  send: () => Promise<unknown>;
}

export class MemberUpdate {
  /** The error of each user who could not be updated, by position. */
  readonly problems = new Map<number, Problem>();
  /** The positions of the users to whom something was done. */
  readonly changed = new Set<number>();
  readonly #code: string;
  readonly #context: Context;
  /** Whether Kinde has answered a write. Until then a failure concerns the whole mutation. */
  isAnswered = false;
  /** The positions of the users whom a successful response to a batch doesn't name. */
  readonly #unmentioned = new Set<number>();

  constructor(code: string, context: Context) {
    this.#code = code;
    this.#context = context;
  }

  /** Updates members. `callsAfter` is how many calls the mutation may take after that. */
  async run(changes: readonly Change[], callsAfter: number): Promise<void> {
    const { budget } = this.#context;
    const callsBefore = budget.callsLeft;
    const plans = await this.#plan(changes);
    this.#requireScopes(plans);
    const reads = callsBefore - budget.callsLeft;
    requireCalls(callsOf(plans, reads) + callsAfter, this.#context);
    await this.#sendRoles(plans.filter(({ roles }) => roles !== undefined));
    await this.#checkRoles(
      this.#ofGoodUsers(plans).filter(
        ({ change, removed }) => removed.size > 0 || this.#unmentioned.has(change.position),
      ),
    );
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
    const outcome = await sendInBatches(
      plans.map(({ change, roles }) => ({
        position: change.position,
        body: { id: change.userId, roles },
      })),
      {
        list: 'users',
        send: (users) => upstream.organizations.updateUsers({ org_code: this.#code, users }),
        standingOf: standingIn(this.#code, loaders),
        // What Kinde doesn't mention it may have done: the roles that are read next tell.
        nothingDone: async ({ position }) => {
          this.#unmentioned.add(position);
          return undefined;
        },
        clearReads: () => loaders.clearAfter([endpoints.organizations.updateUsers]),
      },
    );
    this.isAnswered = true;
    const done = new Set([...outcome.updatedUserIds, ...outcome.addedUserIds]);
    for (const { change } of plans) if (done.has(change.userId)) this.changed.add(change.position);
    for (const { field, ...problem } of outcome.userErrors) {
      this.#report(Number(field![1]), problem);
    }
  }

  /**
   * Reads what a bulk update has left. Reports the users who still lack a role, and removes the roles
   * that the others should not have, which an update that only adds leaves.
   */
  async #checkRoles(plans: readonly RolePlan[]): Promise<void> {
    if (plans.length === 0) return;
    const org_code = this.#code;
    let held: RolesByUser;
    try {
      const user_ids = plans.map(({ change }) => change.userId);
      held = await this.#context.loaders.roles.current({ org_code, user_ids });
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const message =
        'Kinde took the update, but the member’s roles after it could not be read. Read them before you repeat it.';
      for (const { change } of plans) {
        this.#report(change.position, { code: 'WRITE_OUTCOME_UNKNOWN', message });
      }
      return;
    }
    await this.#reportUnchanged(plans, held);
    await this.#removeLeftRoles(this.#ofGoodUsers(plans), held);
  }

  /** Reports the users whom Kinde neither mentioned nor gave the roles that they lacked. */
  async #reportUnchanged(plans: readonly RolePlan[], held: RolesByUser): Promise<void> {
    const standingOf = standingIn(this.#code, this.#context.loaders);
    await Promise.all(
      plans.map(async ({ change: { position, userId }, added, removed }) => {
        if (!this.#unmentioned.has(position)) return;
        const now = held.get(userId);
        if (now === undefined || added.some((key) => !now.has(key))) {
          this.#report(position, nothingDone('NOT_UPDATED', await standingOf(userId)));
        } else if (added.length > 0 || [...removed].some((key) => !now.has(key))) {
          this.changed.add(position);
        }
      }),
    );
  }

  async #removeLeftRoles(plans: readonly RolePlan[], held: RolesByUser): Promise<void> {
    const { upstream, loaders } = this.#context;
    const org_code = this.#code;
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
          this.isAnswered = true;
          this.changed.add(write.position);
        } catch (error) {
          if (!(error instanceof UpstreamError)) throw error;
          failures.push([write, error]);
        }
      }),
    );
    failures.sort(([, a], [, b]) => Number(b.outcomeUnknown) - Number(a.outcomeUnknown));
    const isAboutUser = ({ failure }: UpstreamError) =>
      failure === 'BAD_REQUEST' || failure === 'NOT_FOUND';
    this.isAnswered ||= failures.some(([, error]) => isAboutUser(error));
    if (!this.isAnswered && failures.length > 0) throw failures[0]![1];
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
