/**
 * THE TABLE: every operation of the Kinde Management API that the gateway uses. The client, the
 * emulator and the docs are functions of it.
 */
import type { Expect, ListOf } from '../type-checks.js';
import { featureFlags } from './feature-flags.js';
import { organizationConnections } from './organization-connections.js';
import { organizationInvites } from './organization-invites.js';
import { organizationLogos } from './organization-logos.js';
import { organizationProperties } from './organization-properties.js';
import { organizationRoles } from './organization-roles.js';
import { organizationSecurity } from './organization-security.js';
import { organizationUserApiScopes } from './organization-user-api-scopes.js';
import { organizationUserMfa } from './organization-user-mfa.js';
import { deleteOrganization, organizations } from './organizations.js';
import { permissions } from './permissions.js';
import { roles } from './roles.js';
import {
  tagsOfDeletion,
  type FilledTag,
  type UndeletedReads,
  type UnknownTagParameters,
  type UnreadTags,
} from './tags.js';
import { users } from './users.js';

const rows = {
  organizations,
  organizationConnections,
  organizationInvites,
  organizationLogos,
  organizationProperties,
  organizationRoles,
  organizationSecurity,
  organizationUserApiScopes,
  organizationUserMfa,
  users,
  roles,
  permissions,
  featureFlags,
};

export const endpoints = {
  ...rows,
  organizations: { ...rows.organizations, delete: deleteOrganization(tagsOfDeletion(rows)) },
};

export type Endpoints = typeof endpoints;

type Rows = typeof rows;

/** A cache tag that a read has, with values in place of its parameters. */
export type CacheTag = FilledTag<Rows>;

/** What fails to compile when the tags of a row are wrong, with the tags or routes in the message. */
export type TagChecks = [
  Expect<'no written tag without a read', ListOf<UnreadTags<Rows>>>,
  Expect<'no tag with an unknown parameter', ListOf<UnknownTagParameters<Rows>>>,
  Expect<
    'no read that the deletion of its organization leaves cached',
    ListOf<UndeletedReads<Rows>>
  >,
];
