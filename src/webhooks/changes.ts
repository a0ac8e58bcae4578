/** Which change of the feed an event tells of. */
import type { Change, ChangeKind } from '../upstream/changes/change.js';
import { propertyOf, textIn } from './data.js';
import type { KindeEvent } from './events.js';

/** By event type. */
const KINDS: Readonly<Record<string, ChangeKind>> = {
  'organization.created': 'ORGANIZATION_CREATED',
  'organization.updated': 'ORGANIZATION_UPDATED',
  'organization.deleted': 'ORGANIZATION_DELETED',
  'user.created': 'USER_CREATED',
  'user.updated': 'USER_UPDATED',
  'user.deleted': 'USER_DELETED',
  'role.created': 'ROLE_CREATED',
  'role.updated': 'ROLE_UPDATED',
  'role.deleted': 'ROLE_DELETED',
  'permission.created': 'PERMISSION_CREATED',
  'permission.updated': 'PERMISSION_UPDATED',
  'permission.deleted': 'PERMISSION_DELETED',
};

/** Returns the change that an event tells of; undefined for a type that concerns nothing in the graph. */
export function changeOfEvent({ type, data, happenedAt }: KindeEvent): Change | undefined {
  const kind = type.startsWith('customer.')
    ? 'BILLING_UPDATED'
    : Object.hasOwn(KINDS, type)
      ? KINDS[type]
      : undefined;
  if (kind === undefined) return undefined;
  return {
    kind,
    source: 'WEBHOOK',
    at: happenedAt ?? Date.now(),
    organizationCode: textIn(data, 'organization', 'code'),
    organizationCodes: codesIn(data),
    userId: textIn(data, 'user', 'id'),
    roleId: textIn(data, 'role', 'id'),
    permissionId: textIn(data, 'permission', 'id'),
  };
}

/** Returns the codes of the organizations that a user is in. */
function codesIn(data: unknown): string[] | undefined {
  const organizations = propertyOf(propertyOf(data, 'user'), 'organizations');
  if (!Array.isArray(organizations)) return undefined;
  return organizations
    .map((organization: unknown) => propertyOf(organization, 'code'))
    .filter((code) => typeof code === 'string');
}
