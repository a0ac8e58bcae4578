/** Which change each write makes. */
import type { Endpoint } from '../endpoint.js';
import { ORGANIZATION_PARAMETERS } from '../endpoint.js';
import type { endpoints } from '../endpoints/index.js';
import type { Change, ChangeKind } from './change.js';

type Rows = typeof endpoints;
type RouteOf<Domain> = Domain[keyof Domain] extends { route: infer R } ? R : never;
type WriteRoute = Exclude<{ [D in keyof Rows]: RouteOf<Rows[D]> }[keyof Rows], `GET ${string}`>;

const ORGANIZATION = '/api/v1/organization/{org_code}';
const SETTINGS = '/api/v1/organizations/{org_code}';
const CONNECTION = '/api/v1/organizations/{organization_code}/connections/{connection_id}';
const MEMBER = '/api/v1/organizations/{org_code}/users/{user_id}';
const MEMBER_SCOPE =
  '/api/v1/organizations/{org_code}/users/{user_id}/apis/{api_id}/scopes/{scope_id}';
const ROLE = '/api/v1/roles/{role_id}';
const PERMISSION = '/api/v1/permissions/{permission_id}';

/** A write without a kind fails to compile. Undefined for one that changes nothing that can be read. */
const KINDS: Readonly<Record<WriteRoute, ChangeKind | undefined>> = {
  'POST /api/v1/organization': 'ORGANIZATION_CREATED',
  [`PATCH ${ORGANIZATION}`]: 'ORGANIZATION_UPDATED',
  [`DELETE ${ORGANIZATION}`]: 'ORGANIZATION_DELETED',
  [`DELETE ${ORGANIZATION}/handle`]: 'ORGANIZATION_UPDATED',
  [`POST ${ORGANIZATION}/invites`]: 'ORGANIZATION_UPDATED',
  [`DELETE ${ORGANIZATION}/invites/{invite_code}`]: 'ORGANIZATION_UPDATED',
  [`POST ${CONNECTION}`]: 'ORGANIZATION_UPDATED',
  [`DELETE ${CONNECTION}`]: 'ORGANIZATION_UPDATED',
  [`POST ${SETTINGS}/logos/{type}`]: 'ORGANIZATION_UPDATED',
  [`DELETE ${SETTINGS}/logos/{type}`]: 'ORGANIZATION_UPDATED',
  [`PUT ${SETTINGS}/properties/{property_key}`]: 'ORGANIZATION_UPDATED',
  [`PATCH ${SETTINGS}/properties`]: 'ORGANIZATION_UPDATED',
  [`PUT ${SETTINGS}/mfa`]: 'ORGANIZATION_UPDATED',
  [`PUT ${SETTINGS}/passkey`]: 'ORGANIZATION_UPDATED',
  [`PATCH ${SETTINGS}/sessions`]: 'ORGANIZATION_UPDATED',
  [`POST ${SETTINGS}/users`]: 'ORGANIZATION_USERS_UPDATED',
  [`PATCH ${SETTINGS}/users`]: 'ORGANIZATION_USERS_UPDATED',
  [`DELETE ${MEMBER}`]: 'ORGANIZATION_USERS_UPDATED',
  [`POST ${MEMBER}/roles`]: 'ORGANIZATION_USERS_UPDATED',
  [`DELETE ${MEMBER}/roles/{role_id}`]: 'ORGANIZATION_USERS_UPDATED',
  [`POST ${MEMBER}/permissions`]: 'ORGANIZATION_USERS_UPDATED',
  [`DELETE ${MEMBER}/permissions/{permission_id}`]: 'ORGANIZATION_USERS_UPDATED',
  [`DELETE ${MEMBER}/mfa`]: 'ORGANIZATION_USERS_UPDATED',
  [`DELETE ${MEMBER}/mfa/{factor_id}`]: 'ORGANIZATION_USERS_UPDATED',
  [`POST ${MEMBER_SCOPE}`]: 'ORGANIZATION_USERS_UPDATED',
  [`DELETE ${MEMBER_SCOPE}`]: 'ORGANIZATION_USERS_UPDATED',
  [`PATCH ${SETTINGS}/feature_flags/{feature_flag_key}`]: 'FEATURE_FLAGS_UPDATED',
  [`DELETE ${SETTINGS}/feature_flags/{feature_flag_key}`]: 'FEATURE_FLAGS_UPDATED',
  [`DELETE ${SETTINGS}/feature_flags`]: 'FEATURE_FLAGS_UPDATED',
  'POST /api/v1/roles': 'ROLE_CREATED',
  [`PATCH ${ROLE}`]: 'ROLE_UPDATED',
  [`PATCH ${ROLE}/permissions`]: 'ROLE_UPDATED',
  [`DELETE ${ROLE}`]: 'ROLE_DELETED',
  'POST /api/v1/permissions': 'PERMISSION_CREATED',
  [`PATCH ${PERMISSION}`]: 'PERMISSION_UPDATED',
  [`DELETE ${PERMISSION}`]: 'PERMISSION_DELETED',
  // The user's next token has other claims; nothing that the API tells is different.
  'POST /api/v1/users/{user_id}/refresh_claims': undefined,
};

/**
 * Returns the change that a write makes. `result` is undefined when its outcome is unknown: the id of
 * what it may have created is missing then.
 */
export function changeOfWrite(
  { route, pathParameters }: Endpoint,
  args: Readonly<Record<string, unknown>>,
  result: unknown,
): Change | undefined {
  const kind = KINDS[route as WriteRoute];
  if (kind === undefined) return undefined;
  const named = (...names: readonly string[]) => {
    const name = names.find((one) => pathParameters.includes(one));
    return name === undefined ? undefined : textOf(args[name]);
  };
  const isOf = (type: string) => kind.startsWith(`${type}_`);
  return {
    kind,
    source: 'MUTATION',
    at: Date.now(),
    organizationCode: named(...ORGANIZATION_PARAMETERS) ?? created(result, 'organization', 'code'),
    userId: named('user_id'),
    roleId: isOf('ROLE') ? (named('role_id') ?? created(result, 'role', 'id')) : undefined,
    permissionId: isOf('PERMISSION')
      ? (named('permission_id') ?? created(result, 'permission', 'id'))
      : undefined,
  };
}

/** Returns the id of what a response says was created. */
function created(result: unknown, object: string, property: string): string | undefined {
  const value = (result as Record<string, Record<string, unknown> | undefined> | undefined)?.[
    object
  ];
  return textOf(value?.[property]);
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
