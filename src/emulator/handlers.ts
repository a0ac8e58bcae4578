import { featureFlags } from './feature-flags.js';
import type { Handlers } from './handler.js';
import { organizationConnections } from './organizations/connections.js';
import { organizations } from './organizations/index.js';
import { organizationInvites } from './organizations/invites.js';
import { organizationRoles } from './organizations/roles.js';
import { organizationLogos } from './organizations/logos.js';
import { organizationSecurity } from './organizations/security.js';
import { organizationProperties } from './organizations/properties.js';
import { organizationUserApiScopes } from './organizations/user-api-scopes.js';
import { organizationUserMfa } from './organizations/user-mfa.js';
import { permissions } from './permissions.js';
import { roles } from './roles.js';
import { users } from './users.js';

export const handlers: Handlers = {
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
