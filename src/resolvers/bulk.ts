/** Bulk writes: any number of users, in batches that Kinde takes, with an outcome for each user. */
import { messageOf } from '../graphql/errors.js';
import {
  InputError,
  problemOf,
  problemOfReason,
  type Problem,
  type UserError,
} from '../graphql/user-errors.js';
import type { Entry } from '../loaders/shared-reads.js';
import type { Standing } from '../loaders/users.js';
import { MAX_BULK_USERS } from '../upstream/endpoints/organizations.js';
import { UpstreamError, type Reason } from '../upstream/errors.js';
import { usable } from './entries.js';
import { idProblem, USER_ID } from './id-input.js';
import { MAX_NAMED } from './reference.js';

/** A user as Kinde's bulk writes take it. */
interface BulkBody {
  id: string;
  operation?: string;
  roles?: string[] | undefined;
  permissions?: string[] | undefined;
}

/** One user of a bulk write, and its position in the input. */
export interface BulkUser<B extends BulkBody> {
  position: number;
  body: B;
}

interface BulkResponse {
  users_added?: readonly Entry<string>[] | null | undefined;
  users_updated?: readonly Entry<string>[] | null | undefined;
  users_removed?: readonly Entry<string>[] | null | undefined;
}

/** The lists that name whom an update was done to. */
const LISTS_OF_UPDATES: readonly (keyof BulkResponse)[] = ['users_added', 'users_updated'];

export interface BulkOutcome {
  addedUserIds: string[];
  updatedUserIds: string[];
  removedUserIds: string[];
  userErrors: UserError[];
}

/** The input's list of users: objects with a `userId`, or ids. */
type BulkList = 'users' | 'userIds';

/** How one kind of bulk write is sent, and its messages about users whom Kinde ignored. */
export interface BulkWrite<B extends BulkBody> {
  list: BulkList;
  send: (bodies: B[]) => Promise<BulkResponse>;
  /** Reads what Kinde knows about a user; undefined when that can't be read. */
  standingOf: (userId: string) => Promise<Standing | undefined>;
  /** Returns what is wrong with a user whom a successful response doesn't name; undefined for nothing. */
  nothingDone: (user: BulkUser<B>) => Promise<Problem | undefined>;
  /** How to learn what a response without its list has done. Without it, `nothingDone` is asked. */
  readBack?: {
    /** The list of the users to whom the write was done. */
    list: keyof BulkResponse;
    /** Reads the users' state. Returns undefined for each to whom the write was done. */
    problemsOf: (bodies: readonly B[]) => Promise<readonly (Problem | undefined)[]>;
  };
  /** Drops what was read before the writes. */
  clearReads: () => void;
}

/**
 * Throws an InputError for an empty list, invalid ids and repeated users, for which the change would be
 * unclear. It names the first MAX_NAMED of them.
 */
export function checkUserIds(list: BulkList, userIds: readonly string[]): void {
  if (userIds.length === 0) {
    const message = `\`${list}\` is empty. Name at least one user.`;
    throw new InputError([{ message, code: 'INVALID_VALUE', field: [list] }]);
  }
  const seen = new Set<string>();
  const userErrors: UserError[] = [];
  for (const [position, userId] of userIds.entries()) {
    const problem = userProblem(userId, seen);
    if (problem !== undefined) {
      const field = [list, position, ...(list === 'users' ? ['userId'] : [])];
      userErrors.push({ ...problem, field });
      if (userErrors.length === MAX_NAMED) break;
    }
    seen.add(userId);
  }
  if (userErrors.length > 0) throw new InputError(userErrors);
}

function userProblem(userId: string, seen: ReadonlySet<string>): Problem | undefined {
  const message = idProblem(USER_ID, '`userId`', userId);
  if (message !== undefined) return { message, code: 'INVALID_ID' };
  if (!seen.has(userId)) return undefined;
  return { message: `${userId} is named more than once.`, code: 'DUPLICATE_USER' };
}

/** Returns how many calls a bulk write takes, if Kinde refuses no batch. */
export const batchesOf = (users: number) => Math.ceil(users / MAX_BULK_USERS);

/**
 * Sends users in batches, one after the other, and returns each user's outcome. A batch that Kinde
 * refuses for its users does not stop the others. Any other failure does: it is thrown as long as Kinde
 * has responded to no batch, and reported for each user after that, so that a partial success is never
 * reported as a failure, nor the reverse.
 */
