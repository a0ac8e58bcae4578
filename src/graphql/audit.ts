/** The audit trail: for each mutation that was carried out or denied, who asked for what and what came of it. */
import type { FastifyBaseLogger } from 'fastify';
import {
  getNamedType,
  getNullableType,
  GraphQLError,
  isInputObjectType,
  isListType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import type { Viewer } from '../auth/viewer.js';
import type { Audit, AuditEvent } from './audit-event.js';
import type { Context } from './context.js';
import { codeOf } from './errors.js';
import { type UserError } from './user-errors.js';
import { wrapResolvers } from './wrap-resolvers.js';
import { nameIn, type Reference } from '../resolvers/reference.js';
import { logText } from '../telemetry/redact.js';
import type { CallReport } from '../upstream/call.js';
import { UpstreamError } from '../upstream/errors.js';

/** Creates an audit trail in the log, at a level of its own: `LOG_LEVEL` does not silence it. */
export function createAudit({ isAudited }: { isAudited: boolean }, log: FastifyBaseLogger): Audit {
  if (!isAudited) return () => undefined;
  const trail = log.child({}, { level: 'info' });
  return (event) => trail.info({ audit: event }, 'audit');
}

/** How many ids, keys or codes an event names at most. */
const MOST = 20;

const few = (texts: Iterable<string>) => [...new Set(texts)].slice(0, MOST).map(logText);

function who(viewer: Viewer): object {
  switch (viewer.kind) {
    case 'everybody':
      return { kind: 'everybody' };
    case 'bearer':
      return { kind: 'bearer', isVerified: false, tokenHash: viewer.tokenHash.slice(0, 16) };
    case 'machine':
      return {
        kind: 'machine',
        clientId: viewer.clientId && logText(viewer.clientId),
        organization: viewer.organization && logText(viewer.organization),
      };
    case 'user':
      return {
        kind: 'user',
        userId: logText(viewer.userId),
        organization: viewer.organization && logText(viewer.organization),
      };
  }
}

/** Besides the id, lists of roles and of permissions under several names, such as `addRoles`. */
interface UserInput {
  userId: string;
  [list: string]: string | readonly Reference[] | null | undefined;
}

/** Returns what lists name by their keys or ids, under the name of each list. */
function namesIn(inputs: readonly object[]): Record<string, string[]> {
  const names = new Map<string, string[]>();
  for (const input of inputs) {
    for (const [list, entries] of Object.entries(input)) {
      if (!Array.isArray(entries)) continue;
      const found = names.get(list) ?? [];
      names.set(list, found);
      for (const entry of entries as readonly Reference[]) found.push(nameIn(entry));
    }
  }
  return Object.fromEntries(Array.from(names, ([list, found]) => [list, few(found)]));
}

/** The parts of the mutations' inputs that say what is written to, and no values. */
interface Input {
  organizationCode?: string;
  userId?: string;
  users?: readonly UserInput[];
  userIds?: readonly string[];
  role?: Reference;
  permission?: Reference;
  key?: string;
  idempotencyKey?: unknown;
}

/** The parts of the mutations' payloads. */
interface Payload {
  organization?: { code: string } | null;
  /** Of an organization that was created, and deleted again. */
  deletedOrganizationCode?: string | null;
  organizationUser?: object | null;
  addedUserIds?: readonly string[];
  updatedUserIds?: readonly string[];
  /** Of an update: whom something was done to, though not all that was asked. */
  changedUserIds?: readonly string[];
  removedUserIds?: readonly string[];
  userErrors: readonly UserError[];
}

/** Of the ids in inputs, those that work like a password. */
const SECRETS: ReadonlySet<string> = new Set(['inviteCode', 'idempotencyKey']);

/** Which fields of a mutation's input name what is written. */
interface Naming {
  ids: ReadonlySet<string>;
  /** Lists of roles, permissions or properties, by their ids or keys. */
  lists: ReadonlySet<string>;
}

function namingOf({ args }: GraphQLField<unknown, Context>): Naming {
  const type = getNamedType(args.find(({ name }) => name === 'input')?.type);
  const fields = isInputObjectType(type) ? Object.values(type.getFields()) : [];
  const namesOf = (chosen: typeof fields) => new Set(chosen.map(({ name }) => name));
  return {
    ids: namesOf(
      fields.filter(({ name, type }) => getNamedType(type).name === 'ID' && !SECRETS.has(name)),
    ),
    lists: namesOf(
      fields.filter(
        ({ type }) => isListType(getNullableType(type)) && isInputObjectType(getNamedType(type)),
      ),
    ),
  };
}

function target(input: Input, payload: Payload | undefined, { ids, lists }: Naming): object {
  const { organizationCode, userId, users, role, permission, key, idempotencyKey, ...rest } = input;
  const { userIds: given, ...others } = rest;
  const organization =
    organizationCode ?? payload?.organization?.code ?? payload?.deletedOrganizationCode;
  const userIds =
    given ?? users?.map((user) => user.userId) ?? (userId === undefined ? [] : [userId]);
  const isId = ([name, value]: [string, unknown]) => ids.has(name) && typeof value === 'string';
  const isList = ([name, value]: [string, unknown]) => lists.has(name) && Array.isArray(value);
  const entries = Object.entries(others);
  // Of an organization's properties, and of a flag's value, the name alone.
  const fields = entries.filter((entry) => !isId(entry) && !isList(entry));
  return {
    organizationCode: organization && logText(organization),
    ...(userIds.length === 0 ? {} : { userIds: few(userIds), userCount: userIds.length }),
    ...(role && { roles: few([nameIn(role)]) }),
    ...(permission && { permissions: few([nameIn(permission)]) }),
    ...namesIn([...(users ?? []), Object.fromEntries(entries.filter(isList))]),
    key: key && logText(key),
    ...Object.fromEntries(
      (entries.filter(isId) as [string, string][]).map(([name, id]) => [name, logText(id)]),
    ),
    ...(fields.length === 0 ? {} : { fields: fields.map(([name]) => name) }),
    isKeyed: idempotencyKey == null ? undefined : true,
  };
}

type Told = Pick<AuditEvent, 'outcome' | 'codes' | 'users'>;

/** Returns whether a call is a write that Kinde has taken. */
const isWritten = ({ endpoint, error }: CallReport) =>
  endpoint.method !== 'GET' && error === undefined;

function toldBy({ userErrors, ...payload }: Payload, hasWritten: boolean): Told {
  const {
    addedUserIds = [],
    updatedUserIds = [],
    changedUserIds = [],
    removedUserIds = [],
  } = payload;
  const isBulk = ['addedUserIds', 'updatedUserIds', 'removedUserIds'].some((ids) => ids in payload);
  const isDone =
    // Of a bulk write that Kinde has taken, each user's outcome tells.
    (!isBulk && hasWritten) ||
    [addedUserIds, updatedUserIds, changedUserIds, removedUserIds].some(
      ({ length }) => length > 0,
    ) ||
    payload.organization != null ||
    payload.organizationUser != null;
  const codes = userErrors.map(({ code, kindeCode }) => kindeCode ?? code);
  const users = {
    added: addedUserIds.length,
    updated: updatedUserIds.length,
    removed: removedUserIds.length,
  };
  return {
    outcome:
      codes.length === 0
        ? 'success'
        : isDone
          ? 'partial'
          : userErrors.some(({ code }) => code === 'WRITE_OUTCOME_UNKNOWN')
            ? 'unknown'
            : 'refused',
    ...(codes.length === 0 ? {} : { codes: few(codes) }),
    ...(isBulk ? { users } : {}),
  };
}

function toldByError(error: unknown, hasWritten: boolean): Told {
  const code =
    error instanceof UpstreamError
      ? codeOf(error)
      : error instanceof GraphQLError
        ? String(error.extensions['code'])
        : 'INTERNAL_SERVER_ERROR';
  const codes = [code];
  switch (code) {
    case 'WRITE_OUTCOME_UNKNOWN':
    // A fault of the gateway's own says nothing of what was sent before it.
    case 'INTERNAL_SERVER_ERROR':
      return { outcome: 'unknown', codes };
    case 'FORBIDDEN':
    case 'UNAUTHENTICATED':
      return { outcome: hasWritten ? 'partial' : 'denied', codes };
    default:
      return { outcome: hasWritten ? 'partial' : 'failed', codes };
  }
}

/** Returns calls by route and status, so that the entry of a thousand batches is as short as that of one. */
function sent(calls: readonly CallReport[]): AuditEvent['calls'] {
  const counted = new Map<string, { route: string; status: number | null; count: number }>();
  for (const { endpoint, status = null, attempts } of calls) {
    if (attempts === 0) continue;
    const id = `${endpoint.route} ${status}`;
    const entry = counted.get(id) ?? { route: endpoint.route, status, count: 0 };
    entry.count++;
    counted.set(id, entry);
  }
  return [...counted.values()];
}

/**
 * Has each mutation told to the context's audit once its outcome is known, before its payload is read,
 * also when the caller may not carry it out. What is refused before it is executed, for its syntax, its cost
 * or its variables, is no mutation yet.
 */
export function auditMutations(schema: GraphQLSchema): GraphQLSchema {
  const mutations = schema.getMutationType();
  return wrapResolvers(schema, (field, type, resolve) => {
    if (type !== mutations) return undefined;
    const naming = namingOf(field);
    return async (parent, args, context, info) => {
      const startedAt = performance.now();
      const callsBefore = context.calls.length;
      const operationName = info.operation.name?.value;
      const tell = (told: Told, result: unknown, payload?: Payload) => {
        const isReplay = context.replays.has(result as object);
        context.audit({
          requestId: context.requestId,
          who: who(context.viewer),
          mutation: field.name,
          ...(operationName === undefined ? {} : { operationName: logText(operationName) }),
          target: target((args as { input: Input }).input, payload, naming),
          ...told,
          ...(isReplay ? { outcome: 'replayed', replayed: told.outcome } : {}),
          calls: sent(context.calls.slice(callsBefore)),
          milliseconds: Math.round(performance.now() - startedAt),
        });
      };
      let payload: Payload;
      const hasWritten = () => context.calls.slice(callsBefore).some(isWritten);
      try {
        payload = (await resolve(parent, args, context, info)) as Payload;
      } catch (error) {
        tell(toldByError(error, hasWritten()), error);
        throw error;
      }
      tell(toldBy(payload, hasWritten()), payload, payload);
      return payload;
    };
  });
}
