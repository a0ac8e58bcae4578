/** The parents of resolvers that are no loader's objects. */
import type { Viewer } from '../auth/viewer.js';
import type { UserError } from '../graphql/user-errors.js';
import type { OrganizationInviteParent } from '../loaders/organization-invites.js';
import type { OrganizationParent } from '../loaders/organizations.js';
import type { UserParent } from '../loaders/people.js';
import type { PermissionParent } from '../loaders/permissions.js';
import type { RoleParent } from '../loaders/roles.js';
import type { Member } from '../loaders/users.js';
import type { Change } from '../upstream/changes/change.js';
import type { Connection } from './connection.js';
import type { NodeType } from './node-id.js';

/** What `node(id:)` passes to the resolvers of the type that it names. */
export interface NodeParent {
  __typename: NodeType;
}

export type UserErrorParent = UserError;
export type ViewerParent = Viewer;

export interface ChangeParent extends Change {
  cursor: string;
}

export type OrganizationConnectionParent = Connection<OrganizationParent>;
export type OrganizationUserConnectionParent = Connection<Member>;
export type OrganizationInviteConnectionParent = Connection<OrganizationInviteParent>;
export type UserConnectionParent = Connection<UserParent>;
export type RoleConnectionParent = Connection<RoleParent>;
export type PermissionConnectionParent = Connection<PermissionParent>;

export interface CreateOrganizationInvitePayloadParent {
  organization: OrganizationParent | null;
  inviteCode: string | null;
  userErrors: readonly UserError[];
}

export type RevokeOrganizationInvitePayloadParent = CreateOrganizationInvitePayloadParent;

export interface UpdateOrganizationPropertyPayloadParent {
  organization: OrganizationParent | null;
  key: string | null;
  userErrors: readonly UserError[];
}

export interface UpdateOrganizationPropertiesPayloadParent {
  organization: OrganizationParent | null;
  keys: readonly string[];
  userErrors: readonly UserError[];
}

export interface UploadOrganizationLogoPayloadParent {
  organization: OrganizationParent | null;
  type: string | null;
  userErrors: readonly UserError[];
}

export interface EnableOrganizationSignInMethodPayloadParent {
  organization: OrganizationParent | null;
  connectionId: string | null;
  userErrors: readonly UserError[];
}

/** The result of updateFeatureFlagOverride. The override itself is read when it is selected. */
export interface UpdateFeatureFlagOverridePayloadParent {
  organization: OrganizationParent | null;
  key: string | null;
  userErrors: readonly UserError[];
}

/** The result of deleteFeatureFlagOverride. The environment's value is read when it is selected. */
export interface DeleteFeatureFlagOverridePayloadParent {
  organization: OrganizationParent | null;
  deletedFeatureFlagId: string | null;
  deletedFeatureFlagKey: string | null;
  userErrors: readonly UserError[];
}

/** The result of a write to the catalogue of permissions. The permission itself is read when it is selected. */
interface PermissionWrite {
  key: string | null;
  userErrors: readonly UserError[];
}

export type CreatePermissionPayloadParent = PermissionWrite;

export interface UpdatePermissionPayloadParent extends PermissionWrite {
  replacedPermissionId: string | null;
}