export async function sendInBatches<B extends BulkBody>(
  users: readonly BulkUser<B>[],
  write: BulkWrite<B>,
): Promise<BulkOutcome> {
  const sending = new BatchSending(write);
  for (let from = 0; from < users.length; from += MAX_BULK_USERS) {
    const batch = users.slice(from, from + MAX_BULK_USERS);
    try {
      await sending.sendBatch(batch);
    } catch (error) {
      if (!(error instanceof UpstreamError) || !sending.isAnswered) throw error;
      sending.report(batch, problemOf(error));
      sending.report(users.slice(from + MAX_BULK_USERS), {
        code: 'NOT_ATTEMPTED',
        message: 'Not sent, because the batch before it failed.',
      });
      break;
    }
  }
  return sending.finish();
}

class BatchSending<B extends BulkBody> {
  /** Whether Kinde has done or refused a batch. */
  isAnswered = false;
  readonly #write: BulkWrite<B>;
  readonly #done = {
    users_added: [] as string[],
    users_updated: [] as string[],
    users_removed: [] as string[],
  } satisfies Record<keyof BulkResponse, string[]>;
  /** Each user's error, by position. A user's first error stays. */
  readonly #errors = new Map<number, Problem>();
  readonly #unmentioned: BulkUser<B>[] = [];
  /** Those whom no response names because it lacks the list. */
  readonly #untold: BulkUser<B>[] = [];

  constructor(write: BulkWrite<B>) {
    this.#write = write;
  }

  report(users: readonly BulkUser<B>[], problem: Problem): void {
    for (const { position } of users) {
      if (!this.#errors.has(position)) this.#errors.set(position, problem);
    }
  }

  /**
   * Sends a batch. If Kinde refuses it for some of its users, sends it once more without them: Kinde
   * has refused the batch as a whole, so nobody is sent twice. Throws any other failure.
   */
  async sendBatch(batch: readonly BulkUser<B>[]): Promise<void> {
    const refusal = await this.#attempt(batch);
    if (refusal === undefined) return;
    const innocent = await this.#blame(batch, refusal, true);
    if (innocent.length === batch.length) return this.#reportRefused(innocent, batch, refusal);
    if (innocent.length === 0) return;
    const again = await this.#attempt(innocent);
    if (again === undefined) return;
    const rest = await this.#blame(innocent, again, false);
    this.#reportRefused(rest, innocent, again);
  }

  /** Sends users and records what was done. Returns Kinde's refusal, if it is about the users. */
  async #attempt(users: readonly BulkUser<B>[]): Promise<UpstreamError | undefined> {
    let response: BulkResponse;
    try {
      response = await this.#write.send(users.map(({ body }) => body));
    } catch (error) {
      if (!(error instanceof UpstreamError) || !isAboutUsers(error)) throw error;
      this.isAnswered = true;
      return error;
    }
    this.isAnswered = true;
    const sent = new Set(users.map(({ body }) => body.id));
    const { readBack } = this.#write;
    // Neither an id that was not sent nor a list of something else says that this batch was done.
    const lists = readBack === undefined ? LISTS_OF_UPDATES : [readBack.list];
    const done = new Set<string>();
    for (const list of lists) {
      const named = new Set(usable(response[list]).filter((id) => sent.has(id)));
      this.#done[list].push(...named);
      for (const id of named) done.add(id);
    }
    const isTold = readBack === undefined || isComplete(response[readBack.list]);
    const others = users.filter(({ body }) => !done.has(body.id));
    (isTold ? this.#unmentioned : this.#untold).push(...others);
    return undefined;
  }

  /** Reports Kinde's reason to the users who are to blame for a refusal. Returns the others. */
  async #blame(
    users: readonly BulkUser<B>[],
    refusal: UpstreamError,
    mayLookUp: boolean,
  ): Promise<readonly BulkUser<B>[]> {
    const problem = problemOf(refusal);
    if (users.length === 1) {
      this.report(users, problem);
      return [];
    }
    const blamed = new Set<BulkUser<B>>();
    for (const reason of refusal.reasons) {
      const named = namedIn(reason, users);
      this.report(named, problemOfReason(refusal, reason));
      for (const user of named) blamed.add(user);
    }
    if (blamed.size === 0 && mayLookUp) {
      const unknown = await this.#unacceptable(users);
      this.report(unknown, problem);
      for (const user of unknown) blamed.add(user);
    }
    return users.filter((user) => !blamed.has(user));
  }

  /** Returns the users whom Kinde doesn't know, or who are to be removed and are no members. */
  async #unacceptable(users: readonly BulkUser<B>[]): Promise<BulkUser<B>[]> {
    const standings = await Promise.all(users.map(({ body }) => this.#write.standingOf(body.id)));
    return users.filter(({ body }, index) => {
      const standing = standings[index];
      if (standing === undefined || standing === 'MEMBER') return false;
      return standing === 'UNKNOWN' || body.operation === 'delete';
    });
  }

  #reportRefused(
    users: readonly BulkUser<B>[],
    batch: readonly BulkUser<B>[],
    refusal: UpstreamError,
  ): void {
    const culprits = batch.filter((user) => !users.includes(user)).map(({ body }) => body.id);
    const cause =
      culprits.length === 0 ? 'and did not say because of whom' : `because of ${list(culprits)}`;
    const message = `Nothing was done: Kinde refused this user's batch ${cause}. ${messageOf(refusal)}`;
    this.report(users, { code: 'BATCH_REFUSED', message });
  }

  /** Learns what was done to the users of responses without a list. */
  async #readBack(): Promise<void> {
    const { readBack } = this.#write;
    if (readBack === undefined || this.#untold.length === 0) return;
    const problems = await readBack.problemsOf(this.#untold.map(({ body }) => body));
    for (const [index, user] of this.#untold.entries()) {
      const problem = problems[index];
      if (problem === undefined) this.#done[readBack.list].push(user.body.id);
      else this.report([user], problem);
    }
  }

  async finish(): Promise<BulkOutcome> {
    // A refused batch may have had its users read before they were sent again.
    if (this.#unmentioned.length + this.#untold.length > 0) this.#write.clearReads();
    await Promise.all([
      this.#readBack(),
      ...this.#unmentioned.map(async (user) => {
        const problem = await this.#write.nothingDone(user);
        if (problem !== undefined) this.report([user], problem);
      }),
    ]);
    const errors = [...this.#errors].sort(([a], [b]) => a - b);
    return {
      addedUserIds: this.#done.users_added,
      updatedUserIds: this.#done.users_updated,
      removedUserIds: this.#done.users_removed,
      userErrors: errors.map(([position, problem]) => ({
        ...problem,
        field: [this.#write.list, position],
      })),
    };
  }
}

/** Whether a response has a list of all users to whom a write was done. Null is an empty list. */
function isComplete(ids: BulkResponse[keyof BulkResponse]): boolean {
  return ids !== undefined && usable(ids).length === (ids ?? []).length;
}

/** Whether a batch was refused for its users, so that nothing was done and another one may be sent. */
function isAboutUsers({ failure, reasons }: UpstreamError): boolean {
  return (
    failure === 'BAD_REQUEST' ||
    (failure === 'NOT_FOUND' && !reasons.some(({ code }) => code.startsWith('ORGANIZATION')))
  );
}

/** What separates ids and keys from the text around them. */
const SEPARATORS = /[^\w:.@-]+/;

/**
 * Returns the users whom a reason names by their id. A reason about a role or a permission names it by
 * its key, and so all users who were to have it.
 */
function namedIn<B extends BulkBody>(
  { code, message, details = '' }: Reason,
  users: readonly BulkUser<B>[],
): BulkUser<B>[] {
  const words = `${message} ${details}`.split(SEPARATORS);
  const names = new Set([...words, ...words.map((word) => word.replace(/^[:.-]+|[:.-]+$/g, ''))]);
  const named = users.filter(({ body }) => names.has(body.id));
  if (named.length > 0) return named;
  return users.filter(({ body }) => {
    const keys = code.includes('ROLE') ? body.roles : undefined;
    return (keys ?? (code.includes('PERMISSION') ? body.permissions : undefined))?.some((key) =>
      names.has(key),
    );
  });
}

/** How many ids a message lists. */
const MAX_LISTED = 3;

function list(ids: readonly string[]): string {
  const listed = ids.slice(0, MAX_LISTED).join(', ');
  return ids.length > MAX_LISTED ? `${listed} and ${ids.length - MAX_LISTED} others` : listed;
}
