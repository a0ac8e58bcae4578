/** Which events a write sends. Types and data are those of docs/webhooks.md; what Kinde doesn't say is a decision. */
import type { Route } from '../../upstream/endpoint.js';
import type { State } from '../state.js';

/** An event without its id and time. */
export interface EmulatedEvent {
  type: string;
  data: Record<string, unknown>;
}

/** The types that the environment knows, of which the emulator sends those of EVENTS. */
export const EVENT_TYPES = [
  ...['organization.created', 'organization.updated', 'organization.deleted'],
  ...['user.created', 'user.updated', 'user.deleted'],
  ...['user.authenticated', 'user.authentication_failed'],
  ...['role.created', 'role.updated', 'role.deleted'],
  ...['permission.created', 'permission.updated', 'permission.deleted'],
  ...['access_request.created', 'subscriber.created'],
] as const;

/** What a write was called with, and what it returned. */
interface Write {
  state: State;
  args: Readonly<Record<string, unknown>>;
  result: unknown;
}

type EventsOf = (write: Write) => EmulatedEvent[];

const ORGANIZATION = '/api/v1/organization/{org_code}';
const MEMBER = '/api/v1/organizations/{org_code}/users/{user_id}';

/** By route. Flags, properties, invitations and sign-in policies send none. */
const EVENTS: Readonly<Partial<Record<Route, EventsOf>>> = {
  'POST /api/v1/organization': ({ state, result }) => {
    const { organization } = result as { organization: { code: string } };
    return organizationEvent(state, 'organization.created', organization.code);
  },
  [`PATCH ${ORGANIZATION}`]: ({ state, args }) =>
    organizationEvent(state, 'organization.updated', text(args['org_code'])),
  [`DELETE ${ORGANIZATION}`]: ({ args }) => [
    { type: 'organization.deleted', data: { organization: { code: text(args['org_code']) } } },
  ],
  'DELETE /api/v1/organization/{org_code}/handle': ({ state, args }) =>
    organizationEvent(state, 'organization.updated', text(args['org_code'])),
  // A decision: whether the removal of a member sends `user.updated` is documented nowhere.
  'POST /api/v1/organizations/{org_code}/users': bulkUserEvents,
  'PATCH /api/v1/organizations/{org_code}/users': bulkUserEvents,
  [`DELETE ${MEMBER}`]: memberEvents,
  [`POST ${MEMBER}/roles`]: memberEvents,
  [`DELETE ${MEMBER}/roles/{role_id}`]: memberEvents,
  [`POST ${MEMBER}/permissions`]: memberEvents,
  [`DELETE ${MEMBER}/permissions/{permission_id}`]: memberEvents,
  'POST /api/v1/roles': ({ state }) => catalogueEvent('role', 'created', last(state.roles)),
  'PATCH /api/v1/roles/{role_id}': ({ state, args }) =>
    catalogueEvent('role', 'updated', state.roles.get(text(args['role_id']))),
  'DELETE /api/v1/roles/{role_id}': ({ args }) => [
    { type: 'role.deleted', data: { role: { id: text(args['role_id']) } } },
  ],
  'POST /api/v1/permissions': ({ state }) =>
    catalogueEvent('permission', 'created', last(state.permissions)),
  'PATCH /api/v1/permissions/{permission_id}': ({ state, args }) =>
    catalogueEvent('permission', 'updated', state.permissions.get(text(args['permission_id']))),
  'DELETE /api/v1/permissions/{permission_id}': ({ args }) => [
    { type: 'permission.deleted', data: { permission: { id: text(args['permission_id']) } } },
  ],
};

/** Returns the events of a write that has succeeded. */
export function eventsOf(route: Route, write: Write): EmulatedEvent[] {
  return EVENTS[route]?.(write) ?? [];
}

function organizationEvent(state: State, type: string, code: string): EmulatedEvent[] {
  const { name, handle, external_id } = state.organization(code).profile;
  // Not the whole organization: Kinde sends no colours, senders or suspension.
  return [{ type, data: { organization: { code, name, handle, external_id } } }];
}

function bulkUserEvents({ state, args }: Write): EmulatedEvent[] {
  const users = (args['users'] ?? []) as { id: string }[];
  return users.map(({ id }) => userEvent(state, id));
}

function memberEvents({ state, args }: Write): EmulatedEvent[] {
  return [userEvent(state, text(args['user_id']))];
}

/** Returns the state after the change, for all organizations of the person. The one that the person left is missing. */
function userEvent(state: State, userId: string): EmulatedEvent {
  const { id, email, first_name, last_name, username, phone, is_suspended, organizations } =
    state.user(userId);
  const named = (grants: Iterable<{ id: string; key: string }>) => {
    const list = Array.from(grants, (grant) => ({ id: grant.id, key: grant.key }));
    return list.length > 0 ? list : null;
  };
  const memberships = organizations.map((code) => {
    const member = state.organization(code).members.get(id);
    return {
      code,
      roles: named(member?.roles ?? []),
      permissions: named(member?.permissions ?? []),
    };
  });
  return {
    type: 'user.updated',
    data: {
      user: {
        id,
        email,
        first_name,
        last_name,
        username,
        phone,
        is_suspended,
        is_password_reset_requested: false,
        organizations: memberships.length > 0 ? memberships : null,
      },
    },
  };
}

interface CatalogueEntry {
  id: string;
  key: string;
  name?: string | null;
  description?: string | null;
  is_default_role?: boolean | null;
}

function catalogueEvent(
  kind: 'role' | 'permission',
  change: 'created' | 'updated',
  entry: CatalogueEntry | undefined,
): EmulatedEvent[] {
  if (entry === undefined) return [];
  const { id, key, name, description, is_default_role } = entry;
  const isDefault = kind === 'role' ? { is_default_role } : {};
  return [
    { type: `${kind}.${change}`, data: { [kind]: { id, key, name, description, ...isDefault } } },
  ];
}

/** The newest entry: a collection keeps the order in which entries were added. */
function last<T>(collection: { values(): Iterable<T> }): T | undefined {
  return [...collection.values()].at(-1);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
