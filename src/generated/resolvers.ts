/* Made by `npm run generate`; edit schema/ or codegen.yml instead. */
import type { JsonValue } from '../upstream/types.js';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { EnvironmentFeatureFlagParent, FeatureFlagParent } from '../loaders/feature-flags.js';
import type { OrganizationSignInMethodParent } from '../loaders/organization-connections.js';
import type { OrganizationInviteParent } from '../loaders/organization-invites.js';
import type { OrganizationLogoParent } from '../loaders/organization-logos.js';
import type { OrganizationPropertyParent } from '../loaders/organization-properties.js';
import type { PasskeyPolicyParent } from '../loaders/organization-security.js';
import type { MfaFactorParent } from '../loaders/organization-user-mfa.js';
import type { OrganizationParent, OrganizationBrandingParent, OrganizationBillingParent, BillingAgreementParent } from '../loaders/organizations.js';
import type { UserParent } from '../loaders/people.js';
import type { PermissionParent, PermissionGrantParent } from '../loaders/permissions.js';
import type { RoleParent } from '../loaders/roles.js';
import type { OrganizationUserParent } from '../loaders/users.js';
import type { NodeParent, UserErrorParent, ViewerParent, ChangeParent, OrganizationConnectionParent, OrganizationUserConnectionParent, OrganizationInviteConnectionParent, UserConnectionParent, RoleConnectionParent, PermissionConnectionParent, CreateOrganizationInvitePayloadParent, RevokeOrganizationInvitePayloadParent, UpdateOrganizationPropertyPayloadParent, UpdateOrganizationPropertiesPayloadParent, UploadOrganizationLogoPayloadParent, EnableOrganizationSignInMethodPayloadParent, UpdateFeatureFlagOverridePayloadParent, DeleteFeatureFlagOverridePayloadParent, CreatePermissionPayloadParent, UpdatePermissionPayloadParent } from '../resolvers/parents.js';
import type { Context } from '../graphql/context.js';
export type Maybe<T> = T | Promise<T | null | undefined> | null | undefined;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant in RFC 3339, always in UTC and with milliseconds, for example `2026-03-01T09:30:00.000Z`. */
  DateTime: { input: string; output: string; }
  /**
   * A feature flag's value: a JSON boolean, a whole number or a string. Flags of type JSON give any JSON,
   * and take it as a string.
   */
  FeatureFlagValue: { input: boolean | number | string; output: JsonValue; }
};

/** Input for `addOrganizationUserApiScope`. */
export type AddOrganizationUserApiScopeInput = {
  /** Kinde's id of the API, for example `838f208d006a482dbd8cdb79a9889f68`. */
  readonly apiId: Scalars['ID']['input'];
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** Kinde's id of the scope, for example `api_scope_019391daf58d87d8a7213419c016ac95`. */
  readonly scopeId: Scalars['ID']['input'];
  /** Kinde's id of the user. */
  readonly userId: Scalars['ID']['input'];
};

/** Result of `addOrganizationUserApiScope`. */
export type AddOrganizationUserApiScopePayload = {
  readonly __typename?: 'AddOrganizationUserApiScopePayload';
  /** The member, read after the change. Null when the scope was not given. */
  readonly organizationUser?: Maybe<OrganizationUser>;
  /** Why the scope was not given. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `addOrganizationUserPermission`. */
export type AddOrganizationUserPermissionInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** The permission to grant. */
  readonly permission: PermissionReference;
  /** Whether to refresh the claims of the member, so that the next tokens show the change. */
  readonly refreshClaims?: InputMaybe<Scalars['Boolean']['input']>;
  /** Kinde's id of the user. */
  readonly userId: Scalars['ID']['input'];
};

/** Result of `addOrganizationUserPermission`. */
export type AddOrganizationUserPermissionPayload = {
  readonly __typename?: 'AddOrganizationUserPermissionPayload';
  /** The member, read again after the change. Null when the permission was not granted. */
  readonly organizationUser?: Maybe<OrganizationUser>;
  /** Why the permission was not granted. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `addOrganizationUserRole`. */
export type AddOrganizationUserRoleInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** Whether to refresh the claims of the member, so that the next tokens show the change. */
  readonly refreshClaims?: InputMaybe<Scalars['Boolean']['input']>;
  /** The role to add. */
  readonly role: RoleReference;
  /** Kinde's id of the user. */
  readonly userId: Scalars['ID']['input'];
};

/** Result of `addOrganizationUserRole`. */
export type AddOrganizationUserRolePayload = {
  readonly __typename?: 'AddOrganizationUserRolePayload';
  /** The member, read again after the change. Null when the role was not added. */
  readonly organizationUser?: Maybe<OrganizationUser>;
  /** Why the role was not added. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `addOrganizationUsers`. */
export type AddOrganizationUsersInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** Whether to refresh the claims of the users who were changed, so that the next tokens show the change. */
  readonly refreshClaims?: InputMaybe<Scalars['Boolean']['input']>;
  /** The users to add, each of them once. */
  readonly users: ReadonlyArray<OrganizationUserAdditionInput>;
};

/** Result of `addOrganizationUsers`, user by user. */
export type AddOrganizationUsersPayload = {
  readonly __typename?: 'AddOrganizationUsersPayload';
  /**
   * Kinde's ids of the users who were added. If Kinde's response has no list of them, the users who are
   * members afterwards, with the roles of the input.
   */
  readonly addedUserIds: ReadonlyArray<Scalars['ID']['output']>;
  /** The new members, read after the change. */
  readonly addedUsers: ReadonlyArray<OrganizationUser>;
  /** The organization, read again after the change. Null when nobody was added. */
  readonly organization?: Maybe<Organization>;
  /**
   * An error for each user who was not added, its `field` beginning with `["users", "<position>"]`, or
   * an error about the whole input. Empty when all were added.
   */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A plan that an organization has agreed to. */
export type BillingAgreement = {
  readonly __typename?: 'BillingAgreement';
  /** The id of the agreement. */
  readonly agreementId?: Maybe<Scalars['ID']['output']>;
  /** The code of the plan. */
  readonly planCode?: Maybe<Scalars['String']['output']>;
};

/** A change of what Kinde holds. */
export type Change = {
  readonly __typename?: 'Change';
  /** When it happened. Where Kinde doesn't tell, when the gateway learned of it. */
  readonly changedAt: Scalars['DateTime']['output'];
  /** The place of the change in the feed, for resuming after it. The same as the `id` of the stream's event. */
  readonly cursor: Scalars['String']['output'];
  /** What changed. */
  readonly kind: ChangeKind;
  /** The organization as it is now. Null when it was deleted, and where `organizationCode` is null. */
  readonly organization?: Maybe<Organization>;
  /**
   * Kinde's code of the organization that changed. Null for changes of the environment, and for a user's
   * unless the subscription is to one organization.
   */
  readonly organizationCode?: Maybe<Scalars['ID']['output']>;
  /** Kinde's id of the permission that changed. Null for other changes, and where Kinde doesn't tell. */
  readonly permissionId?: Maybe<Scalars['ID']['output']>;
  /** Kinde's id of the role that changed. Null for other changes, and where Kinde doesn't tell. */
  readonly roleId?: Maybe<Scalars['ID']['output']>;
  /** How the gateway learned of it. */
  readonly source: ChangeSource;
  /**
   * The user as it is now, for applications that act for the whole environment. Null when it was deleted,
   * and where `userId` is null.
   */
  readonly user?: Maybe<User>;
  /** Kinde's id of the user that changed. Null for other changes, and where several users changed. */
  readonly userId?: Maybe<Scalars['ID']['output']>;
};

/** What a change is about. Each kind except RESYNC is sent only to callers with its scope. */
export type ChangeKind =
  /**
   * The billing of some organization changed. Kinde doesn't say which one, so every
   * subscription to an organization gets this change, without ids. Requires `read:organizations`.
   */
  | 'BILLING_UPDATED'
  /** An organization's feature flags changed. Requires `read:organization_feature_flags`. */
  | 'FEATURE_FLAGS_UPDATED'
  /** An organization was created. Requires `read:organizations`. */
  | 'ORGANIZATION_CREATED'
  /** An organization was deleted. Requires `read:organizations`. */
  | 'ORGANIZATION_DELETED'
  /**
   * An organization changed, or its properties, logos, sign-in methods, policies or invitations. Requires
   * `read:organizations`.
   */
  | 'ORGANIZATION_UPDATED'
  /**
   * The members of an organization changed, or their roles, permissions or second factors. Requires
   * `read:organization_users`.
   */
  | 'ORGANIZATION_USERS_UPDATED'
  /** A permission was created. Requires `read:permissions`. */
  | 'PERMISSION_CREATED'
  /** A permission was deleted. Requires `read:permissions`. */
  | 'PERMISSION_DELETED'
  /** A permission changed. Requires `read:permissions`. */
  | 'PERMISSION_UPDATED'
  /**
   * Changes may have been missed: read again whatever you hold. It is the first change of a subscription
   * that doesn't resume, and comes when a reader is too slow or Redis has lost the feed.
   */
  | 'RESYNC'
  /** A role was created. Requires `read:roles`. */
  | 'ROLE_CREATED'
  /** A role was deleted. Requires `read:roles`. */
  | 'ROLE_DELETED'
  /** A role changed, or the permissions that it grants. Requires `read:roles`. */
  | 'ROLE_UPDATED'
  /**
   * A user was created. This kind and the other two about users require `read:users` or, in a subscription
   * to one organization, `read:organization_users`.
   */
  | 'USER_CREATED'
  /** A user was deleted. */
  | 'USER_DELETED'
  /** A user changed, or the organizations, roles or permissions that it has. */
  | 'USER_UPDATED';

/** How the gateway learned of a change. */
export type ChangeSource =
  /** The gateway itself: a RESYNC. */
  | 'GATEWAY'
  /** A mutation through this gateway. */
  | 'MUTATION'
  /** An event of Kinde. */
  | 'WEBHOOK';

/** A colour in three notations. */
export type Color = {
  readonly __typename?: 'Color';
  /** As a CSS hex value. */
  readonly hex?: Maybe<Scalars['String']['output']>;
  /** As a CSS hsl value. */
  readonly hsl?: Maybe<Scalars['String']['output']>;
  /** The colour as entered in Kinde, for example `#0066ff`. */
  readonly raw?: Maybe<Scalars['String']['output']>;
};

/** Input for `createOrganization`. */
export type CreateOrganizationInput = {
  /** The billing customer's e-mail address. Write-only: no field returns it. */
  readonly billingEmail?: InputMaybe<Scalars['String']['input']>;
  /** The code of the plan that the billing customer starts on. */
  readonly billingPlanCode?: InputMaybe<Scalars['String']['input']>;
  /** How Kinde's pages look to the members. */
  readonly branding?: InputMaybe<OrganizationBrandingInput>;
  /** Create a billing customer for the organization as well. `Organization.billing` returns it. */
  readonly createBillingCustomer?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether to delete the organization again unless all users were added. The users themselves stay. */
  readonly deleteOnFailure?: InputMaybe<Scalars['Boolean']['input']>;
  /** The id of the organization in your own system. */
  readonly externalId?: InputMaybe<Scalars['String']['input']>;
  /** A unique handle that sign-in URLs may carry. */
  readonly handle?: InputMaybe<Scalars['String']['input']>;
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Whether users become members when they sign in. */
  readonly isAutoMembershipEnabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** The name that people see. */
  readonly name: Scalars['String']['input'];
  /** Whether to refresh the claims of the users who were added, so that their next tokens have the organization. */
  readonly refreshClaims?: InputMaybe<Scalars['Boolean']['input']>;
  /** The address of e-mails that Kinde sends for the organization. */
  readonly senderEmail?: InputMaybe<Scalars['String']['input']>;
  /** The name in e-mails that Kinde sends for the organization. */
  readonly senderName?: InputMaybe<Scalars['String']['input']>;
  /** The first users, added after the organization is created, each of them once. */
  readonly users?: InputMaybe<ReadonlyArray<OrganizationUserAdditionInput>>;
};

/** Input for `createOrganizationInvite`. */
export type CreateOrganizationInviteInput = {
  /** The address to invite. At most 254 characters. */
  readonly email: Scalars['String']['input'];
  /** The person's first name. At most 64 characters. */
  readonly firstName?: InputMaybe<Scalars['String']['input']>;
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** The person's last name. At most 64 characters. */
  readonly lastName?: InputMaybe<Scalars['String']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** The roles that the person gets on joining. */
  readonly roles: ReadonlyArray<RoleReference>;
  /** Whether Kinde sends the e-mail. Without it, send `inviteLink` to the person yourself. */
  readonly sendEmail?: Scalars['Boolean']['input'];
};

/** Result of `createOrganizationInvite`. */
export type CreateOrganizationInvitePayload = {
  readonly __typename?: 'CreateOrganizationInvitePayload';
  /** The new invitation's code. Null when nobody was invited. */
  readonly inviteCode?: Maybe<Scalars['ID']['output']>;
  /** The organization, read after the change. Null when nobody was invited. */
  readonly organization?: Maybe<Organization>;
  /** The new invitation, read after its creation. Null when nobody was invited. */
  readonly organizationInvite?: Maybe<OrganizationInvite>;
  /** Why nobody was invited. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Result of `createOrganization`. */
export type CreateOrganizationPayload = {
  readonly __typename?: 'CreateOrganizationPayload';
  /** Kinde's ids of the users who were added. */
  readonly addedUserIds: ReadonlyArray<Scalars['ID']['output']>;
  /** The new members, read after the change. */
  readonly addedUsers: ReadonlyArray<OrganizationUser>;
  /** The code of the new organization that was deleted again. Null when none was. */
  readonly deletedOrganizationCode?: Maybe<Scalars['ID']['output']>;
  /** The new organization, read after it was created. Null when it doesn't exist. */
  readonly organization?: Maybe<Organization>;
  /**
   * Why the organization was not created, or what of it was not done: an error for each user who was not
   * added, and one that says whether the organization exists. Empty when everything was done.
   */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `createPermission`. */
export type CreatePermissionInput = {
  /** What the permission allows. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** The key, unique in the environment, for example `read:invoices`. Tokens carry it. */
  readonly key: Scalars['String']['input'];
  /** The name that people see. */
  readonly name: Scalars['String']['input'];
};

/** Result of `createPermission`. */
export type CreatePermissionPayload = {
  readonly __typename?: 'CreatePermissionPayload';
  /** The new permission, found by its key, because Kinde doesn't tell the new id. Null when it was not created. */
  readonly permission?: Maybe<Permission>;
  /** Why the permission was not created. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `createRole`. */
export type CreateRoleInput = {
  /** What the role is for. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Whether Kinde gives the role to new users. Kinde's default is false. */
  readonly isDefault?: InputMaybe<Scalars['Boolean']['input']>;
  /** The key, unique in the environment, for example `billing_manager`. Tokens carry it. */
  readonly key: Scalars['String']['input'];
  /** The name that people see. */
  readonly name: Scalars['String']['input'];
};

/** Result of `createRole`. */
export type CreateRolePayload = {
  readonly __typename?: 'CreateRolePayload';
  /** The new role. Null when it was not created. */
  readonly role?: Maybe<Role>;
  /** Why the role was not created. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `deleteFeatureFlagOverride`. */
export type DeleteFeatureFlagOverrideInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** The flag's key. */
  readonly key: Scalars['String']['input'];
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
};

/** Result of `deleteFeatureFlagOverride`. */
export type DeleteFeatureFlagOverridePayload = {
  readonly __typename?: 'DeleteFeatureFlagOverridePayload';
  /** The global id of the deleted override, for client caches. Null when it was not deleted. */
  readonly deletedFeatureFlagId?: Maybe<Scalars['ID']['output']>;
  /** The key of the deleted override. Null when it was not deleted. */
  readonly deletedFeatureFlagKey?: Maybe<Scalars['String']['output']>;
  /**
   * The flag with the environment's value, which applies again. It has the id of the override, so that
   * a client's cache shows the new value. Null when the override was not deleted, or the environment has
   * no such flag.
   */
  readonly featureFlag?: Maybe<FeatureFlag>;
  /** The organization, read again after the change. Null when the override was not deleted. */
  readonly organization?: Maybe<Organization>;
  /** Why the override was not deleted. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `deleteFeatureFlagOverrides`. */
export type DeleteFeatureFlagOverridesInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
};

/** Result of `deleteFeatureFlagOverrides`. */
export type DeleteFeatureFlagOverridesPayload = {
  readonly __typename?: 'DeleteFeatureFlagOverridesPayload';
  /**
   * The global ids of the deleted overrides, for client caches. Kinde doesn't name them, so selecting this
   * field takes a read before the deletion. Null when the overrides were not deleted, or could not be read.
   */
  readonly deletedFeatureFlagIds?: Maybe<ReadonlyArray<Scalars['ID']['output']>>;
  /** The organization, read again after the change. Null when the overrides were not deleted. */
  readonly organization?: Maybe<Organization>;
  /** Why the overrides were not deleted. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `deleteOrganizationHandle`. */
export type DeleteOrganizationHandleInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
};

/** Result of `deleteOrganizationHandle`. */
export type DeleteOrganizationHandlePayload = {
  readonly __typename?: 'DeleteOrganizationHandlePayload';
  /** The organization, read after the change. Null when the handle was not deleted. */
  readonly organization?: Maybe<Organization>;
  /** Why the handle was not deleted. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `deleteOrganization`. */
export type DeleteOrganizationInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
};

/** Input for `deleteOrganizationLogo`. */
export type DeleteOrganizationLogoInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** The pages that show the logo. */
  readonly type: OrganizationLogoType;
};

/** Result of `deleteOrganizationLogo`. */
export type DeleteOrganizationLogoPayload = {
  readonly __typename?: 'DeleteOrganizationLogoPayload';
  /** The global id of the deleted logo, for client caches. Null when it was not deleted. */
  readonly deletedOrganizationLogoId?: Maybe<Scalars['ID']['output']>;
  /** The organization, read after the change. Null when the logo was not deleted. */
  readonly organization?: Maybe<Organization>;
  /** Why the logo was not deleted. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Result of `deleteOrganization`. */
export type DeleteOrganizationPayload = {
  readonly __typename?: 'DeleteOrganizationPayload';
  /** The code of the deleted organization. Null when it was not deleted. */
  readonly deletedOrganizationCode?: Maybe<Scalars['ID']['output']>;
  /** The global id of the deleted organization, for client caches. Null when it was not deleted. */
  readonly deletedOrganizationId?: Maybe<Scalars['ID']['output']>;
  /** Why it was not deleted. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `deletePermission`. */
export type DeletePermissionInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** The permission to delete. */
  readonly permission: PermissionReference;
};

/** Result of `deletePermission`. */
export type DeletePermissionPayload = {
  readonly __typename?: 'DeletePermissionPayload';
  /** The global id of the former permission, for client caches. Null when it was not deleted. */
  readonly deletedPermissionId?: Maybe<Scalars['ID']['output']>;
  /** The key of the former permission. Null when it was not deleted. */
  readonly deletedPermissionKey?: Maybe<Scalars['String']['output']>;
  /** Why the permission was not deleted. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `deleteRole`. */
export type DeleteRoleInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** The role to delete. */
  readonly role: RoleReference;
};

/** Result of `deleteRole`. */
export type DeleteRolePayload = {
  readonly __typename?: 'DeleteRolePayload';
  /** The global id of the former role, for client caches. Null when it was not deleted. */
  readonly deletedRoleId?: Maybe<Scalars['ID']['output']>;
  /** The key of the former role. Null when it was not deleted. */
  readonly deletedRoleKey?: Maybe<Scalars['String']['output']>;
  /** Why the role was not deleted. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `disableOrganizationSignInMethod`. */
export type DisableOrganizationSignInMethodInput = {
  /** Kinde's id of the connection. */
  readonly connectionId: Scalars['ID']['input'];
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
};

/** Result of `disableOrganizationSignInMethod`. */
export type DisableOrganizationSignInMethodPayload = {
  readonly __typename?: 'DisableOrganizationSignInMethodPayload';
  /** The global id of the disabled sign-in method, for client caches. Null when nothing was disabled. */
  readonly disabledOrganizationSignInMethodId?: Maybe<Scalars['ID']['output']>;
  /** The organization, read after the change. Null when nothing was disabled. */
  readonly organization?: Maybe<Organization>;
  /** Why nothing was disabled. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `enableOrganizationSignInMethod`. */
export type EnableOrganizationSignInMethodInput = {
  /** Kinde's id of the connection. */
  readonly connectionId: Scalars['ID']['input'];
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
};

/** Result of `enableOrganizationSignInMethod`. */
export type EnableOrganizationSignInMethodPayload = {
  readonly __typename?: 'EnableOrganizationSignInMethodPayload';
  /** The organization, read after the change. Null when nothing was enabled. */
  readonly organization?: Maybe<Organization>;
  /** The sign-in method, read after the change. Null when it was not enabled. */
  readonly organizationSignInMethod?: Maybe<OrganizationSignInMethod>;
  /** Why nothing was enabled. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A feature flag with the value that it has in the environment. */
export type EnvironmentFeatureFlag = Node & {
  readonly __typename?: 'EnvironmentFeatureFlag';
  /** The global id, made of the key. */
  readonly id: Scalars['ID']['output'];
  /** The flag's key, unique in the environment, for example `theme`. */
  readonly key: Scalars['String']['output'];
  /** The type of the value, as for FeatureFlag. */
  readonly type: FeatureFlagType;
  /** The value, in the JSON type that `type` names; null where Kinde gives none or one of another type. */
  readonly value?: Maybe<Scalars['FeatureFlagValue']['output']>;
};

/** A feature flag with the value that it has for an organization. */
export type FeatureFlag = Node & {
  readonly __typename?: 'FeatureFlag';
  /**
   * The global id, made of the organization's code and the key: an update of the override updates the
   * entry in a client's cache.
   */
  readonly id: Scalars['ID']['output'];
  /** The flag's key, unique in the environment, for example `theme`. */
  readonly key: Scalars['String']['output'];
  /** Whether the organization overrides the flag, or has the environment's value. */
  readonly source: FeatureFlagSource;
  /** The type of the value. Where Kinde names none that this schema knows, it is the JSON type of the value. */
  readonly type: FeatureFlagType;
  /** The value, in the JSON type that `type` names; null where Kinde gives none or one of another type. */
  readonly value?: Maybe<Scalars['FeatureFlagValue']['output']>;
};

/** Where the value of an organization's feature flag comes from. */
export type FeatureFlagSource =
  /** The environment's value applies. */
  | 'ENVIRONMENT'
  /** The organization overrides the flag. */
  | 'ORGANIZATION';

/** The type of a feature flag's value. */
export type FeatureFlagType =
  /** `true` or `false`. */
  | 'BOOLEAN'
  /** A whole number. */
  | 'INTEGER'
  /** Any JSON, as a rule an object. */
  | 'JSON'
  /** Text. */
  | 'STRING';

/** A second factor that a member has set up. */
export type MfaFactor = Node & {
  readonly __typename?: 'MfaFactor';
  /** When the member set it up. */
  readonly createdOn?: Maybe<Scalars['DateTime']['output']>;
  /** Kinde's id of the factor, for example `mfa_0193278a00ac29b3f6d4e4d462d55c47`. */
  readonly factorId: Scalars['ID']['output'];
  /** The global id, for `node(id:)` and for client caches. */
  readonly id: Scalars['ID']['output'];
  /** Whether the member has confirmed it with a code. */
  readonly isVerified?: Maybe<Scalars['Boolean']['output']>;
  /** When it was last used. Null before the first time. */
  readonly lastUsedOn?: Maybe<Scalars['DateTime']['output']>;
  /** The name that Kinde shows, for example the e-mail address that codes are sent to. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** The kind of factor. Null also for one that this schema doesn't know yet. */
  readonly type?: Maybe<MfaFactorType>;
  /** How often it was used. */
  readonly usageCount?: Maybe<Scalars['Int']['output']>;
};

/** A second factor that members can sign in with. */
export type MfaFactorType =
  /** A code from an authenticator app. */
  | 'AUTHENTICATOR_APP'
  /** A code sent by e-mail. */
  | 'EMAIL'
  /** A code sent by text message. */
  | 'SMS';

/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type Mutation = {
  readonly __typename?: 'Mutation';
  /**
   * Give a member a scope of one of your APIs. No field lists the scopes that a member has, because Kinde
   * has no read for them.
   */
  readonly addOrganizationUserApiScope?: Maybe<AddOrganizationUserApiScopePayload>;
  /** Grant a member a permission directly. */
  readonly addOrganizationUserPermission?: Maybe<AddOrganizationUserPermissionPayload>;
  /** Add a role to a member. */
  readonly addOrganizationUserRole?: Maybe<AddOrganizationUserRolePayload>;
  /**
   * Add users to an organization. The gateway sends them to Kinde in batches of 100, one batch at a time,
   * and reports the result of each user.
   */
  readonly addOrganizationUsers?: Maybe<AddOrganizationUsersPayload>;
  /**
   * Create an organization and, if you name some, add its first users. They are two writes: if the second
   * one fails, `userErrors` says that the organization exists, and `deleteOnFailure` deletes it again.
   */
  readonly createOrganization?: Maybe<CreateOrganizationPayload>;
  /**
   * Invite a person to an organization by e-mail address. Kinde refuses an address that has a pending
   * invitation or belongs to a member. To send an invitation again, revoke it and create another.
   */
  readonly createOrganizationInvite?: Maybe<CreateOrganizationInvitePayload>;
  /** Create a permission, for all organizations of the environment. Nobody has it yet. */
  readonly createPermission?: Maybe<CreatePermissionPayload>;
  /** Create a role, for all organizations of the environment. It grants nothing yet. */
  readonly createRole?: Maybe<CreateRolePayload>;
  /** Delete an organization's override of one feature flag. The environment's value applies again. */
  readonly deleteFeatureFlagOverride?: Maybe<DeleteFeatureFlagOverridePayload>;
  /** Delete all of an organization's feature flag overrides. */
  readonly deleteFeatureFlagOverrides?: Maybe<DeleteFeatureFlagOverridesPayload>;
  /** Delete an organization with its memberships and flag overrides. This can't be undone. */
  readonly deleteOrganization?: Maybe<DeleteOrganizationPayload>;
  /** Delete an organization's handle. `updateOrganization` can only replace it. */
  readonly deleteOrganizationHandle?: Maybe<DeleteOrganizationHandlePayload>;
  /** Delete a logo of an organization. Succeeds as well when there is none of the type. */
  readonly deleteOrganizationLogo?: Maybe<DeleteOrganizationLogoPayload>;
  /** Delete a permission. All roles and members who have it lose it. This can't be undone. */
  readonly deletePermission?: Maybe<DeletePermissionPayload>;
  /** Delete a role. Everybody who has it, in any organization, loses it. This can't be undone. */
  readonly deleteRole?: Maybe<DeleteRolePayload>;
  /** Disable a way to sign in, which Kinde calls a connection, for an organization. */
  readonly disableOrganizationSignInMethod?: Maybe<DisableOrganizationSignInMethodPayload>;
  /** Enable a way to sign in, which Kinde calls a connection, for an organization. */
  readonly enableOrganizationSignInMethod?: Maybe<EnableOrganizationSignInMethodPayload>;
  /**
   * Refresh a person's claims: the next token that the person's application gets has its present roles and
   * permissions, although the present one hasn't expired.
   */
  readonly refreshUserClaims?: Maybe<RefreshUserClaimsPayload>;
  /** Remove a member from an organization. */
  readonly removeOrganizationUser?: Maybe<RemoveOrganizationUserPayload>;
  /** Take a scope of one of your APIs from a member. */
  readonly removeOrganizationUserApiScope?: Maybe<RemoveOrganizationUserApiScopePayload>;
  /** Revoke a permission that a member was granted directly. Permissions through roles stay. */
  readonly removeOrganizationUserPermission?: Maybe<RemoveOrganizationUserPermissionPayload>;
  /** Remove a role from a member. */
  readonly removeOrganizationUserRole?: Maybe<RemoveOrganizationUserRolePayload>;
  /**
   * Remove members from an organization. The gateway sends them to Kinde in batches of 100, one batch at a
   * time, and reports the result of each. Kinde asks for `update:organization_users` here, and for
   * `delete:organization_users` in `removeOrganizationUser`.
   */
  readonly removeOrganizationUsers?: Maybe<RemoveOrganizationUsersPayload>;
  /** Reset all second factors of a member, for example when the telephone is lost. */
  readonly resetOrganizationUserMfa?: Maybe<ResetOrganizationUserMfaPayload>;
  /** Reset one second factor of a member, who must set it up again. */
  readonly resetOrganizationUserMfaFactor?: Maybe<ResetOrganizationUserMfaFactorPayload>;
  /** Revoke a pending invitation. It stays readable, with the status REVOKED. */
  readonly revokeOrganizationInvite?: Maybe<RevokeOrganizationInvitePayload>;
  /**
   * Set what a role grants, in every organization: adds the permissions that it lacks and removes all
   * others. Reads what it grants first, bypassing the cache, and calls Kinde only if something changes. Kinde
   * takes 100 changes at a time, additions first. Where it refuses some, those sent before stay: repeat the
   * mutation, with the same `idempotencyKey` if it had one, which sends what is still missing.
   */
  readonly setRolePermissions?: Maybe<SetRolePermissionsPayload>;
  /** Override a feature flag for an organization. */
  readonly updateFeatureFlagOverride?: Maybe<UpdateFeatureFlagOverridePayload>;
  /** Update an organization. Omitted properties don't change. */
  readonly updateOrganization?: Maybe<UpdateOrganizationPayload>;
  /**
   * Set which second factors an organization's members can use. It replaces the previous factors. The
   * policy is write-only: Kinde has no read for it. Whether members must use a factor is `isMfaRequired`
   * of `updateOrganization`.
   */
  readonly updateOrganizationMfaPolicy?: Maybe<UpdateOrganizationMfaPolicyPayload>;
  /** Override the environment's passkey policy for an organization, or stop overriding it. */
  readonly updateOrganizationPasskeyPolicy?: Maybe<UpdateOrganizationPasskeyPolicyPayload>;
  /** Set the values of several properties of an organization in one call. Other properties stay as they are. */
  readonly updateOrganizationProperties?: Maybe<UpdateOrganizationPropertiesPayload>;
  /** Set the value of one property of an organization. */
  readonly updateOrganizationProperty?: Maybe<UpdateOrganizationPropertyPayload>;
  /**
   * Change how long the sessions of an organization's members last. Values that are left out stay as they
   * are. The policy is write-only: Kinde has no read for it.
   */
  readonly updateOrganizationSessionPolicy?: Maybe<UpdateOrganizationSessionPolicyPayload>;
  /**
   * Change the roles and direct permissions of members, and report the result of each. A user who is not a
   * member is not added.
   *
   * Kinde's specification doesn't say whether its bulk update replaces the roles that a member has or adds to
   * them. This mutation is right either way: it reads the members' roles, sends to Kinde in batches of 100
   * what they should be, reads them again where roles were removed, and removes one by one what is left.
   * Permissions are granted and revoked one by one, since Kinde doesn't say which ones a member has directly.
   *
   * It also requires the scopes of what it does:
   * `delete:organization_user_roles` where it removes roles, `create:organization_user_permissions` and
   * `delete:organization_user_permissions` where it changes permissions. If somebody else changes the same
   * member's roles at the same moment, one of the two changes may be lost.
   */
  readonly updateOrganizationUsers?: Maybe<UpdateOrganizationUsersPayload>;
  /** Change a permission. Reads it first, bypassing the cache, and sends Kinde all of it. */
  readonly updatePermission?: Maybe<UpdatePermissionPayload>;
  /** Change a role. Reads it first, bypassing the cache, because Kinde wants its name and key with every change. */
  readonly updateRole?: Maybe<UpdateRolePayload>;
  /** Upload a logo of an organization. It replaces the logo of the same type. */
  readonly uploadOrganizationLogo?: Maybe<UploadOrganizationLogoPayload>;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationAddOrganizationUserApiScopeArgs = {
  input: AddOrganizationUserApiScopeInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationAddOrganizationUserPermissionArgs = {
  input: AddOrganizationUserPermissionInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationAddOrganizationUserRoleArgs = {
  input: AddOrganizationUserRoleInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationAddOrganizationUsersArgs = {
  input: AddOrganizationUsersInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationCreateOrganizationArgs = {
  input: CreateOrganizationInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationCreateOrganizationInviteArgs = {
  input: CreateOrganizationInviteInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationCreatePermissionArgs = {
  input: CreatePermissionInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationCreateRoleArgs = {
  input: CreateRoleInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationDeleteFeatureFlagOverrideArgs = {
  input: DeleteFeatureFlagOverrideInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationDeleteFeatureFlagOverridesArgs = {
  input: DeleteFeatureFlagOverridesInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationDeleteOrganizationArgs = {
  input: DeleteOrganizationInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationDeleteOrganizationHandleArgs = {
  input: DeleteOrganizationHandleInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationDeleteOrganizationLogoArgs = {
  input: DeleteOrganizationLogoInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationDeletePermissionArgs = {
  input: DeletePermissionInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationDeleteRoleArgs = {
  input: DeleteRoleInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationDisableOrganizationSignInMethodArgs = {
  input: DisableOrganizationSignInMethodInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationEnableOrganizationSignInMethodArgs = {
  input: EnableOrganizationSignInMethodInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationRefreshUserClaimsArgs = {
  input: RefreshUserClaimsInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationRemoveOrganizationUserArgs = {
  input: RemoveOrganizationUserInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationRemoveOrganizationUserApiScopeArgs = {
  input: RemoveOrganizationUserApiScopeInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationRemoveOrganizationUserPermissionArgs = {
  input: RemoveOrganizationUserPermissionInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationRemoveOrganizationUserRoleArgs = {
  input: RemoveOrganizationUserRoleInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationRemoveOrganizationUsersArgs = {
  input: RemoveOrganizationUsersInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationResetOrganizationUserMfaArgs = {
  input: ResetOrganizationUserMfaInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationResetOrganizationUserMfaFactorArgs = {
  input: ResetOrganizationUserMfaFactorInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationRevokeOrganizationInviteArgs = {
  input: RevokeOrganizationInviteInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationSetRolePermissionsArgs = {
  input: SetRolePermissionsInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationUpdateFeatureFlagOverrideArgs = {
  input: UpdateFeatureFlagOverrideInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationUpdateOrganizationArgs = {
  input: UpdateOrganizationInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationUpdateOrganizationMfaPolicyArgs = {
  input: UpdateOrganizationMfaPolicyInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationUpdateOrganizationPasskeyPolicyArgs = {
  input: UpdateOrganizationPasskeyPolicyInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationUpdateOrganizationPropertiesArgs = {
  input: UpdateOrganizationPropertiesInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationUpdateOrganizationPropertyArgs = {
  input: UpdateOrganizationPropertyInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationUpdateOrganizationSessionPolicyArgs = {
  input: UpdateOrganizationSessionPolicyInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationUpdateOrganizationUsersArgs = {
  input: UpdateOrganizationUsersInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationUpdatePermissionArgs = {
  input: UpdatePermissionInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationUpdateRoleArgs = {
  input: UpdateRoleInput;
};


/**
 * All writes. A mutation does what you ask, or says in `userErrors` why it didn't. Each write is sent to
 * Kinde once and never retried automatically.
 *
 * The mutations of an operation run one after the other. One that fails is null, with an error at its
 * path; the others still run.
 *
 * Every input takes an `idempotencyKey`, which makes a retry safe: the same mutation with the same key
 * and input, from the same caller, writes once and returns the first result again. docs/mutations.md
 * tells you how long keys are kept, and what happens in each kind of failure. While the gateway can't
 * store keys, a mutation with one is refused unsent as IDEMPOTENCY_UNAVAILABLE.
 */
export type MutationUploadOrganizationLogoArgs = {
  input: UploadOrganizationLogoInput;
};

/** An object that can be read by its global id. */
export type Node = {
  /** Opaque, and unique across all types. Don't parse it: Kinde's own ids have fields of their own. */
  readonly id: Scalars['ID']['output'];
};

/** A tenant of the Kinde environment: a business with its members, their roles and its feature flags. */
export type Organization = Node & {
  readonly __typename?: 'Organization';
  /** The e-mail domains whose users may join on their own. */
  readonly allowedDomains?: Maybe<ReadonlyArray<Maybe<Scalars['String']['output']>>>;
  /** The billing customer and its agreements. Null when there are none. */
  readonly billing?: Maybe<OrganizationBilling>;
  /** How Kinde's pages look to the members. */
  readonly branding?: Maybe<OrganizationBranding>;
  /** Kinde's code of the organization, for example `org_1ccfb819462`. */
  readonly code: Scalars['ID']['output'];
  /** When the organization was created. */
  readonly createdOn?: Maybe<Scalars['DateTime']['output']>;
  /** The id of this organization in your own system. Null when there is none. */
  readonly externalId?: Maybe<Scalars['String']['output']>;
  /** One feature flag. Null without an override, unless `includeInherited` is given. */
  readonly featureFlag?: Maybe<FeatureFlag>;
  /**
   * The feature flags that the organization overrides, sorted by key. Other flags have the environment's
   * value: `includeInherited` adds them.
   */
  readonly featureFlags?: Maybe<ReadonlyArray<Maybe<FeatureFlag>>>;
  /** The unique handle that sign-in URLs may carry. Null when there is none. */
  readonly handle?: Maybe<Scalars['String']['output']>;
  /** The global id, for `node(id:)` and for client caches. */
  readonly id: Scalars['ID']['output'];
  /** One invitation, in any state. Null when it doesn't exist. */
  readonly invite?: Maybe<OrganizationInvite>;
  /** The organization's invitations. Only pending ones unless asked for others. */
  readonly invites?: Maybe<OrganizationInviteConnection>;
  /** Whether users become members when they sign in. */
  readonly isAutoMembershipEnabled?: Maybe<Scalars['Boolean']['output']>;
  /** Whether this is the environment's default organization. */
  readonly isDefault?: Maybe<Scalars['Boolean']['output']>;
  /** Whether the organization is suspended, so that its members cannot sign in to it. */
  readonly isSuspended?: Maybe<Scalars['Boolean']['output']>;
  /**
   * The logos on the pages that Kinde shows for the organization, at most one of each type. One upstream
   * call for each organization.
   */
  readonly logos?: Maybe<ReadonlyArray<Maybe<OrganizationLogo>>>;
  /** The name that people see. Null where Kinde gives none. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** Whether members may or must sign in with passkeys. */
  readonly passkeyPolicy?: Maybe<PasskeyPolicy>;
  /** The organization's properties, with and without a value. One upstream call for each organization. */
  readonly properties?: Maybe<ReadonlyArray<Maybe<OrganizationProperty>>>;
  /** The address of e-mails that Kinde sends for the organization. Null for the environment's. */
  readonly senderEmail?: Maybe<Scalars['String']['output']>;
  /** The name in e-mails that Kinde sends for the organization. Null for the environment's. */
  readonly senderName?: Maybe<Scalars['String']['output']>;
  /**
   * The ways to sign in that are enabled for the organization. Kinde calls them connections. One upstream
   * call for each organization.
   */
  readonly signInMethods?: Maybe<ReadonlyArray<Maybe<OrganizationSignInMethod>>>;
  /** When the organization was suspended. Null when it is not. */
  readonly suspendedOn?: Maybe<Scalars['DateTime']['output']>;
  /**
   * One member. Null for a user who is not a member. Whether the user is one takes a single call, with
   * `read:users` or `read:organization_user_roles`; without both, the gateway goes through the members.
   */
  readonly user?: Maybe<OrganizationUser>;
  /** The organization's members. */
  readonly users?: Maybe<OrganizationUserConnection>;
};


/** A tenant of the Kinde environment: a business with its members, their roles and its feature flags. */
export type OrganizationFeatureFlagArgs = {
  includeInherited?: Scalars['Boolean']['input'];
  key: Scalars['String']['input'];
};


/** A tenant of the Kinde environment: a business with its members, their roles and its feature flags. */
export type OrganizationFeatureFlagsArgs = {
  includeInherited?: Scalars['Boolean']['input'];
};


/** A tenant of the Kinde environment: a business with its members, their roles and its feature flags. */
export type OrganizationInviteArgs = {
  code: Scalars['ID']['input'];
};


/** A tenant of the Kinde environment: a business with its members, their roles and its feature flags. */
export type OrganizationInvitesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  includeAccepted?: Scalars['Boolean']['input'];
  includeRevoked?: Scalars['Boolean']['input'];
  sort?: InputMaybe<OrganizationInviteSortOrder>;
};


/** A tenant of the Kinde environment: a business with its members, their roles and its feature flags. */
export type OrganizationUserArgs = {
  userId: Scalars['ID']['input'];
};


/** A tenant of the Kinde environment: a business with its members, their roles and its feature flags. */
export type OrganizationUsersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  permissions?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  roles?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  search?: InputMaybe<Scalars['String']['input']>;
  sort?: InputMaybe<OrganizationUserSortOrder>;
};

/** The organization's billing customer and agreements. */
export type OrganizationBilling = {
  readonly __typename?: 'OrganizationBilling';
  /** The agreements in force. */
  readonly agreements?: Maybe<ReadonlyArray<Maybe<BillingAgreement>>>;
  /** The id of the billing customer. */
  readonly customerId?: Maybe<Scalars['ID']['output']>;
};

/** How Kinde's pages look to an organization's members. Null means the environment's own. */
export type OrganizationBranding = {
  readonly __typename?: 'OrganizationBranding';
  /** The colour behind the page. */
  readonly backgroundColor?: Maybe<Color>;
  /** The colour behind the page when it is dark. */
  readonly backgroundColorDark?: Maybe<Color>;
  /** The radius of a button's corners, in pixels. */
  readonly buttonBorderRadius?: Maybe<Scalars['Int']['output']>;
  /** The colour of buttons. */
  readonly buttonColor?: Maybe<Color>;
  /** The colour of buttons on dark pages. */
  readonly buttonColorDark?: Maybe<Color>;
  /** The colour of text on buttons. */
  readonly buttonTextColor?: Maybe<Color>;
  /** The colour of text on buttons on dark pages. */
  readonly buttonTextColorDark?: Maybe<Color>;
  /** The radius of a card's corners, in pixels. */
  readonly cardBorderRadius?: Maybe<Scalars['Int']['output']>;
  /** The value of the pages' CSS `color-scheme`, for example `light dark`. */
  readonly colorScheme?: Maybe<Scalars['String']['output']>;
  /** URL of the favicon for browsers without SVG. */
  readonly faviconFallback?: Maybe<Scalars['String']['output']>;
  /** URL of the favicon as an SVG. */
  readonly faviconSvg?: Maybe<Scalars['String']['output']>;
  /** The radius of an input's corners, in pixels. */
  readonly inputBorderRadius?: Maybe<Scalars['Int']['output']>;
  /** The colour of links. */
  readonly linkColor?: Maybe<Color>;
  /** The colour of links on dark pages. */
  readonly linkColorDark?: Maybe<Color>;
  /** URL of the logo on light pages. */
  readonly logo?: Maybe<Scalars['String']['output']>;
  /** URL of the logo on dark pages. */
  readonly logoDark?: Maybe<Scalars['String']['output']>;
  /** The theme of the pages. Null also for a theme that this schema doesn't know yet. */
  readonly themeCode?: Maybe<ThemeCode>;
};

/** The colours and theme of the pages that Kinde shows for an organization. Colours are CSS hex values. */
export type OrganizationBrandingInput = {
  /** The colour behind the page. */
  readonly backgroundColor?: InputMaybe<Scalars['String']['input']>;
  /** The colour behind the page when it is dark. */
  readonly backgroundColorDark?: InputMaybe<Scalars['String']['input']>;
  /** The colour of buttons. */
  readonly buttonColor?: InputMaybe<Scalars['String']['input']>;
  /** The colour of buttons on dark pages. */
  readonly buttonColorDark?: InputMaybe<Scalars['String']['input']>;
  /** The colour of text on buttons. */
  readonly buttonTextColor?: InputMaybe<Scalars['String']['input']>;
  /** The colour of text on buttons on dark pages. */
  readonly buttonTextColorDark?: InputMaybe<Scalars['String']['input']>;
  /** The colour of links. */
  readonly linkColor?: InputMaybe<Scalars['String']['input']>;
  /** The colour of links on dark pages. */
  readonly linkColorDark?: InputMaybe<Scalars['String']['input']>;
  /** The theme of the pages. */
  readonly themeCode?: InputMaybe<ThemeCode>;
};

/** A page of organizations. */
export type OrganizationConnection = {
  readonly __typename?: 'OrganizationConnection';
  /** The organizations, each with its cursor. */
  readonly edges: ReadonlyArray<OrganizationEdge>;
  /** The organizations. An entry that Kinde sent in an unusable form is null, with an error at its path. */
  readonly nodes: ReadonlyArray<Maybe<Organization>>;
  /** Information about this page. */
  readonly pageInfo: PageInfo;
};

/** An organization in a list. */
export type OrganizationEdge = {
  readonly __typename?: 'OrganizationEdge';
  /** Cursor of this organization: pass it as `after` to get the organizations after it. */
  readonly cursor: Scalars['String']['output'];
  /** The organization. Null, with an error, if Kinde sent it in an unusable form. */
  readonly node?: Maybe<Organization>;
};

/** An invitation to join an organization, sent to an e-mail address. */
export type OrganizationInvite = Node & {
  readonly __typename?: 'OrganizationInvite';
  /** When the invitation was accepted. Null before that. */
  readonly acceptedOn?: Maybe<Scalars['DateTime']['output']>;
  /** Kinde's code of the invitation. Keep it secret: it is part of `inviteLink`. */
  readonly code: Scalars['ID']['output'];
  /** When the invitation was created. */
  readonly createdOn?: Maybe<Scalars['DateTime']['output']>;
  /** The address that is invited. */
  readonly email?: Maybe<Scalars['String']['output']>;
  /** The first name. Null when none was given. */
  readonly firstName?: Maybe<Scalars['String']['output']>;
  /** First and last name. */
  readonly fullName?: Maybe<Scalars['String']['output']>;
  /** The global id, for `node(id:)` and for client caches. */
  readonly id: Scalars['ID']['output'];
  /** The page where the user accepts. Keep it secret: anybody who has it can use it. */
  readonly inviteLink?: Maybe<Scalars['String']['output']>;
  /** Whether Kinde has queued the e-mail. It doesn't say that the e-mail was delivered. */
  readonly isSent?: Maybe<Scalars['Boolean']['output']>;
  /** The last name. Null when none was given. */
  readonly lastName?: Maybe<Scalars['String']['output']>;
  /** The organization that the person is invited to. */
  readonly organization?: Maybe<Organization>;
  /** The roles that the person gets on joining. */
  readonly roles: ReadonlyArray<Maybe<Role>>;
  /** Whether the invitation is pending, accepted or revoked. */
  readonly status: OrganizationInviteStatus;
};

/** A page of invitations. */
export type OrganizationInviteConnection = {
  readonly __typename?: 'OrganizationInviteConnection';
  /** The invitations, each with its cursor. */
  readonly edges: ReadonlyArray<OrganizationInviteEdge>;
  /** The invitations. One that Kinde sent unusable is null, with an error at its path. */
  readonly nodes: ReadonlyArray<Maybe<OrganizationInvite>>;
  /** The page's place in the list. */
  readonly pageInfo: PageInfo;
};

/** An invitation in a list. */
export type OrganizationInviteEdge = {
  readonly __typename?: 'OrganizationInviteEdge';
  /** Pass it as `after` to get the invitations after this one. */
  readonly cursor: Scalars['String']['output'];
  /** The invitation. Null, with an error, if Kinde sent it unusable. */
  readonly node?: Maybe<OrganizationInvite>;
};

/** The order of a list of invitations. */
export type OrganizationInviteSortOrder =
  /** By creation, oldest first. */
  | 'CREATED_ON_ASC'
  /** By creation, newest first. */
  | 'CREATED_ON_DESC'
  /** By e-mail address, A to Z. */
  | 'EMAIL_ASC'
  /** By e-mail address, Z to A. */
  | 'EMAIL_DESC'
  /** By name, A to Z. */
  | 'NAME_ASC'
  /** By name, Z to A. */
  | 'NAME_DESC';

/** What has happened to an invitation. */
export type OrganizationInviteStatus =
  /** The person has joined. */
  | 'ACCEPTED'
  /** Not accepted yet. */
  | 'PENDING'
  /** It can no longer be accepted. */
  | 'REVOKED';

/** A logo on the pages that Kinde shows for an organization. */
export type OrganizationLogo = Node & {
  readonly __typename?: 'OrganizationLogo';
  /** The name of the uploaded file. */
  readonly fileName?: Maybe<Scalars['String']['output']>;
  /** The global id, made of the organization's code and the type. */
  readonly id: Scalars['ID']['output'];
  /** The path of the image on your Kinde domain, for example `/logo?p_org_code=org_1ccfb819462`. */
  readonly path?: Maybe<Scalars['String']['output']>;
  /** The pages that show the logo. Null for a type that this schema doesn't know yet. */
  readonly type?: Maybe<OrganizationLogoType>;
};

/** The pages that show a logo. */
export type OrganizationLogoType =
  /** Pages with a dark theme. */
  | 'DARK'
  /** Pages with a light theme. */
  | 'LIGHT';

/** A value of your own about an organization, such as its industry, under a key that the environment defines. */
export type OrganizationProperty = Node & {
  readonly __typename?: 'OrganizationProperty';
  /** What the property is for. Null where the environment doesn't say. */
  readonly description?: Maybe<Scalars['String']['output']>;
  /** The global id, made of the organization's code and the key. */
  readonly id: Scalars['ID']['output'];
  /** The key, unique in the environment, for example `industry`. */
  readonly key: Scalars['String']['output'];
  /** The name that people see in Kinde. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** Kinde's id of the property. */
  readonly propertyId?: Maybe<Scalars['ID']['output']>;
  /** The organization's value. Null where it has none. */
  readonly value?: Maybe<Scalars['String']['output']>;
};

/** A property to set. */
export type OrganizationPropertyInput = {
  /** The property's key. */
  readonly key: Scalars['String']['input'];
  /** The new value. */
  readonly value: Scalars['String']['input'];
};

/**
 * A way to sign in that is enabled for an organization, such as Google, a code by e-mail or a company's
 * SAML. Kinde calls it a connection, a word that means a page of a list in GraphQL.
 */
export type OrganizationSignInMethod = Node & {
  readonly __typename?: 'OrganizationSignInMethod';
  /** Kinde's id of the connection, for example `conn_0192c16abb53b44277e597d31877ba5b`. */
  readonly connectionId: Scalars['ID']['output'];
  /** The name that people see when they sign in. */
  readonly displayName?: Maybe<Scalars['String']['output']>;
  /** The global id, made of the organization's code and the connection's id. */
  readonly id: Scalars['ID']['output'];
  /** The name of the connection in Kinde. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** Kinde's name of the protocol and the provider, for example `oauth2:google`. */
  readonly strategy?: Maybe<Scalars['String']['output']>;
};

/** The order of a list of organizations. */
export type OrganizationSortOrder =
  /** By name, A to Z. */
  | 'NAME_ASC'
  /** By name, Z to A. */
  | 'NAME_DESC';

/**
 * A member: a user in one organization. A user in two organizations is two members, each with its own
 * `id` and roles.
 */
export type OrganizationUser = Node & {
  readonly __typename?: 'OrganizationUser';
  /** The e-mail address. Null when Kinde has none. */
  readonly email?: Maybe<Scalars['String']['output']>;
  /** The first name. */
  readonly firstName?: Maybe<Scalars['String']['output']>;
  /** First and last name. */
  readonly fullName?: Maybe<Scalars['String']['output']>;
  /** The global id of this membership, for `node(id:)` and for client caches. */
  readonly id: Scalars['ID']['output'];
  /** Whether the member is suspended in this organization. */
  readonly isSuspended?: Maybe<Scalars['Boolean']['output']>;
  /** When the member joined this organization. */
  readonly joinedOn?: Maybe<Scalars['DateTime']['output']>;
  /** When the member was last active in this organization. Null before the first time. */
  readonly lastAccessedOn?: Maybe<Scalars['DateTime']['output']>;
  /** The last name. */
  readonly lastName?: Maybe<Scalars['String']['output']>;
  /**
   * The second factors that the member has set up. Kinde's specification shows one factor in a response,
   * so others may be missing here.
   */
  readonly mfaFactors?: Maybe<ReadonlyArray<Maybe<MfaFactor>>>;
  /** The organization of this membership. */
  readonly organization?: Maybe<Organization>;
  /** The same permissions, each with the roles that grant it. */
  readonly permissionGrants?: Maybe<ReadonlyArray<Maybe<PermissionGrant>>>;
  /**
   * The member's permissions in this organization, direct ones and those through roles: one call for each
   * member. `roles { permissions }` takes one call for each role, and lacks the direct ones.
   */
  readonly permissions?: Maybe<ReadonlyArray<Maybe<Permission>>>;
  /** URL of the profile picture. Null when there is none. */
  readonly picture?: Maybe<Scalars['String']['output']>;
  /** The member's roles in this organization. */
  readonly roles?: Maybe<ReadonlyArray<Maybe<Role>>>;
  /** The person who is the member, beyond this organization. */
  readonly user?: Maybe<User>;
  /** Kinde's id of the user, the same in all organizations. */
  readonly userId: Scalars['ID']['output'];
};

/** A user to add. */
export type OrganizationUserAdditionInput = {
  /** The permissions to grant directly. */
  readonly permissions?: InputMaybe<ReadonlyArray<PermissionReference>>;
  /** The roles to assign. */
  readonly roles?: InputMaybe<ReadonlyArray<RoleReference>>;
  /** Kinde's id of the user. */
  readonly userId: Scalars['ID']['input'];
};

/** A member to update. At least one of the lists is required. */
export type OrganizationUserChangeInput = {
  /** Permissions to grant directly: a call to Kinde for each. */
  readonly addPermissions?: InputMaybe<ReadonlyArray<PermissionReference>>;
  /** Roles that the member should have besides those it has. */
  readonly addRoles?: InputMaybe<ReadonlyArray<RoleReference>>;
  /** Direct permissions to revoke: a call to Kinde for each. */
  readonly removePermissions?: InputMaybe<ReadonlyArray<PermissionReference>>;
  /** Roles that the member should no longer have. */
  readonly removeRoles?: InputMaybe<ReadonlyArray<RoleReference>>;
  /** The roles that the member should have, and no others. Without `addRoles` and `removeRoles`. */
  readonly setRoles?: InputMaybe<ReadonlyArray<RoleReference>>;
  /** Kinde's id of the user. */
  readonly userId: Scalars['ID']['input'];
};

/** A page of an organization's members. */
export type OrganizationUserConnection = {
  readonly __typename?: 'OrganizationUserConnection';
  /** The members, each with its cursor. */
  readonly edges: ReadonlyArray<OrganizationUserEdge>;
  /** The members. An entry that Kinde sent in an unusable form is null, with an error at its path. */
  readonly nodes: ReadonlyArray<Maybe<OrganizationUser>>;
  /** Information about this page. */
  readonly pageInfo: PageInfo;
};

/** A member in a list. */
export type OrganizationUserEdge = {
  readonly __typename?: 'OrganizationUserEdge';
  /** Cursor of this member: pass it as `after` to get the members after it. */
  readonly cursor: Scalars['String']['output'];
  /** The member. Null, with an error, if Kinde sent it in an unusable form. */
  readonly node?: Maybe<OrganizationUser>;
};

/** The order of a list of members. */
export type OrganizationUserSortOrder =
  /** By e-mail address, A to Z. */
  | 'EMAIL_ASC'
  /** By e-mail address, Z to A. */
  | 'EMAIL_DESC'
  /** By name, A to Z. */
  | 'NAME_ASC'
  /** By name, Z to A. */
  | 'NAME_DESC';

/** Information about a page of a connection. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** The cursor of the last edge. Pass it as `after` to get the next page. Null on an empty page. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether more items follow this page. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /**
   * Whether this page follows a cursor, so that it isn't the first page. Kinde's lists can only be read
   * forward.
   */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of the first edge. Null on an empty page. */
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

/** Whether an organization's members may or must sign in with passkeys. */
export type PasskeyPolicy = {
  readonly __typename?: 'PasskeyPolicy';
  /** The environment's policy, which applies unless the organization overrides it. */
  readonly environmentRequirement?: Maybe<PasskeyRequirement>;
  /** Whether passkeys can be used. */
  readonly isEnabled?: Maybe<Scalars['Boolean']['output']>;
  /** Whether the organization overrides the environment's policy. */
  readonly isOverridden?: Maybe<Scalars['Boolean']['output']>;
  /** The policy in force. Null also for one that this schema doesn't know yet. */
  readonly requirement?: Maybe<PasskeyRequirement>;
};

/** Whether passkeys are used. */
export type PasskeyRequirement =
  /** Members must use a passkey. */
  | 'MANDATORY'
  /** Passkeys can't be used. */
  | 'OFF'
  /** Members may use a passkey. */
  | 'OPTIONAL';

/** A permission that the environment defines. */
export type Permission = Node & {
  readonly __typename?: 'Permission';
  /** What the permission allows. Null when it has no description. */
  readonly description?: Maybe<Scalars['String']['output']>;
  /** The global id, made of the key. */
  readonly id: Scalars['ID']['output'];
  /** The key, unique in the environment, for example `read:invoices`. Tokens carry it. */
  readonly key: Scalars['String']['output'];
  /** The name that people see. Null where Kinde gives none. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** Kinde's id of the permission. */
  readonly permissionId: Scalars['ID']['output'];
};

/** A page of permissions. */
export type PermissionConnection = {
  readonly __typename?: 'PermissionConnection';
  /** The permissions, each with its cursor. */
  readonly edges: ReadonlyArray<PermissionEdge>;
  /** The permissions. An entry that Kinde sent in an unusable form is null, with an error at its path. */
  readonly nodes: ReadonlyArray<Maybe<Permission>>;
  /** Information about this page. */
  readonly pageInfo: PageInfo;
};

/** A permission in a list. */
export type PermissionEdge = {
  readonly __typename?: 'PermissionEdge';
  /** Cursor of this permission: pass it as `after` to get the permissions after it. */
  readonly cursor: Scalars['String']['output'];
  /** The permission. Null, with an error, if Kinde sent it in an unusable form. */
  readonly node?: Maybe<Permission>;
};

/** A member's permission, with the roles that grant it. */
export type PermissionGrant = {
  readonly __typename?: 'PermissionGrant';
  /** The permission. */
  readonly permission: Permission;
  /** The member's roles that include it. Empty when it is only granted directly. */
  readonly roles: ReadonlyArray<Maybe<Role>>;
};

/**
 * A permission, by key or by id. When Kinde needs the other one, the gateway looks it up, which
 * requires `read:permissions`.
 */
export type PermissionReference =
  /** The permission's key, for example `read:invoices`. */
  { readonly key: Scalars['String']['input']; readonly permissionId?: never; }
  |  /** Kinde's id of the permission. */
  { readonly key?: never; readonly permissionId: Scalars['ID']['input']; };

/** All reads. */
export type Query = {
  readonly __typename?: 'Query';
  /**
   * The environment's feature flags, sorted by key, as far as Kinde lists them. Organizations can override
   * them.
   */
  readonly featureFlags?: Maybe<ReadonlyArray<Maybe<EnvironmentFeatureFlag>>>;
  /** Any object by its global id. Null when it doesn't exist. A malformed id is BAD_USER_INPUT. */
  readonly node?: Maybe<Node>;
  /** Objects by their global ids, in the same order, with null for those that don't exist. */
  readonly nodes: ReadonlyArray<Maybe<Node>>;
  /** The organization with this code. Null when it doesn't exist. */
  readonly organization?: Maybe<Organization>;
  /**
   * The organization with this id in your own system. Null when none has it. If several have it, one of
   * them. It costs what `organizationByHandle` costs.
   */
  readonly organizationByExternalId?: Maybe<Organization>;
  /**
   * The organization with this handle. Null when none has it. Kinde has no such read, so the gateway reads
   * the list of organizations, 500 with each call, until it finds the handle, and then that organization.
   * While the list is cached, this takes at most one call. A handle that was set outside the gateway is
   * found once the cached list has expired.
   */
  readonly organizationByHandle?: Maybe<Organization>;
  /** The organizations of the Kinde environment. */
  readonly organizations?: Maybe<OrganizationConnection>;
  /** The permissions that the environment defines. */
  readonly permissions?: Maybe<PermissionConnection>;
  /**
   * What is left of the cost that the caller may use in a minute. Null where this gateway sets no limit.
   * Takes no call to Kinde.
   */
  readonly rateLimit?: Maybe<RateLimit>;
  /** The roles that the environment defines. */
  readonly roles?: Maybe<RoleConnection>;
  /** A person. Null when the environment has nobody with this id. */
  readonly user?: Maybe<User>;
  /**
   * The people of the environment, whether they are members of an organization or not. Takes at most one
   * of `email`, `username`, `phone` and `search`.
   */
  readonly users?: Maybe<UserConnection>;
  /** The caller and what it may do, so that a page can hide what would be refused. Takes no call to Kinde. */
  readonly viewer: Viewer;
};


/** All reads. */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/** All reads. */
export type QueryNodesArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
};


/** All reads. */
export type QueryOrganizationArgs = {
  code: Scalars['ID']['input'];
};


/** All reads. */
export type QueryOrganizationByExternalIdArgs = {
  externalId: Scalars['String']['input'];
};


/** All reads. */
export type QueryOrganizationByHandleArgs = {
  handle: Scalars['String']['input'];
};


/** All reads. */
export type QueryOrganizationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  sort?: InputMaybe<OrganizationSortOrder>;
};


/** All reads. */
export type QueryPermissionsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** All reads. */
export type QueryRolesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** All reads. */
export type QueryUserArgs = {
  userId: Scalars['ID']['input'];
};


/** All reads. */
export type QueryUsersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  email?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  notInOrganization?: InputMaybe<Scalars['ID']['input']>;
  phone?: InputMaybe<Scalars['String']['input']>;
  search?: InputMaybe<Scalars['String']['input']>;
  username?: InputMaybe<Scalars['String']['input']>;
};

/** What a caller may use in a minute, on all replicas together. */
export type RateLimit = {
  readonly __typename?: 'RateLimit';
  /** The cost of this operation, which has been taken already. 0 in later results of a live query. */
  readonly cost: Scalars['Int']['output'];
  /** How much cost the caller may use in a minute. */
  readonly limit: Scalars['Int']['output'];
  /** How much of it is left. */
  readonly remaining: Scalars['Int']['output'];
  /** When all of it is there again. */
  readonly resetsAt: Scalars['DateTime']['output'];
};

/** Input for `refreshUserClaims`. */
export type RefreshUserClaimsInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /**
   * Kinde's code of an organization that the user is a member of. A caller that is limited to one organization
   * must name it, and needs a scope to read its members: `read:organization_users` or
   * `read:organization_user_roles`. Without it, the caller acts for the whole environment.
   */
  readonly organizationCode?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's id of the user. */
  readonly userId: Scalars['ID']['input'];
};

/** Result of `refreshUserClaims`. */
export type RefreshUserClaimsPayload = {
  readonly __typename?: 'RefreshUserClaimsPayload';
  /** Kinde's id of the user. Null when the claims were not refreshed. */
  readonly refreshedUserId?: Maybe<Scalars['ID']['output']>;
  /** Why the claims were not refreshed. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `removeOrganizationUserApiScope`. */
export type RemoveOrganizationUserApiScopeInput = {
  /** Kinde's id of the API. */
  readonly apiId: Scalars['ID']['input'];
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** Kinde's id of the scope. */
  readonly scopeId: Scalars['ID']['input'];
  /** Kinde's id of the user. */
  readonly userId: Scalars['ID']['input'];
};

/** Result of `removeOrganizationUserApiScope`. */
export type RemoveOrganizationUserApiScopePayload = {
  readonly __typename?: 'RemoveOrganizationUserApiScopePayload';
  /** The member, read after the change. Null when the scope was not removed. */
  readonly organizationUser?: Maybe<OrganizationUser>;
  /** Why the scope was not removed. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `removeOrganizationUser`. */
export type RemoveOrganizationUserInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** Kinde's id of the user. */
  readonly userId: Scalars['ID']['input'];
};

/** Result of `removeOrganizationUser`. */
export type RemoveOrganizationUserPayload = {
  readonly __typename?: 'RemoveOrganizationUserPayload';
  /** The organization, read again after the change. Null when nobody was removed. */
  readonly organization?: Maybe<Organization>;
  /** The global id of the former member, for client caches. Null when nobody was removed. */
  readonly removedOrganizationUserId?: Maybe<Scalars['ID']['output']>;
  /** Kinde's id of the user who was removed. Null when nobody was. */
  readonly removedUserId?: Maybe<Scalars['ID']['output']>;
  /** Why nobody was removed. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `removeOrganizationUserPermission`. */
export type RemoveOrganizationUserPermissionInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** The permission to revoke. */
  readonly permission: PermissionReference;
  /** Whether to refresh the claims of the member, so that the next tokens show the change. */
  readonly refreshClaims?: InputMaybe<Scalars['Boolean']['input']>;
  /** Kinde's id of the user. */
  readonly userId: Scalars['ID']['input'];
};

/** Result of `removeOrganizationUserPermission`. */
export type RemoveOrganizationUserPermissionPayload = {
  readonly __typename?: 'RemoveOrganizationUserPermissionPayload';
  /** The member, read again after the change. Null when the permission was not revoked. */
  readonly organizationUser?: Maybe<OrganizationUser>;
  /** Why the permission was not revoked. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `removeOrganizationUserRole`. */
export type RemoveOrganizationUserRoleInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** Whether to refresh the claims of the member, so that the next tokens show the change. */
  readonly refreshClaims?: InputMaybe<Scalars['Boolean']['input']>;
  /** The role to remove. */
  readonly role: RoleReference;
  /** Kinde's id of the user. */
  readonly userId: Scalars['ID']['input'];
};

/** Result of `removeOrganizationUserRole`. */
export type RemoveOrganizationUserRolePayload = {
  readonly __typename?: 'RemoveOrganizationUserRolePayload';
  /** The member, read again after the change. Null when the role was not removed. */
  readonly organizationUser?: Maybe<OrganizationUser>;
  /** Why the role was not removed. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `removeOrganizationUsers`. */
export type RemoveOrganizationUsersInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** Kinde's ids of the members to remove, each of them once. */
  readonly userIds: ReadonlyArray<Scalars['ID']['input']>;
};

/** Result of `removeOrganizationUsers`, member by member. */
export type RemoveOrganizationUsersPayload = {
  readonly __typename?: 'RemoveOrganizationUsersPayload';
  /** The organization, read again after the change. Null when nobody was removed. */
  readonly organization?: Maybe<Organization>;
  /** The global ids of the former members, for client caches. */
  readonly removedOrganizationUserIds: ReadonlyArray<Scalars['ID']['output']>;
  /**
   * Kinde's ids of the former members. If Kinde's response has no list of them, the users who are not
   * members afterwards.
   */
  readonly removedUserIds: ReadonlyArray<Scalars['ID']['output']>;
  /**
   * An error for each user who was not removed, its `field` being `["userIds", "<position>"]`, or an error
   * about the whole input. Empty when all were removed.
   */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `resetOrganizationUserMfaFactor`. */
export type ResetOrganizationUserMfaFactorInput = {
  /** Kinde's id of the factor: the `factorId` of an MfaFactor, not its global `id`. */
  readonly factorId: Scalars['ID']['input'];
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** Kinde's id of the user. */
  readonly userId: Scalars['ID']['input'];
};

/** Result of `resetOrganizationUserMfaFactor`. */
export type ResetOrganizationUserMfaFactorPayload = {
  readonly __typename?: 'ResetOrganizationUserMfaFactorPayload';
  /** The global id of the former factor, for client caches. Null when it was not reset. */
  readonly deletedMfaFactorId?: Maybe<Scalars['ID']['output']>;
  /** The member, read after the change. Null when the factor was not reset. */
  readonly organizationUser?: Maybe<OrganizationUser>;
  /** Why the factor was not reset. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `resetOrganizationUserMfa`. */
export type ResetOrganizationUserMfaInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** Kinde's id of the user. */
  readonly userId: Scalars['ID']['input'];
};

/** Result of `resetOrganizationUserMfa`. */
export type ResetOrganizationUserMfaPayload = {
  readonly __typename?: 'ResetOrganizationUserMfaPayload';
  /** The member, read after the change. Null when nothing was reset. */
  readonly organizationUser?: Maybe<OrganizationUser>;
  /** Why nothing was reset. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `revokeOrganizationInvite`. */
export type RevokeOrganizationInviteInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** The invitation's code. */
  readonly inviteCode: Scalars['ID']['input'];
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
};

/** Result of `revokeOrganizationInvite`. */
export type RevokeOrganizationInvitePayload = {
  readonly __typename?: 'RevokeOrganizationInvitePayload';
  /** The code of the revoked invitation. Null when it was not revoked. */
  readonly inviteCode?: Maybe<Scalars['ID']['output']>;
  /** The organization, read after the change. Null when the invitation was not revoked. */
  readonly organization?: Maybe<Organization>;
  /** The invitation, read after the change. Null when it was not revoked. */
  readonly organizationInvite?: Maybe<OrganizationInvite>;
  /** Why the invitation was not revoked. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** A named set of permissions that the environment defines and that members have in organizations. */
export type Role = Node & {
  readonly __typename?: 'Role';
  /**
   * How many members of an organization who have this role were active in a time window. Kinde takes a
   * window of at most three days, in whole seconds: fractions of a second are dropped.
   */
  readonly activeUsersCount?: Maybe<Scalars['Int']['output']>;
  /** What the role is for. Null when it has no description. */
  readonly description?: Maybe<Scalars['String']['output']>;
  /** The global id, made of the key, so that `{ id key }` takes no call. */
  readonly id: Scalars['ID']['output'];
  /** Whether Kinde gives the role to new users. Null if Kinde doesn't say. */
  readonly isDefault?: Maybe<Scalars['Boolean']['output']>;
  /** The key, unique in the environment, for example `admin`. Tokens carry it. */
  readonly key: Scalars['String']['output'];
  /** The name that people see. Null if the environment no longer defines the role. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /**
   * What the role grants, in every organization: one call for each role, cached with the environment's
   * roles. Null if the environment no longer defines the role.
   */
  readonly permissions?: Maybe<ReadonlyArray<Maybe<Permission>>>;
  /** Kinde's id of the role. Null if the environment no longer defines it. */
  readonly roleId?: Maybe<Scalars['ID']['output']>;
  /**
   * The members of an organization who have this role, in Kinde's own order. Kinde's list has only their
   * ids: for members with names and roles, `Organization.users(roles:)` takes fewer calls.
   */
  readonly users?: Maybe<OrganizationUserConnection>;
  /** How many members of an organization have this role. */
  readonly usersCount?: Maybe<Scalars['Int']['output']>;
};


/** A named set of permissions that the environment defines and that members have in organizations. */
export type RoleActiveUsersCountArgs = {
  from: Scalars['DateTime']['input'];
  organizationCode: Scalars['ID']['input'];
  to: Scalars['DateTime']['input'];
};


/** A named set of permissions that the environment defines and that members have in organizations. */
export type RoleUsersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  organizationCode: Scalars['ID']['input'];
};


/** A named set of permissions that the environment defines and that members have in organizations. */
export type RoleUsersCountArgs = {
  organizationCode: Scalars['ID']['input'];
};

/** A page of roles. */
export type RoleConnection = {
  readonly __typename?: 'RoleConnection';
  /** The roles, each with its cursor. */
  readonly edges: ReadonlyArray<RoleEdge>;
  /** The roles. An entry that Kinde sent in an unusable form is null, with an error at its path. */
  readonly nodes: ReadonlyArray<Maybe<Role>>;
  /** Information about this page. */
  readonly pageInfo: PageInfo;
};

/** A role in a list. */
export type RoleEdge = {
  readonly __typename?: 'RoleEdge';
  /** Cursor of this role: pass it as `after` to get the roles after it. */
  readonly cursor: Scalars['String']['output'];
  /** The role. Null, with an error, if Kinde sent it in an unusable form. */
  readonly node?: Maybe<Role>;
};

/** A role, by key or by id. When Kinde needs the other one, the gateway looks it up, which requires `read:roles`. */
export type RoleReference =
  /** The role's key, for example `admin`. */
  { readonly key: Scalars['String']['input']; readonly roleId?: never; }
  |  /** Kinde's id of the role. */
  { readonly key?: never; readonly roleId: Scalars['ID']['input']; };

/** Input for `setRolePermissions`. */
export type SetRolePermissionsInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** All that the role should grant. An empty list takes all permissions from it. */
  readonly permissions: ReadonlyArray<PermissionReference>;
  /** The role. */
  readonly role: RoleReference;
};

/** Result of `setRolePermissions`. */
export type SetRolePermissionsPayload = {
  readonly __typename?: 'SetRolePermissionsPayload';
  /** The role, read after the change. Null when its permissions were not all set. */
  readonly role?: Maybe<Role>;
  /** Why the permissions were not set. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** How long a single sign-on session lasts. */
export type SsoSessionPersistence =
  /** The session ends with the browser. */
  | 'NON_PERSISTENT'
  /** The session outlasts the browser. */
  | 'PERSISTENT';

/** Streams. Send a subscription with `Accept: text/event-stream`, by POST or GET. */
export type Subscription = {
  readonly __typename?: 'Subscription';
  /**
   * The feed of changes, for servers: what changed, and not what it is now. The first change is a RESYNC,
   * unless the request resumes: send the `cursor` of the last change that you have handled as the header
   * `Last-Event-ID`. A change may come twice, for example by a mutation and by Kinde's event for it.
   *
   * Changes that cause no event in Kinde are sent only if they are made through this gateway.
   */
  readonly changes: Change;
};


/** Streams. Send a subscription with `Accept: text/event-stream`, by POST or GET. */
export type SubscriptionChangesArgs = {
  kinds?: InputMaybe<ReadonlyArray<ChangeKind>>;
  organizationCode?: InputMaybe<Scalars['ID']['input']>;
};

/** The theme of the pages that Kinde shows. */
export type ThemeCode =
  /** Always dark. */
  | 'DARK'
  /** Always light. */
  | 'LIGHT'
  /** As the user's system prefers. */
  | 'USER_PREFERENCE';

/** Input for `updateFeatureFlagOverride`. */
export type UpdateFeatureFlagOverrideInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** The flag's key. */
  readonly key: Scalars['String']['input'];
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** The value, in the flag's type. */
  readonly value: Scalars['FeatureFlagValue']['input'];
};

/** Result of `updateFeatureFlagOverride`. */
export type UpdateFeatureFlagOverridePayload = {
  readonly __typename?: 'UpdateFeatureFlagOverridePayload';
  /** The override, read again after the change. Null when the flag was not overridden. */
  readonly featureFlag?: Maybe<FeatureFlag>;
  /** The organization, read again after the change. Null when the flag was not overridden. */
  readonly organization?: Maybe<Organization>;
  /** Why the flag was not overridden. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `updateOrganization`. */
export type UpdateOrganizationInput = {
  /** The e-mail domains whose users may join on their own. */
  readonly allowedDomains?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** How Kinde's pages look to the members. */
  readonly branding?: InputMaybe<OrganizationBrandingInput>;
  /** The id of the organization in your own system. */
  readonly externalId?: InputMaybe<Scalars['String']['input']>;
  /** A unique handle that sign-in URLs may carry. */
  readonly handle?: InputMaybe<Scalars['String']['input']>;
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Whether the organization has the features of an advanced organization in Kinde. Write-only: no field returns it. */
  readonly isAdvancedOrganization?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether users become members when they sign in. */
  readonly isAutoMembershipEnabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether users whose e-mail domain is in `allowedDomains` join on their own. Write-only: no field returns it. */
  readonly isDomainAutoJoinEnabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether members must use a second factor. Write-only: no field returns it. */
  readonly isMfaRequired?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether the organization is suspended. The default organization can't be suspended. */
  readonly isSuspended?: InputMaybe<Scalars['Boolean']['input']>;
  /** The name that people see. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** The address of e-mails that Kinde sends for the organization. Null for the environment's. */
  readonly senderEmail?: InputMaybe<Scalars['String']['input']>;
  /** The name in e-mails that Kinde sends for the organization. Null for the environment's. */
  readonly senderName?: InputMaybe<Scalars['String']['input']>;
};

/** Input for `updateOrganizationMfaPolicy`. */
export type UpdateOrganizationMfaPolicyInput = {
  /** Whether members can use recovery codes. Defaults to Kinde's own, which is true. */
  readonly allowsRecoveryCodes?: InputMaybe<Scalars['Boolean']['input']>;
  /** The factors that members can use. Others can't be used any more. */
  readonly enabledFactors: ReadonlyArray<MfaFactorType>;
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
};

/** Result of `updateOrganizationMfaPolicy`. */
export type UpdateOrganizationMfaPolicyPayload = {
  readonly __typename?: 'UpdateOrganizationMfaPolicyPayload';
  /** The organization, read after the change. Null when nothing was changed. */
  readonly organization?: Maybe<Organization>;
  /** Why nothing was changed. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `updateOrganizationPasskeyPolicy`. */
export type UpdateOrganizationPasskeyPolicyInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** The organization's own policy. Without it, the environment's policy applies again. */
  readonly requirement?: InputMaybe<PasskeyRequirement>;
};

/** Result of `updateOrganizationPasskeyPolicy`. */
export type UpdateOrganizationPasskeyPolicyPayload = {
  readonly __typename?: 'UpdateOrganizationPasskeyPolicyPayload';
  /** The organization, read after the change. Null when nothing was changed. */
  readonly organization?: Maybe<Organization>;
  /** Why nothing was changed. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Result of `updateOrganization`. */
export type UpdateOrganizationPayload = {
  readonly __typename?: 'UpdateOrganizationPayload';
  /** The organization, read again after the change. Null when it was not changed. */
  readonly organization?: Maybe<Organization>;
  /** Why it was not changed. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `updateOrganizationProperties`. */
export type UpdateOrganizationPropertiesInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** The properties to set, each key once. */
  readonly properties: ReadonlyArray<OrganizationPropertyInput>;
};

/** Result of `updateOrganizationProperties`. */
export type UpdateOrganizationPropertiesPayload = {
  readonly __typename?: 'UpdateOrganizationPropertiesPayload';
  /** The organization, read after the change. Null when no property was set. */
  readonly organization?: Maybe<Organization>;
  /** The properties that were set, read after the change. Null when none was. */
  readonly properties?: Maybe<ReadonlyArray<Maybe<OrganizationProperty>>>;
  /** Why no property was set. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `updateOrganizationProperty`. */
export type UpdateOrganizationPropertyInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** The property's key. */
  readonly key: Scalars['String']['input'];
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** The new value. */
  readonly value: Scalars['String']['input'];
};

/** Result of `updateOrganizationProperty`. */
export type UpdateOrganizationPropertyPayload = {
  readonly __typename?: 'UpdateOrganizationPropertyPayload';
  /** The organization, read after the change. Null when the property was not set. */
  readonly organization?: Maybe<Organization>;
  /** The property, read after the change. Null when it was not set. */
  readonly property?: Maybe<OrganizationProperty>;
  /** Why the property was not set. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `updateOrganizationSessionPolicy`. */
export type UpdateOrganizationSessionPolicyInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** The lifetime of a session, in seconds. */
  readonly lifetimeSeconds?: InputMaybe<Scalars['Int']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** Whether the organization has a session lifetime of its own. */
  readonly overridesLifetime?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether the organization has a policy of its own for single sign-on sessions. */
  readonly overridesSsoPolicy?: InputMaybe<Scalars['Boolean']['input']>;
  /** How long a single sign-on session lasts. */
  readonly ssoPersistence?: InputMaybe<SsoSessionPersistence>;
};

/** Result of `updateOrganizationSessionPolicy`. */
export type UpdateOrganizationSessionPolicyPayload = {
  readonly __typename?: 'UpdateOrganizationSessionPolicyPayload';
  /** The organization, read after the change. Null when nothing was changed. */
  readonly organization?: Maybe<Organization>;
  /** Why nothing was changed. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `updateOrganizationUsers`. */
export type UpdateOrganizationUsersInput = {
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** Whether to refresh the claims of the users who were changed, so that the next tokens show the change. */
  readonly refreshClaims?: InputMaybe<Scalars['Boolean']['input']>;
  /** The members to update, each of them once. */
  readonly users: ReadonlyArray<OrganizationUserChangeInput>;
};

/** Result of `updateOrganizationUsers`, member by member. */
export type UpdateOrganizationUsersPayload = {
  readonly __typename?: 'UpdateOrganizationUsersPayload';
  /** The organization, read again after the change. Null when no member could be updated. */
  readonly organization?: Maybe<Organization>;
  /** Kinde's ids of the members who are now as the input says, whether they changed or not. */
  readonly updatedUserIds: ReadonlyArray<Scalars['ID']['output']>;
  /** The same members, read after the change. */
  readonly updatedUsers: ReadonlyArray<OrganizationUser>;
  /**
   * An error for each user who could not be updated, its `field` beginning with `["users", "<position>"]`, or
   * an error about the whole input. Empty when all are.
   */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `updatePermission`. What you leave out stays as it is. */
export type UpdatePermissionInput = {
  /** What the permission allows. Empty for no description. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** The new key. Tokens carry the key, so apps that check for the old one stop recognizing the permission. */
  readonly key?: InputMaybe<Scalars['String']['input']>;
  /** The new name. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** The permission to change. */
  readonly permission: PermissionReference;
};

/** Result of `updatePermission`. */
export type UpdatePermissionPayload = {
  readonly __typename?: 'UpdatePermissionPayload';
  /** The permission, read after the change. Null when it was not changed. */
  readonly permission?: Maybe<Permission>;
  /** The global id under the former key, for client caches. Null unless the key has changed. */
  readonly replacedPermissionId?: Maybe<Scalars['ID']['output']>;
  /** Why the permission was not changed. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `updateRole`. What you leave out stays as it is. */
export type UpdateRoleInput = {
  /** What the role is for. Empty for no description. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Whether Kinde gives the role to new users. */
  readonly isDefault?: InputMaybe<Scalars['Boolean']['input']>;
  /** The new key. Tokens carry the key, so apps that check for the old one stop recognizing the role. */
  readonly key?: InputMaybe<Scalars['String']['input']>;
  /** The new name. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** The role to change. */
  readonly role: RoleReference;
};

/** Result of `updateRole`. */
export type UpdateRolePayload = {
  readonly __typename?: 'UpdateRolePayload';
  /** The global id under the former key, for client caches. Null unless the key has changed. */
  readonly replacedRoleId?: Maybe<Scalars['ID']['output']>;
  /** The role, read after the change. Null when it was not changed. */
  readonly role?: Maybe<Role>;
  /** Why the role was not changed. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/** Input for `uploadOrganizationLogo`. */
export type UploadOrganizationLogoInput = {
  /**
   * The image file in base64, or as a `data:` URL. A PNG, JPEG, GIF, WebP or AVIF of up to 512 KiB, or an
   * SVG without scripts and references to other files. The format is told by the content, whatever a
   * `data:` URL says of it.
   */
  readonly data: Scalars['String']['input'];
  /** Makes a retry safe. 1 to 255 printable ASCII characters. See docs/mutations.md. */
  readonly idempotencyKey?: InputMaybe<Scalars['ID']['input']>;
  /** Kinde's code of the organization. */
  readonly organizationCode: Scalars['ID']['input'];
  /** The pages that show the logo. */
  readonly type: OrganizationLogoType;
};

/** Result of `uploadOrganizationLogo`. */
export type UploadOrganizationLogoPayload = {
  readonly __typename?: 'UploadOrganizationLogoPayload';
  /** The organization, read after the change. Null when the logo was not uploaded. */
  readonly organization?: Maybe<Organization>;
  /** The logo, read after the change. Null when it was not uploaded. */
  readonly organizationLogo?: Maybe<OrganizationLogo>;
  /** Why the logo was not uploaded. Empty on success. */
  readonly userErrors: ReadonlyArray<UserError>;
};

/**
 * A person of the environment, in whichever organizations. Callers that are limited to one organization
 * can't read it: for them there is OrganizationUser.
 */
export type User = Node & {
  readonly __typename?: 'User';
  /** When the person was added to the environment. */
  readonly createdOn?: Maybe<Scalars['DateTime']['output']>;
  /** The e-mail address. Null when Kinde has none. */
  readonly email?: Maybe<Scalars['String']['output']>;
  /** How often a sign-in has failed. */
  readonly failedSignIns?: Maybe<Scalars['Int']['output']>;
  /** The first name. */
  readonly firstName?: Maybe<Scalars['String']['output']>;
  /** First and last name. */
  readonly fullName?: Maybe<Scalars['String']['output']>;
  /** The global id, for `node(id:)` and for client caches. */
  readonly id: Scalars['ID']['output'];
  /** Whether the person is suspended in the whole environment. */
  readonly isSuspended?: Maybe<Scalars['Boolean']['output']>;
  /** The last name. */
  readonly lastName?: Maybe<Scalars['String']['output']>;
  /** When the person signed in last. Null before the first time. */
  readonly lastSignedInOn?: Maybe<Scalars['DateTime']['output']>;
  /** The person as a member of one organization. Null when it is not a member there. */
  readonly membership?: Maybe<OrganizationUser>;
  /**
   * The person as a member of each organization. Up to three organizations' names take a call each, and
   * those of more come from the list of organizations.
   */
  readonly memberships?: Maybe<ReadonlyArray<Maybe<OrganizationUser>>>;
  /**
   * The telephone number. Null when Kinde has none. What `search` finds has no numbers, so this takes a call
   * for each 100 people there.
   */
  readonly phone?: Maybe<Scalars['String']['output']>;
  /** URL of the profile picture. Null when there is none. */
  readonly picture?: Maybe<Scalars['String']['output']>;
  /** The id of the person in your own system. Null when there is none. */
  readonly providedId?: Maybe<Scalars['ID']['output']>;
  /** How often the person has signed in. */
  readonly totalSignIns?: Maybe<Scalars['Int']['output']>;
  /** Kinde's id of the user. */
  readonly userId: Scalars['ID']['output'];
  /** The user name. Null when there is none. */
  readonly username?: Maybe<Scalars['String']['output']>;
};


/**
 * A person of the environment, in whichever organizations. Callers that are limited to one organization
 * can't read it: for them there is OrganizationUser.
 */
export type UserMembershipArgs = {
  organizationCode: Scalars['ID']['input'];
};

/** A page of people. */
export type UserConnection = {
  readonly __typename?: 'UserConnection';
  /** The people, each with its cursor. */
  readonly edges: ReadonlyArray<UserEdge>;
  /** The people. An entry that Kinde sent in an unusable form is null, with an error at its path. */
  readonly nodes: ReadonlyArray<Maybe<User>>;
  /** Information about this page. */
  readonly pageInfo: PageInfo;
};

/** A person in a list. */
export type UserEdge = {
  readonly __typename?: 'UserEdge';
  /** Cursor of this person: pass it as `after` to get the people after it. */
  readonly cursor: Scalars['String']['output'];
  /** The person. Null, with an error, if Kinde sent it in an unusable form. */
  readonly node?: Maybe<User>;
};

/**
 * Why a mutation did nothing, or only a part, for a reason that you can fix by changing the input. Other
 * failures (no access, Kinde unreachable) are in the response's `errors`.
 */
export type UserError = {
  readonly __typename?: 'UserError';
  /** What is wrong, for a program. */
  readonly code: UserErrorCode;
  /**
   * The path of the value in the mutation's input, list positions as numbers in text, for example
   * `["users", "3", "roles", "0"]`. Null when no single value is to blame.
   */
  readonly field?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /**
   * Kinde's own code where the reason is Kinde's, for example `USER_NOT_IN_ORGANIZATION`. Kinde publishes no
   * list of them.
   */
  readonly kindeCode?: Maybe<Scalars['String']['output']>;
  /** What is wrong, with which value, and what a valid one looks like. */
  readonly message: Scalars['String']['output'];
};

/**
 * What is wrong with a mutation's input. Later releases may add values, so give a `switch` a default. In
 * bulk writes, a user also gets the code of the failure that kept a batch from being done, for example
 * `UPSTREAM_UNAVAILABLE`. Where `updateOrganizationUsers` did a part for the user before, the message says so.
 */
export type UserErrorCode =
  /** Kinde refused the batch that this user was in, because of another user or for a reason that names nobody. */
  | 'BATCH_REFUSED'
  /** The write was done, and a person's claims were not refreshed after it, as far as is known. The message says whose and why. */
  | 'CLAIMS_NOT_REFRESHED'
  /** Not all users were added to the new organization, and its deletion failed. The message says whether it exists. */
  | 'CREATION_NOT_UNDONE'
  /** Not all users were added to the new organization, so it was deleted again. */
  | 'CREATION_UNDONE'
  /** The operation's time was up before this user's batch was sent. */
  | 'DEADLINE_EXCEEDED'
  /** A user is named more than once. Nothing was sent. */
  | 'DUPLICATE_USER'
  /** Kinde refused this user's batch with 403. Nothing was done. */
  | 'FORBIDDEN'
  /** The `idempotencyKey` has been used for another input. Nothing was sent. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** The value can't be an id, code or key, or is the global id of something else. Nothing was sent. */
  | 'INVALID_ID'
  /** The field doesn't take this value. Nothing was sent. */
  | 'INVALID_VALUE'
  /** Kinde added others and not this user. The message says whether the user is a member already. */
  | 'NOT_ADDED'
  /** An earlier batch failed, so this user was not sent. */
  | 'NOT_ATTEMPTED'
  /** Kinde doesn't know what the input names. See `kindeCode`. */
  | 'NOT_FOUND'
  /** Kinde removed others and not this user. The message says whether the user is a member. */
  | 'NOT_REMOVED'
  /** The user is not a member, or Kinde did nothing for it. The message says which. */
  | 'NOT_UPDATED'
  /** There is nothing to change. Nothing was sent. */
  | 'NO_FIELDS_TO_UPDATE'
  /** Kinde's rate limit kept this user's batch from being done. */
  | 'RATE_LIMITED'
  /** Kinde refused the input. See `kindeCode` and `message`. */
  | 'REFUSED_BY_KINDE'
  /** Kinde didn't accept the credentials for this user's batch. Nothing was done. */
  | 'UNAUTHENTICATED'
  /** The environment has no such permission. Nothing was sent. */
  | 'UNKNOWN_PERMISSION'
  /** The environment has no such role. Nothing was sent. */
  | 'UNKNOWN_ROLE'
  /** Kinde sent a response that can't be used. */
  | 'UPSTREAM_BAD_RESPONSE'
  /** The operation had made all the calls that it may before this user's batch was sent. */
  | 'UPSTREAM_BUDGET_EXCEEDED'
  /** Kinde didn't answer in time. Nothing was sent for this user. */
  | 'UPSTREAM_TIMEOUT'
  /** Kinde can't be reached. Nothing was done for this user. */
  | 'UPSTREAM_UNAVAILABLE'
  /** The organization was created and exists, and not all of its users were added. Other errors say why. */
  | 'USERS_NOT_ADDED'
  /** Kinde gave no usable response to this user's batch, which may have been done. Read before you repeat it. */
  | 'WRITE_OUTCOME_UNKNOWN';

/** The caller, as far as its token tells what it may do. */
export type Viewer = {
  readonly __typename?: 'Viewer';
  /**
   * Whether the caller has this scope or, as a user, the permission with this key, and can use it: inside
   * `organization` where the caller is limited to one, which leaves out scopes that only the environment's
   * fields need. Null where only Kinde knows.
   */
  readonly can?: Maybe<Scalars['Boolean']['output']>;
  /** Who sends the request. */
  readonly kind: ViewerKind;
  /**
   * The organization that the caller is limited to. Null for a caller without one: such an application acts
   * for the whole environment, and such a user may read and write nothing.
   */
  readonly organization?: Maybe<Organization>;
  /** The keys of a user's permissions in `organization`, sorted. Null for other callers. */
  readonly permissions?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /**
   * The scopes of an application's token, sorted. Null for a user, for everybody, and for a token that
   * doesn't list its scopes.
   */
  readonly scopes?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};


/** The caller, as far as its token tells what it may do. */
export type ViewerCanArgs = {
  scope: Scalars['String']['input'];
};

/** Who sends a request. */
export type ViewerKind =
  /** An application, with the scopes of its token. */
  | 'APPLICATION'
  /** Everybody who reaches the gateway. It asks for no token. */
  | 'EVERYBODY'
  /** Any holder of the token. Kinde decides what it may do, and the gateway hasn't verified what it says. */
  | 'UNVERIFIED_TOKEN'
  /** A person, with the permissions of its token. */
  | 'USER';



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AddOrganizationUserApiScopeInput: AddOrganizationUserApiScopeInput;
  AddOrganizationUserApiScopePayload: ResolverTypeWrapper<Omit<AddOrganizationUserApiScopePayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  AddOrganizationUserPermissionInput: AddOrganizationUserPermissionInput;
  AddOrganizationUserPermissionPayload: ResolverTypeWrapper<Omit<AddOrganizationUserPermissionPayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  AddOrganizationUserRoleInput: AddOrganizationUserRoleInput;
  AddOrganizationUserRolePayload: ResolverTypeWrapper<Omit<AddOrganizationUserRolePayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  AddOrganizationUsersInput: AddOrganizationUsersInput;
  AddOrganizationUsersPayload: ResolverTypeWrapper<Omit<AddOrganizationUsersPayload, 'addedUsers' | 'organization' | 'userErrors'> & { addedUsers: ReadonlyArray<ResolversTypes['OrganizationUser']>, organization?: Maybe<ResolversTypes['Organization']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  BillingAgreement: ResolverTypeWrapper<BillingAgreementParent>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Change: ResolverTypeWrapper<ChangeParent>;
  ChangeKind: ChangeKind;
  ChangeSource: ChangeSource;
  Color: ResolverTypeWrapper<Color>;
  CreateOrganizationInput: CreateOrganizationInput;
  CreateOrganizationInviteInput: CreateOrganizationInviteInput;
  CreateOrganizationInvitePayload: ResolverTypeWrapper<CreateOrganizationInvitePayloadParent>;
  CreateOrganizationPayload: ResolverTypeWrapper<Omit<CreateOrganizationPayload, 'addedUsers' | 'organization' | 'userErrors'> & { addedUsers: ReadonlyArray<ResolversTypes['OrganizationUser']>, organization?: Maybe<ResolversTypes['Organization']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  CreatePermissionInput: CreatePermissionInput;
  CreatePermissionPayload: ResolverTypeWrapper<CreatePermissionPayloadParent>;
  CreateRoleInput: CreateRoleInput;
  CreateRolePayload: ResolverTypeWrapper<Omit<CreateRolePayload, 'role' | 'userErrors'> & { role?: Maybe<ResolversTypes['Role']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DeleteFeatureFlagOverrideInput: DeleteFeatureFlagOverrideInput;
  DeleteFeatureFlagOverridePayload: ResolverTypeWrapper<DeleteFeatureFlagOverridePayloadParent>;
  DeleteFeatureFlagOverridesInput: DeleteFeatureFlagOverridesInput;
  DeleteFeatureFlagOverridesPayload: ResolverTypeWrapper<Omit<DeleteFeatureFlagOverridesPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversTypes['Organization']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  DeleteOrganizationHandleInput: DeleteOrganizationHandleInput;
  DeleteOrganizationHandlePayload: ResolverTypeWrapper<Omit<DeleteOrganizationHandlePayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversTypes['Organization']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  DeleteOrganizationInput: DeleteOrganizationInput;
  DeleteOrganizationLogoInput: DeleteOrganizationLogoInput;
  DeleteOrganizationLogoPayload: ResolverTypeWrapper<Omit<DeleteOrganizationLogoPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversTypes['Organization']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  DeleteOrganizationPayload: ResolverTypeWrapper<Omit<DeleteOrganizationPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  DeletePermissionInput: DeletePermissionInput;
  DeletePermissionPayload: ResolverTypeWrapper<Omit<DeletePermissionPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  DeleteRoleInput: DeleteRoleInput;
  DeleteRolePayload: ResolverTypeWrapper<Omit<DeleteRolePayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  DisableOrganizationSignInMethodInput: DisableOrganizationSignInMethodInput;
  DisableOrganizationSignInMethodPayload: ResolverTypeWrapper<Omit<DisableOrganizationSignInMethodPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversTypes['Organization']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  EnableOrganizationSignInMethodInput: EnableOrganizationSignInMethodInput;
  EnableOrganizationSignInMethodPayload: ResolverTypeWrapper<EnableOrganizationSignInMethodPayloadParent>;
  EnvironmentFeatureFlag: ResolverTypeWrapper<EnvironmentFeatureFlagParent>;
  FeatureFlag: ResolverTypeWrapper<FeatureFlagParent>;
  FeatureFlagSource: FeatureFlagSource;
  FeatureFlagType: FeatureFlagType;
  FeatureFlagValue: ResolverTypeWrapper<Scalars['FeatureFlagValue']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  MfaFactor: ResolverTypeWrapper<MfaFactorParent>;
  MfaFactorType: MfaFactorType;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Node: ResolverTypeWrapper<NodeParent>;
  Organization: ResolverTypeWrapper<OrganizationParent>;
  OrganizationBilling: ResolverTypeWrapper<OrganizationBillingParent>;
  OrganizationBranding: ResolverTypeWrapper<OrganizationBrandingParent>;
  OrganizationBrandingInput: OrganizationBrandingInput;
  OrganizationConnection: ResolverTypeWrapper<OrganizationConnectionParent>;
  OrganizationEdge: ResolverTypeWrapper<Omit<OrganizationEdge, 'node'> & { node: ResolversTypes['Organization'] }>;
  OrganizationInvite: ResolverTypeWrapper<OrganizationInviteParent>;
  OrganizationInviteConnection: ResolverTypeWrapper<OrganizationInviteConnectionParent>;
  OrganizationInviteEdge: ResolverTypeWrapper<Omit<OrganizationInviteEdge, 'node'> & { node: ResolversTypes['OrganizationInvite'] }>;
  OrganizationInviteSortOrder: OrganizationInviteSortOrder;
  OrganizationInviteStatus: OrganizationInviteStatus;
  OrganizationLogo: ResolverTypeWrapper<OrganizationLogoParent>;
  OrganizationLogoType: OrganizationLogoType;
  OrganizationProperty: ResolverTypeWrapper<OrganizationPropertyParent>;
  OrganizationPropertyInput: OrganizationPropertyInput;
  OrganizationSignInMethod: ResolverTypeWrapper<OrganizationSignInMethodParent>;
  OrganizationSortOrder: OrganizationSortOrder;
  OrganizationUser: ResolverTypeWrapper<OrganizationUserParent>;
  OrganizationUserAdditionInput: OrganizationUserAdditionInput;
  OrganizationUserChangeInput: OrganizationUserChangeInput;
  OrganizationUserConnection: ResolverTypeWrapper<OrganizationUserConnectionParent>;
  OrganizationUserEdge: ResolverTypeWrapper<Omit<OrganizationUserEdge, 'node'> & { node: ResolversTypes['OrganizationUser'] }>;
  OrganizationUserSortOrder: OrganizationUserSortOrder;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  PasskeyPolicy: ResolverTypeWrapper<PasskeyPolicyParent>;
  PasskeyRequirement: PasskeyRequirement;
  Permission: ResolverTypeWrapper<PermissionParent>;
  PermissionConnection: ResolverTypeWrapper<PermissionConnectionParent>;
  PermissionEdge: ResolverTypeWrapper<Omit<PermissionEdge, 'node'> & { node: ResolversTypes['Permission'] }>;
  PermissionGrant: ResolverTypeWrapper<PermissionGrantParent>;
  PermissionReference: PermissionReference;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RateLimit: ResolverTypeWrapper<RateLimit>;
  RefreshUserClaimsInput: RefreshUserClaimsInput;
  RefreshUserClaimsPayload: ResolverTypeWrapper<Omit<RefreshUserClaimsPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  RemoveOrganizationUserApiScopeInput: RemoveOrganizationUserApiScopeInput;
  RemoveOrganizationUserApiScopePayload: ResolverTypeWrapper<Omit<RemoveOrganizationUserApiScopePayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  RemoveOrganizationUserInput: RemoveOrganizationUserInput;
  RemoveOrganizationUserPayload: ResolverTypeWrapper<Omit<RemoveOrganizationUserPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversTypes['Organization']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  RemoveOrganizationUserPermissionInput: RemoveOrganizationUserPermissionInput;
  RemoveOrganizationUserPermissionPayload: ResolverTypeWrapper<Omit<RemoveOrganizationUserPermissionPayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  RemoveOrganizationUserRoleInput: RemoveOrganizationUserRoleInput;
  RemoveOrganizationUserRolePayload: ResolverTypeWrapper<Omit<RemoveOrganizationUserRolePayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  RemoveOrganizationUsersInput: RemoveOrganizationUsersInput;
  RemoveOrganizationUsersPayload: ResolverTypeWrapper<Omit<RemoveOrganizationUsersPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversTypes['Organization']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  ResetOrganizationUserMfaFactorInput: ResetOrganizationUserMfaFactorInput;
  ResetOrganizationUserMfaFactorPayload: ResolverTypeWrapper<Omit<ResetOrganizationUserMfaFactorPayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  ResetOrganizationUserMfaInput: ResetOrganizationUserMfaInput;
  ResetOrganizationUserMfaPayload: ResolverTypeWrapper<Omit<ResetOrganizationUserMfaPayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  RevokeOrganizationInviteInput: RevokeOrganizationInviteInput;
  RevokeOrganizationInvitePayload: ResolverTypeWrapper<RevokeOrganizationInvitePayloadParent>;
  Role: ResolverTypeWrapper<RoleParent>;
  RoleConnection: ResolverTypeWrapper<RoleConnectionParent>;
  RoleEdge: ResolverTypeWrapper<Omit<RoleEdge, 'node'> & { node: ResolversTypes['Role'] }>;
  RoleReference: RoleReference;
  SetRolePermissionsInput: SetRolePermissionsInput;
  SetRolePermissionsPayload: ResolverTypeWrapper<Omit<SetRolePermissionsPayload, 'role' | 'userErrors'> & { role?: Maybe<ResolversTypes['Role']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  SsoSessionPersistence: SsoSessionPersistence;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ThemeCode: ThemeCode;
  UpdateFeatureFlagOverrideInput: UpdateFeatureFlagOverrideInput;
  UpdateFeatureFlagOverridePayload: ResolverTypeWrapper<UpdateFeatureFlagOverridePayloadParent>;
  UpdateOrganizationInput: UpdateOrganizationInput;
  UpdateOrganizationMfaPolicyInput: UpdateOrganizationMfaPolicyInput;
  UpdateOrganizationMfaPolicyPayload: ResolverTypeWrapper<Omit<UpdateOrganizationMfaPolicyPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversTypes['Organization']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  UpdateOrganizationPasskeyPolicyInput: UpdateOrganizationPasskeyPolicyInput;
  UpdateOrganizationPasskeyPolicyPayload: ResolverTypeWrapper<Omit<UpdateOrganizationPasskeyPolicyPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversTypes['Organization']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  UpdateOrganizationPayload: ResolverTypeWrapper<Omit<UpdateOrganizationPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversTypes['Organization']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  UpdateOrganizationPropertiesInput: UpdateOrganizationPropertiesInput;
  UpdateOrganizationPropertiesPayload: ResolverTypeWrapper<UpdateOrganizationPropertiesPayloadParent>;
  UpdateOrganizationPropertyInput: UpdateOrganizationPropertyInput;
  UpdateOrganizationPropertyPayload: ResolverTypeWrapper<UpdateOrganizationPropertyPayloadParent>;
  UpdateOrganizationSessionPolicyInput: UpdateOrganizationSessionPolicyInput;
  UpdateOrganizationSessionPolicyPayload: ResolverTypeWrapper<Omit<UpdateOrganizationSessionPolicyPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversTypes['Organization']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  UpdateOrganizationUsersInput: UpdateOrganizationUsersInput;
  UpdateOrganizationUsersPayload: ResolverTypeWrapper<Omit<UpdateOrganizationUsersPayload, 'organization' | 'updatedUsers' | 'userErrors'> & { organization?: Maybe<ResolversTypes['Organization']>, updatedUsers: ReadonlyArray<ResolversTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  UpdatePermissionInput: UpdatePermissionInput;
  UpdatePermissionPayload: ResolverTypeWrapper<UpdatePermissionPayloadParent>;
  UpdateRoleInput: UpdateRoleInput;
  UpdateRolePayload: ResolverTypeWrapper<Omit<UpdateRolePayload, 'role' | 'userErrors'> & { role?: Maybe<ResolversTypes['Role']>, userErrors: ReadonlyArray<ResolversTypes['UserError']> }>;
  UploadOrganizationLogoInput: UploadOrganizationLogoInput;
  UploadOrganizationLogoPayload: ResolverTypeWrapper<UploadOrganizationLogoPayloadParent>;
  User: ResolverTypeWrapper<UserParent>;
  UserConnection: ResolverTypeWrapper<UserConnectionParent>;
  UserEdge: ResolverTypeWrapper<Omit<UserEdge, 'node'> & { node: ResolversTypes['User'] }>;
  UserError: ResolverTypeWrapper<UserErrorParent>;
  UserErrorCode: UserErrorCode;
  Viewer: ResolverTypeWrapper<ViewerParent>;
  ViewerKind: ViewerKind;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AddOrganizationUserApiScopeInput: AddOrganizationUserApiScopeInput;
  AddOrganizationUserApiScopePayload: Omit<AddOrganizationUserApiScopePayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversParentTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  AddOrganizationUserPermissionInput: AddOrganizationUserPermissionInput;
  AddOrganizationUserPermissionPayload: Omit<AddOrganizationUserPermissionPayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversParentTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  AddOrganizationUserRoleInput: AddOrganizationUserRoleInput;
  AddOrganizationUserRolePayload: Omit<AddOrganizationUserRolePayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversParentTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  AddOrganizationUsersInput: AddOrganizationUsersInput;
  AddOrganizationUsersPayload: Omit<AddOrganizationUsersPayload, 'addedUsers' | 'organization' | 'userErrors'> & { addedUsers: ReadonlyArray<ResolversParentTypes['OrganizationUser']>, organization?: Maybe<ResolversParentTypes['Organization']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  BillingAgreement: BillingAgreementParent;
  Boolean: Scalars['Boolean']['output'];
  Change: ChangeParent;
  Color: Color;
  CreateOrganizationInput: CreateOrganizationInput;
  CreateOrganizationInviteInput: CreateOrganizationInviteInput;
  CreateOrganizationInvitePayload: CreateOrganizationInvitePayloadParent;
  CreateOrganizationPayload: Omit<CreateOrganizationPayload, 'addedUsers' | 'organization' | 'userErrors'> & { addedUsers: ReadonlyArray<ResolversParentTypes['OrganizationUser']>, organization?: Maybe<ResolversParentTypes['Organization']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  CreatePermissionInput: CreatePermissionInput;
  CreatePermissionPayload: CreatePermissionPayloadParent;
  CreateRoleInput: CreateRoleInput;
  CreateRolePayload: Omit<CreateRolePayload, 'role' | 'userErrors'> & { role?: Maybe<ResolversParentTypes['Role']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  DateTime: Scalars['DateTime']['output'];
  DeleteFeatureFlagOverrideInput: DeleteFeatureFlagOverrideInput;
  DeleteFeatureFlagOverridePayload: DeleteFeatureFlagOverridePayloadParent;
  DeleteFeatureFlagOverridesInput: DeleteFeatureFlagOverridesInput;
  DeleteFeatureFlagOverridesPayload: Omit<DeleteFeatureFlagOverridesPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversParentTypes['Organization']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  DeleteOrganizationHandleInput: DeleteOrganizationHandleInput;
  DeleteOrganizationHandlePayload: Omit<DeleteOrganizationHandlePayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversParentTypes['Organization']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  DeleteOrganizationInput: DeleteOrganizationInput;
  DeleteOrganizationLogoInput: DeleteOrganizationLogoInput;
  DeleteOrganizationLogoPayload: Omit<DeleteOrganizationLogoPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversParentTypes['Organization']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  DeleteOrganizationPayload: Omit<DeleteOrganizationPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  DeletePermissionInput: DeletePermissionInput;
  DeletePermissionPayload: Omit<DeletePermissionPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  DeleteRoleInput: DeleteRoleInput;
  DeleteRolePayload: Omit<DeleteRolePayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  DisableOrganizationSignInMethodInput: DisableOrganizationSignInMethodInput;
  DisableOrganizationSignInMethodPayload: Omit<DisableOrganizationSignInMethodPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversParentTypes['Organization']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  EnableOrganizationSignInMethodInput: EnableOrganizationSignInMethodInput;
  EnableOrganizationSignInMethodPayload: EnableOrganizationSignInMethodPayloadParent;
  EnvironmentFeatureFlag: EnvironmentFeatureFlagParent;
  FeatureFlag: FeatureFlagParent;
  FeatureFlagValue: Scalars['FeatureFlagValue']['output'];
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  MfaFactor: MfaFactorParent;
  Mutation: Record<PropertyKey, never>;
  Node: NodeParent;
  Organization: OrganizationParent;
  OrganizationBilling: OrganizationBillingParent;
  OrganizationBranding: OrganizationBrandingParent;
  OrganizationBrandingInput: OrganizationBrandingInput;
  OrganizationConnection: OrganizationConnectionParent;
  OrganizationEdge: Omit<OrganizationEdge, 'node'> & { node: ResolversParentTypes['Organization'] };
  OrganizationInvite: OrganizationInviteParent;
  OrganizationInviteConnection: OrganizationInviteConnectionParent;
  OrganizationInviteEdge: Omit<OrganizationInviteEdge, 'node'> & { node: ResolversParentTypes['OrganizationInvite'] };
  OrganizationLogo: OrganizationLogoParent;
  OrganizationProperty: OrganizationPropertyParent;
  OrganizationPropertyInput: OrganizationPropertyInput;
  OrganizationSignInMethod: OrganizationSignInMethodParent;
  OrganizationUser: OrganizationUserParent;
  OrganizationUserAdditionInput: OrganizationUserAdditionInput;
  OrganizationUserChangeInput: OrganizationUserChangeInput;
  OrganizationUserConnection: OrganizationUserConnectionParent;
  OrganizationUserEdge: Omit<OrganizationUserEdge, 'node'> & { node: ResolversParentTypes['OrganizationUser'] };
  PageInfo: PageInfo;
  PasskeyPolicy: PasskeyPolicyParent;
  Permission: PermissionParent;
  PermissionConnection: PermissionConnectionParent;
  PermissionEdge: Omit<PermissionEdge, 'node'> & { node: ResolversParentTypes['Permission'] };
  PermissionGrant: PermissionGrantParent;
  PermissionReference: PermissionReference;
  Query: Record<PropertyKey, never>;
  RateLimit: RateLimit;
  RefreshUserClaimsInput: RefreshUserClaimsInput;
  RefreshUserClaimsPayload: Omit<RefreshUserClaimsPayload, 'userErrors'> & { userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  RemoveOrganizationUserApiScopeInput: RemoveOrganizationUserApiScopeInput;
  RemoveOrganizationUserApiScopePayload: Omit<RemoveOrganizationUserApiScopePayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversParentTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  RemoveOrganizationUserInput: RemoveOrganizationUserInput;
  RemoveOrganizationUserPayload: Omit<RemoveOrganizationUserPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversParentTypes['Organization']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  RemoveOrganizationUserPermissionInput: RemoveOrganizationUserPermissionInput;
  RemoveOrganizationUserPermissionPayload: Omit<RemoveOrganizationUserPermissionPayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversParentTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  RemoveOrganizationUserRoleInput: RemoveOrganizationUserRoleInput;
  RemoveOrganizationUserRolePayload: Omit<RemoveOrganizationUserRolePayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversParentTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  RemoveOrganizationUsersInput: RemoveOrganizationUsersInput;
  RemoveOrganizationUsersPayload: Omit<RemoveOrganizationUsersPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversParentTypes['Organization']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  ResetOrganizationUserMfaFactorInput: ResetOrganizationUserMfaFactorInput;
  ResetOrganizationUserMfaFactorPayload: Omit<ResetOrganizationUserMfaFactorPayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversParentTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  ResetOrganizationUserMfaInput: ResetOrganizationUserMfaInput;
  ResetOrganizationUserMfaPayload: Omit<ResetOrganizationUserMfaPayload, 'organizationUser' | 'userErrors'> & { organizationUser?: Maybe<ResolversParentTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  RevokeOrganizationInviteInput: RevokeOrganizationInviteInput;
  RevokeOrganizationInvitePayload: RevokeOrganizationInvitePayloadParent;
  Role: RoleParent;
  RoleConnection: RoleConnectionParent;
  RoleEdge: Omit<RoleEdge, 'node'> & { node: ResolversParentTypes['Role'] };
  RoleReference: RoleReference;
  SetRolePermissionsInput: SetRolePermissionsInput;
  SetRolePermissionsPayload: Omit<SetRolePermissionsPayload, 'role' | 'userErrors'> & { role?: Maybe<ResolversParentTypes['Role']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  String: Scalars['String']['output'];
  Subscription: Record<PropertyKey, never>;
  UpdateFeatureFlagOverrideInput: UpdateFeatureFlagOverrideInput;
  UpdateFeatureFlagOverridePayload: UpdateFeatureFlagOverridePayloadParent;
  UpdateOrganizationInput: UpdateOrganizationInput;
  UpdateOrganizationMfaPolicyInput: UpdateOrganizationMfaPolicyInput;
  UpdateOrganizationMfaPolicyPayload: Omit<UpdateOrganizationMfaPolicyPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversParentTypes['Organization']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  UpdateOrganizationPasskeyPolicyInput: UpdateOrganizationPasskeyPolicyInput;
  UpdateOrganizationPasskeyPolicyPayload: Omit<UpdateOrganizationPasskeyPolicyPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversParentTypes['Organization']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  UpdateOrganizationPayload: Omit<UpdateOrganizationPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversParentTypes['Organization']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  UpdateOrganizationPropertiesInput: UpdateOrganizationPropertiesInput;
  UpdateOrganizationPropertiesPayload: UpdateOrganizationPropertiesPayloadParent;
  UpdateOrganizationPropertyInput: UpdateOrganizationPropertyInput;
  UpdateOrganizationPropertyPayload: UpdateOrganizationPropertyPayloadParent;
  UpdateOrganizationSessionPolicyInput: UpdateOrganizationSessionPolicyInput;
  UpdateOrganizationSessionPolicyPayload: Omit<UpdateOrganizationSessionPolicyPayload, 'organization' | 'userErrors'> & { organization?: Maybe<ResolversParentTypes['Organization']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  UpdateOrganizationUsersInput: UpdateOrganizationUsersInput;
  UpdateOrganizationUsersPayload: Omit<UpdateOrganizationUsersPayload, 'organization' | 'updatedUsers' | 'userErrors'> & { organization?: Maybe<ResolversParentTypes['Organization']>, updatedUsers: ReadonlyArray<ResolversParentTypes['OrganizationUser']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  UpdatePermissionInput: UpdatePermissionInput;
  UpdatePermissionPayload: UpdatePermissionPayloadParent;
  UpdateRoleInput: UpdateRoleInput;
  UpdateRolePayload: Omit<UpdateRolePayload, 'role' | 'userErrors'> & { role?: Maybe<ResolversParentTypes['Role']>, userErrors: ReadonlyArray<ResolversParentTypes['UserError']> };
  UploadOrganizationLogoInput: UploadOrganizationLogoInput;
  UploadOrganizationLogoPayload: UploadOrganizationLogoPayloadParent;
  User: UserParent;
  UserConnection: UserConnectionParent;
  UserEdge: Omit<UserEdge, 'node'> & { node: ResolversParentTypes['User'] };
  UserError: UserErrorParent;
  Viewer: ViewerParent;
};

export type BatchDirectiveArgs = {
  size: Scalars['Int']['input'];
};

export type BatchDirectiveResolver<Result, Parent, ContextType = Context, Args = BatchDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type LiveDirectiveArgs = { };

export type LiveDirectiveResolver<Result, Parent, ContextType = Context, Args = LiveDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type OfOrganizationDirectiveArgs = {
  code: Scalars['String']['input'];
};

export type OfOrganizationDirectiveResolver<Result, Parent, ContextType = Context, Args = OfOrganizationDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type RequiresScopesDirectiveArgs = {
  scopes: ReadonlyArray<ReadonlyArray<Scalars['String']['input']>>;
};

export type RequiresScopesDirectiveResolver<Result, Parent, ContextType = Context, Args = RequiresScopesDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type UpstreamDirectiveArgs = {
  routes: ReadonlyArray<Scalars['String']['input']>;
  unlessCarried?: Scalars['Boolean']['input'];
};

export type UpstreamDirectiveResolver<Result, Parent, ContextType = Context, Args = UpstreamDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type AddOrganizationUserApiScopePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AddOrganizationUserApiScopePayload'] = ResolversParentTypes['AddOrganizationUserApiScopePayload']> = {
  organizationUser?: Resolver<Maybe<ResolversTypes['OrganizationUser']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type AddOrganizationUserPermissionPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AddOrganizationUserPermissionPayload'] = ResolversParentTypes['AddOrganizationUserPermissionPayload']> = {
  organizationUser?: Resolver<Maybe<ResolversTypes['OrganizationUser']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type AddOrganizationUserRolePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AddOrganizationUserRolePayload'] = ResolversParentTypes['AddOrganizationUserRolePayload']> = {
  organizationUser?: Resolver<Maybe<ResolversTypes['OrganizationUser']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type AddOrganizationUsersPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AddOrganizationUsersPayload'] = ResolversParentTypes['AddOrganizationUsersPayload']> = {
  addedUserIds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  addedUsers?: Resolver<ReadonlyArray<ResolversTypes['OrganizationUser']>, ParentType, ContextType>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type BillingAgreementResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BillingAgreement'] = ResolversParentTypes['BillingAgreement']> = {
  agreementId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  planCode?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ChangeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Change'] = ResolversParentTypes['Change']> = {
  changedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['ChangeKind'], ParentType, ContextType>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  organizationCode?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  permissionId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  roleId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  source?: Resolver<ResolversTypes['ChangeSource'], ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type ColorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Color'] = ResolversParentTypes['Color']> = {
  hex?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hsl?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  raw?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CreateOrganizationInvitePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateOrganizationInvitePayload'] = ResolversParentTypes['CreateOrganizationInvitePayload']> = {
  inviteCode?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  organizationInvite?: Resolver<Maybe<ResolversTypes['OrganizationInvite']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type CreateOrganizationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateOrganizationPayload'] = ResolversParentTypes['CreateOrganizationPayload']> = {
  addedUserIds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  addedUsers?: Resolver<ReadonlyArray<ResolversTypes['OrganizationUser']>, ParentType, ContextType>;
  deletedOrganizationCode?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type CreatePermissionPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreatePermissionPayload'] = ResolversParentTypes['CreatePermissionPayload']> = {
  permission?: Resolver<Maybe<ResolversTypes['Permission']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type CreateRolePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateRolePayload'] = ResolversParentTypes['CreateRolePayload']> = {
  role?: Resolver<Maybe<ResolversTypes['Role']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DeleteFeatureFlagOverridePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteFeatureFlagOverridePayload'] = ResolversParentTypes['DeleteFeatureFlagOverridePayload']> = {
  deletedFeatureFlagId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  deletedFeatureFlagKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  featureFlag?: Resolver<Maybe<ResolversTypes['FeatureFlag']>, ParentType, ContextType>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DeleteFeatureFlagOverridesPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteFeatureFlagOverridesPayload'] = ResolversParentTypes['DeleteFeatureFlagOverridesPayload']> = {
  deletedFeatureFlagIds?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ID']>>, ParentType, ContextType>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DeleteOrganizationHandlePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteOrganizationHandlePayload'] = ResolversParentTypes['DeleteOrganizationHandlePayload']> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DeleteOrganizationLogoPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteOrganizationLogoPayload'] = ResolversParentTypes['DeleteOrganizationLogoPayload']> = {
  deletedOrganizationLogoId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DeleteOrganizationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteOrganizationPayload'] = ResolversParentTypes['DeleteOrganizationPayload']> = {
  deletedOrganizationCode?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  deletedOrganizationId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DeletePermissionPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeletePermissionPayload'] = ResolversParentTypes['DeletePermissionPayload']> = {
  deletedPermissionId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  deletedPermissionKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DeleteRolePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeleteRolePayload'] = ResolversParentTypes['DeleteRolePayload']> = {
  deletedRoleId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  deletedRoleKey?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type DisableOrganizationSignInMethodPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DisableOrganizationSignInMethodPayload'] = ResolversParentTypes['DisableOrganizationSignInMethodPayload']> = {
  disabledOrganizationSignInMethodId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type EnableOrganizationSignInMethodPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EnableOrganizationSignInMethodPayload'] = ResolversParentTypes['EnableOrganizationSignInMethodPayload']> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  organizationSignInMethod?: Resolver<Maybe<ResolversTypes['OrganizationSignInMethod']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type EnvironmentFeatureFlagResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EnvironmentFeatureFlag'] = ResolversParentTypes['EnvironmentFeatureFlag']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['FeatureFlagType'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['FeatureFlagValue']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type FeatureFlagResolvers<ContextType = Context, ParentType extends ResolversParentTypes['FeatureFlag'] = ResolversParentTypes['FeatureFlag']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  source?: Resolver<ResolversTypes['FeatureFlagSource'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['FeatureFlagType'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['FeatureFlagValue']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface FeatureFlagValueScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['FeatureFlagValue'], any> {
  name: 'FeatureFlagValue';
}

export type MfaFactorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MfaFactor'] = ResolversParentTypes['MfaFactor']> = {
  createdOn?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  factorId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isVerified?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  lastUsedOn?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  type?: Resolver<Maybe<ResolversTypes['MfaFactorType']>, ParentType, ContextType>;
  usageCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  addOrganizationUserApiScope?: Resolver<ResolversTypes['AddOrganizationUserApiScopePayload'], ParentType, ContextType, RequireFields<MutationAddOrganizationUserApiScopeArgs, 'input'>>;
  addOrganizationUserPermission?: Resolver<ResolversTypes['AddOrganizationUserPermissionPayload'], ParentType, ContextType, RequireFields<MutationAddOrganizationUserPermissionArgs, 'input'>>;
  addOrganizationUserRole?: Resolver<ResolversTypes['AddOrganizationUserRolePayload'], ParentType, ContextType, RequireFields<MutationAddOrganizationUserRoleArgs, 'input'>>;
  addOrganizationUsers?: Resolver<ResolversTypes['AddOrganizationUsersPayload'], ParentType, ContextType, RequireFields<MutationAddOrganizationUsersArgs, 'input'>>;
  createOrganization?: Resolver<ResolversTypes['CreateOrganizationPayload'], ParentType, ContextType, RequireFields<MutationCreateOrganizationArgs, 'input'>>;
  createOrganizationInvite?: Resolver<ResolversTypes['CreateOrganizationInvitePayload'], ParentType, ContextType, RequireFields<MutationCreateOrganizationInviteArgs, 'input'>>;
  createPermission?: Resolver<ResolversTypes['CreatePermissionPayload'], ParentType, ContextType, RequireFields<MutationCreatePermissionArgs, 'input'>>;
  createRole?: Resolver<ResolversTypes['CreateRolePayload'], ParentType, ContextType, RequireFields<MutationCreateRoleArgs, 'input'>>;
  deleteFeatureFlagOverride?: Resolver<ResolversTypes['DeleteFeatureFlagOverridePayload'], ParentType, ContextType, RequireFields<MutationDeleteFeatureFlagOverrideArgs, 'input'>>;
  deleteFeatureFlagOverrides?: Resolver<ResolversTypes['DeleteFeatureFlagOverridesPayload'], ParentType, ContextType, RequireFields<MutationDeleteFeatureFlagOverridesArgs, 'input'>>;
  deleteOrganization?: Resolver<ResolversTypes['DeleteOrganizationPayload'], ParentType, ContextType, RequireFields<MutationDeleteOrganizationArgs, 'input'>>;
  deleteOrganizationHandle?: Resolver<ResolversTypes['DeleteOrganizationHandlePayload'], ParentType, ContextType, RequireFields<MutationDeleteOrganizationHandleArgs, 'input'>>;
  deleteOrganizationLogo?: Resolver<ResolversTypes['DeleteOrganizationLogoPayload'], ParentType, ContextType, RequireFields<MutationDeleteOrganizationLogoArgs, 'input'>>;
  deletePermission?: Resolver<ResolversTypes['DeletePermissionPayload'], ParentType, ContextType, RequireFields<MutationDeletePermissionArgs, 'input'>>;
  deleteRole?: Resolver<ResolversTypes['DeleteRolePayload'], ParentType, ContextType, RequireFields<MutationDeleteRoleArgs, 'input'>>;
  disableOrganizationSignInMethod?: Resolver<ResolversTypes['DisableOrganizationSignInMethodPayload'], ParentType, ContextType, RequireFields<MutationDisableOrganizationSignInMethodArgs, 'input'>>;
  enableOrganizationSignInMethod?: Resolver<ResolversTypes['EnableOrganizationSignInMethodPayload'], ParentType, ContextType, RequireFields<MutationEnableOrganizationSignInMethodArgs, 'input'>>;
  refreshUserClaims?: Resolver<ResolversTypes['RefreshUserClaimsPayload'], ParentType, ContextType, RequireFields<MutationRefreshUserClaimsArgs, 'input'>>;
  removeOrganizationUser?: Resolver<ResolversTypes['RemoveOrganizationUserPayload'], ParentType, ContextType, RequireFields<MutationRemoveOrganizationUserArgs, 'input'>>;
  removeOrganizationUserApiScope?: Resolver<ResolversTypes['RemoveOrganizationUserApiScopePayload'], ParentType, ContextType, RequireFields<MutationRemoveOrganizationUserApiScopeArgs, 'input'>>;
  removeOrganizationUserPermission?: Resolver<ResolversTypes['RemoveOrganizationUserPermissionPayload'], ParentType, ContextType, RequireFields<MutationRemoveOrganizationUserPermissionArgs, 'input'>>;
  removeOrganizationUserRole?: Resolver<ResolversTypes['RemoveOrganizationUserRolePayload'], ParentType, ContextType, RequireFields<MutationRemoveOrganizationUserRoleArgs, 'input'>>;
  removeOrganizationUsers?: Resolver<ResolversTypes['RemoveOrganizationUsersPayload'], ParentType, ContextType, RequireFields<MutationRemoveOrganizationUsersArgs, 'input'>>;
  resetOrganizationUserMfa?: Resolver<ResolversTypes['ResetOrganizationUserMfaPayload'], ParentType, ContextType, RequireFields<MutationResetOrganizationUserMfaArgs, 'input'>>;
  resetOrganizationUserMfaFactor?: Resolver<ResolversTypes['ResetOrganizationUserMfaFactorPayload'], ParentType, ContextType, RequireFields<MutationResetOrganizationUserMfaFactorArgs, 'input'>>;
  revokeOrganizationInvite?: Resolver<ResolversTypes['RevokeOrganizationInvitePayload'], ParentType, ContextType, RequireFields<MutationRevokeOrganizationInviteArgs, 'input'>>;
  setRolePermissions?: Resolver<ResolversTypes['SetRolePermissionsPayload'], ParentType, ContextType, RequireFields<MutationSetRolePermissionsArgs, 'input'>>;
  updateFeatureFlagOverride?: Resolver<ResolversTypes['UpdateFeatureFlagOverridePayload'], ParentType, ContextType, RequireFields<MutationUpdateFeatureFlagOverrideArgs, 'input'>>;
  updateOrganization?: Resolver<ResolversTypes['UpdateOrganizationPayload'], ParentType, ContextType, RequireFields<MutationUpdateOrganizationArgs, 'input'>>;
  updateOrganizationMfaPolicy?: Resolver<ResolversTypes['UpdateOrganizationMfaPolicyPayload'], ParentType, ContextType, RequireFields<MutationUpdateOrganizationMfaPolicyArgs, 'input'>>;
  updateOrganizationPasskeyPolicy?: Resolver<ResolversTypes['UpdateOrganizationPasskeyPolicyPayload'], ParentType, ContextType, RequireFields<MutationUpdateOrganizationPasskeyPolicyArgs, 'input'>>;
  updateOrganizationProperties?: Resolver<ResolversTypes['UpdateOrganizationPropertiesPayload'], ParentType, ContextType, RequireFields<MutationUpdateOrganizationPropertiesArgs, 'input'>>;
  updateOrganizationProperty?: Resolver<ResolversTypes['UpdateOrganizationPropertyPayload'], ParentType, ContextType, RequireFields<MutationUpdateOrganizationPropertyArgs, 'input'>>;
  updateOrganizationSessionPolicy?: Resolver<ResolversTypes['UpdateOrganizationSessionPolicyPayload'], ParentType, ContextType, RequireFields<MutationUpdateOrganizationSessionPolicyArgs, 'input'>>;
  updateOrganizationUsers?: Resolver<ResolversTypes['UpdateOrganizationUsersPayload'], ParentType, ContextType, RequireFields<MutationUpdateOrganizationUsersArgs, 'input'>>;
  updatePermission?: Resolver<ResolversTypes['UpdatePermissionPayload'], ParentType, ContextType, RequireFields<MutationUpdatePermissionArgs, 'input'>>;
  updateRole?: Resolver<ResolversTypes['UpdateRolePayload'], ParentType, ContextType, RequireFields<MutationUpdateRoleArgs, 'input'>>;
  uploadOrganizationLogo?: Resolver<ResolversTypes['UploadOrganizationLogoPayload'], ParentType, ContextType, RequireFields<MutationUploadOrganizationLogoArgs, 'input'>>;
};

export type NodeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'EnvironmentFeatureFlag' | 'FeatureFlag' | 'MfaFactor' | 'Organization' | 'OrganizationInvite' | 'OrganizationLogo' | 'OrganizationProperty' | 'OrganizationSignInMethod' | 'OrganizationUser' | 'Permission' | 'Role' | 'User', ParentType, ContextType>;
};

export type OrganizationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Organization'] = ResolversParentTypes['Organization']> = {
  allowedDomains?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  billing?: Resolver<Maybe<ResolversTypes['OrganizationBilling']>, ParentType, ContextType>;
  branding?: Resolver<ResolversTypes['OrganizationBranding'], ParentType, ContextType>;
  code?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  createdOn?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  externalId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  featureFlag?: Resolver<Maybe<ResolversTypes['FeatureFlag']>, ParentType, ContextType, RequireFields<OrganizationFeatureFlagArgs, 'includeInherited' | 'key'>>;
  featureFlags?: Resolver<ReadonlyArray<ResolversTypes['FeatureFlag']>, ParentType, ContextType, RequireFields<OrganizationFeatureFlagsArgs, 'includeInherited'>>;
  handle?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  invite?: Resolver<Maybe<ResolversTypes['OrganizationInvite']>, ParentType, ContextType, RequireFields<OrganizationInviteArgs, 'code'>>;
  invites?: Resolver<ResolversTypes['OrganizationInviteConnection'], ParentType, ContextType, RequireFields<OrganizationInvitesArgs, 'first' | 'includeAccepted' | 'includeRevoked'>>;
  isAutoMembershipEnabled?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  isDefault?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  isSuspended?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  logos?: Resolver<ReadonlyArray<ResolversTypes['OrganizationLogo']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  passkeyPolicy?: Resolver<ResolversTypes['PasskeyPolicy'], ParentType, ContextType>;
  properties?: Resolver<ReadonlyArray<ResolversTypes['OrganizationProperty']>, ParentType, ContextType>;
  senderEmail?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  senderName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  signInMethods?: Resolver<ReadonlyArray<ResolversTypes['OrganizationSignInMethod']>, ParentType, ContextType>;
  suspendedOn?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['OrganizationUser']>, ParentType, ContextType, RequireFields<OrganizationUserArgs, 'userId'>>;
  users?: Resolver<ResolversTypes['OrganizationUserConnection'], ParentType, ContextType, RequireFields<OrganizationUsersArgs, 'first'>>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OrganizationBillingResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationBilling'] = ResolversParentTypes['OrganizationBilling']> = {
  agreements?: Resolver<Maybe<ReadonlyArray<ResolversTypes['BillingAgreement']>>, ParentType, ContextType>;
  customerId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type OrganizationBrandingResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationBranding'] = ResolversParentTypes['OrganizationBranding']> = {
  backgroundColor?: Resolver<Maybe<ResolversTypes['Color']>, ParentType, ContextType>;
  backgroundColorDark?: Resolver<Maybe<ResolversTypes['Color']>, ParentType, ContextType>;
  buttonBorderRadius?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  buttonColor?: Resolver<Maybe<ResolversTypes['Color']>, ParentType, ContextType>;
  buttonColorDark?: Resolver<Maybe<ResolversTypes['Color']>, ParentType, ContextType>;
  buttonTextColor?: Resolver<Maybe<ResolversTypes['Color']>, ParentType, ContextType>;
  buttonTextColorDark?: Resolver<Maybe<ResolversTypes['Color']>, ParentType, ContextType>;
  cardBorderRadius?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  colorScheme?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  faviconFallback?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  faviconSvg?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  inputBorderRadius?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  linkColor?: Resolver<Maybe<ResolversTypes['Color']>, ParentType, ContextType>;
  linkColorDark?: Resolver<Maybe<ResolversTypes['Color']>, ParentType, ContextType>;
  logo?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  logoDark?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  themeCode?: Resolver<Maybe<ResolversTypes['ThemeCode']>, ParentType, ContextType>;
};

export type OrganizationConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationConnection'] = ResolversParentTypes['OrganizationConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['OrganizationEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Organization']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type OrganizationEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationEdge'] = ResolversParentTypes['OrganizationEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Organization'], ParentType, ContextType>;
};

export type OrganizationInviteResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationInvite'] = ResolversParentTypes['OrganizationInvite']> = {
  acceptedOn?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  createdOn?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  firstName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  fullName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  inviteLink?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  isSent?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  lastName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  organization?: Resolver<ResolversTypes['Organization'], ParentType, ContextType>;
  roles?: Resolver<ReadonlyArray<ResolversTypes['Role']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['OrganizationInviteStatus'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OrganizationInviteConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationInviteConnection'] = ResolversParentTypes['OrganizationInviteConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['OrganizationInviteEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['OrganizationInvite']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type OrganizationInviteEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationInviteEdge'] = ResolversParentTypes['OrganizationInviteEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['OrganizationInvite'], ParentType, ContextType>;
};

export type OrganizationLogoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationLogo'] = ResolversParentTypes['OrganizationLogo']> = {
  fileName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  path?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  type?: Resolver<Maybe<ResolversTypes['OrganizationLogoType']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OrganizationPropertyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationProperty'] = ResolversParentTypes['OrganizationProperty']> = {
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  propertyId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OrganizationSignInMethodResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationSignInMethod'] = ResolversParentTypes['OrganizationSignInMethod']> = {
  connectionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  displayName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  strategy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OrganizationUserResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationUser'] = ResolversParentTypes['OrganizationUser']> = {
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  firstName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  fullName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isSuspended?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  joinedOn?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastAccessedOn?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  mfaFactors?: Resolver<ReadonlyArray<ResolversTypes['MfaFactor']>, ParentType, ContextType>;
  organization?: Resolver<ResolversTypes['Organization'], ParentType, ContextType>;
  permissionGrants?: Resolver<ReadonlyArray<ResolversTypes['PermissionGrant']>, ParentType, ContextType>;
  permissions?: Resolver<ReadonlyArray<ResolversTypes['Permission']>, ParentType, ContextType>;
  picture?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  roles?: Resolver<ReadonlyArray<ResolversTypes['Role']>, ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  userId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OrganizationUserConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationUserConnection'] = ResolversParentTypes['OrganizationUserConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['OrganizationUserEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['OrganizationUser']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type OrganizationUserEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['OrganizationUserEdge'] = ResolversParentTypes['OrganizationUserEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['OrganizationUser'], ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PasskeyPolicyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PasskeyPolicy'] = ResolversParentTypes['PasskeyPolicy']> = {
  environmentRequirement?: Resolver<Maybe<ResolversTypes['PasskeyRequirement']>, ParentType, ContextType>;
  isEnabled?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  isOverridden?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  requirement?: Resolver<Maybe<ResolversTypes['PasskeyRequirement']>, ParentType, ContextType>;
};

export type PermissionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Permission'] = ResolversParentTypes['Permission']> = {
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  permissionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PermissionConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PermissionConnection'] = ResolversParentTypes['PermissionConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['PermissionEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Permission']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type PermissionEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PermissionEdge'] = ResolversParentTypes['PermissionEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Permission'], ParentType, ContextType>;
};

export type PermissionGrantResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PermissionGrant'] = ResolversParentTypes['PermissionGrant']> = {
  permission?: Resolver<ResolversTypes['Permission'], ParentType, ContextType>;
  roles?: Resolver<ReadonlyArray<ResolversTypes['Role']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  featureFlags?: Resolver<ReadonlyArray<ResolversTypes['EnvironmentFeatureFlag']>, ParentType, ContextType>;
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  nodes?: Resolver<ReadonlyArray<Maybe<ResolversTypes['Node']>>, ParentType, ContextType, RequireFields<QueryNodesArgs, 'ids'>>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType, RequireFields<QueryOrganizationArgs, 'code'>>;
  organizationByExternalId?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType, RequireFields<QueryOrganizationByExternalIdArgs, 'externalId'>>;
  organizationByHandle?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType, RequireFields<QueryOrganizationByHandleArgs, 'handle'>>;
  organizations?: Resolver<ResolversTypes['OrganizationConnection'], ParentType, ContextType, RequireFields<QueryOrganizationsArgs, 'first'>>;
  permissions?: Resolver<ResolversTypes['PermissionConnection'], ParentType, ContextType, RequireFields<QueryPermissionsArgs, 'first'>>;
  rateLimit?: Resolver<Maybe<ResolversTypes['RateLimit']>, ParentType, ContextType>;
  roles?: Resolver<ResolversTypes['RoleConnection'], ParentType, ContextType, RequireFields<QueryRolesArgs, 'first'>>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<QueryUserArgs, 'userId'>>;
  users?: Resolver<ResolversTypes['UserConnection'], ParentType, ContextType, RequireFields<QueryUsersArgs, 'first'>>;
  viewer?: Resolver<ResolversTypes['Viewer'], ParentType, ContextType>;
};

export type RateLimitResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RateLimit'] = ResolversParentTypes['RateLimit']> = {
  cost?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  limit?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  remaining?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  resetsAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type RefreshUserClaimsPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RefreshUserClaimsPayload'] = ResolversParentTypes['RefreshUserClaimsPayload']> = {
  refreshedUserId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RemoveOrganizationUserApiScopePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RemoveOrganizationUserApiScopePayload'] = ResolversParentTypes['RemoveOrganizationUserApiScopePayload']> = {
  organizationUser?: Resolver<Maybe<ResolversTypes['OrganizationUser']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RemoveOrganizationUserPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RemoveOrganizationUserPayload'] = ResolversParentTypes['RemoveOrganizationUserPayload']> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  removedOrganizationUserId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  removedUserId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RemoveOrganizationUserPermissionPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RemoveOrganizationUserPermissionPayload'] = ResolversParentTypes['RemoveOrganizationUserPermissionPayload']> = {
  organizationUser?: Resolver<Maybe<ResolversTypes['OrganizationUser']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RemoveOrganizationUserRolePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RemoveOrganizationUserRolePayload'] = ResolversParentTypes['RemoveOrganizationUserRolePayload']> = {
  organizationUser?: Resolver<Maybe<ResolversTypes['OrganizationUser']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RemoveOrganizationUsersPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RemoveOrganizationUsersPayload'] = ResolversParentTypes['RemoveOrganizationUsersPayload']> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  removedOrganizationUserIds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  removedUserIds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type ResetOrganizationUserMfaFactorPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ResetOrganizationUserMfaFactorPayload'] = ResolversParentTypes['ResetOrganizationUserMfaFactorPayload']> = {
  deletedMfaFactorId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  organizationUser?: Resolver<Maybe<ResolversTypes['OrganizationUser']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type ResetOrganizationUserMfaPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ResetOrganizationUserMfaPayload'] = ResolversParentTypes['ResetOrganizationUserMfaPayload']> = {
  organizationUser?: Resolver<Maybe<ResolversTypes['OrganizationUser']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RevokeOrganizationInvitePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RevokeOrganizationInvitePayload'] = ResolversParentTypes['RevokeOrganizationInvitePayload']> = {
  inviteCode?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  organizationInvite?: Resolver<Maybe<ResolversTypes['OrganizationInvite']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type RoleResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Role'] = ResolversParentTypes['Role']> = {
  activeUsersCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType, RequireFields<RoleActiveUsersCountArgs, 'from' | 'organizationCode' | 'to'>>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isDefault?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  permissions?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Permission']>>, ParentType, ContextType>;
  roleId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  users?: Resolver<Maybe<ResolversTypes['OrganizationUserConnection']>, ParentType, ContextType, RequireFields<RoleUsersArgs, 'first' | 'organizationCode'>>;
  usersCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType, RequireFields<RoleUsersCountArgs, 'organizationCode'>>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RoleConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RoleConnection'] = ResolversParentTypes['RoleConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['RoleEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Role']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type RoleEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RoleEdge'] = ResolversParentTypes['RoleEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
};

export type SetRolePermissionsPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SetRolePermissionsPayload'] = ResolversParentTypes['SetRolePermissionsPayload']> = {
  role?: Resolver<Maybe<ResolversTypes['Role']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  changes?: SubscriptionResolver<ResolversTypes['Change'], "changes", ParentType, ContextType, Partial<SubscriptionChangesArgs>>;
};

export type UpdateFeatureFlagOverridePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateFeatureFlagOverridePayload'] = ResolversParentTypes['UpdateFeatureFlagOverridePayload']> = {
  featureFlag?: Resolver<Maybe<ResolversTypes['FeatureFlag']>, ParentType, ContextType>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateOrganizationMfaPolicyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateOrganizationMfaPolicyPayload'] = ResolversParentTypes['UpdateOrganizationMfaPolicyPayload']> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateOrganizationPasskeyPolicyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateOrganizationPasskeyPolicyPayload'] = ResolversParentTypes['UpdateOrganizationPasskeyPolicyPayload']> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateOrganizationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateOrganizationPayload'] = ResolversParentTypes['UpdateOrganizationPayload']> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateOrganizationPropertiesPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateOrganizationPropertiesPayload'] = ResolversParentTypes['UpdateOrganizationPropertiesPayload']> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  properties?: Resolver<Maybe<ReadonlyArray<ResolversTypes['OrganizationProperty']>>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateOrganizationPropertyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateOrganizationPropertyPayload'] = ResolversParentTypes['UpdateOrganizationPropertyPayload']> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  property?: Resolver<Maybe<ResolversTypes['OrganizationProperty']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateOrganizationSessionPolicyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateOrganizationSessionPolicyPayload'] = ResolversParentTypes['UpdateOrganizationSessionPolicyPayload']> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateOrganizationUsersPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateOrganizationUsersPayload'] = ResolversParentTypes['UpdateOrganizationUsersPayload']> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  updatedUserIds?: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  updatedUsers?: Resolver<ReadonlyArray<ResolversTypes['OrganizationUser']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdatePermissionPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdatePermissionPayload'] = ResolversParentTypes['UpdatePermissionPayload']> = {
  permission?: Resolver<Maybe<ResolversTypes['Permission']>, ParentType, ContextType>;
  replacedPermissionId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UpdateRolePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdateRolePayload'] = ResolversParentTypes['UpdateRolePayload']> = {
  replacedRoleId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  role?: Resolver<Maybe<ResolversTypes['Role']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UploadOrganizationLogoPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UploadOrganizationLogoPayload'] = ResolversParentTypes['UploadOrganizationLogoPayload']> = {
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  organizationLogo?: Resolver<Maybe<ResolversTypes['OrganizationLogo']>, ParentType, ContextType>;
  userErrors?: Resolver<ReadonlyArray<ResolversTypes['UserError']>, ParentType, ContextType>;
};

export type UserResolvers<ContextType = Context, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  createdOn?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  failedSignIns?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  firstName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  fullName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isSuspended?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  lastName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  lastSignedInOn?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  membership?: Resolver<Maybe<ResolversTypes['OrganizationUser']>, ParentType, ContextType, RequireFields<UserMembershipArgs, 'organizationCode'>>;
  memberships?: Resolver<Maybe<ReadonlyArray<ResolversTypes['OrganizationUser']>>, ParentType, ContextType>;
  phone?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  picture?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  providedId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  totalSignIns?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  userId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  username?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UserConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserConnection'] = ResolversParentTypes['UserConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['UserEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['User']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type UserEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserEdge'] = ResolversParentTypes['UserEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type UserErrorResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserError'] = ResolversParentTypes['UserError']> = {
  code?: Resolver<ResolversTypes['UserErrorCode'], ParentType, ContextType>;
  field?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  kindeCode?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ViewerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer']> = {
  can?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType, RequireFields<ViewerCanArgs, 'scope'>>;
  kind?: Resolver<ResolversTypes['ViewerKind'], ParentType, ContextType>;
  organization?: Resolver<Maybe<ResolversTypes['Organization']>, ParentType, ContextType>;
  permissions?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  scopes?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  AddOrganizationUserApiScopePayload?: AddOrganizationUserApiScopePayloadResolvers<ContextType>;
  AddOrganizationUserPermissionPayload?: AddOrganizationUserPermissionPayloadResolvers<ContextType>;
  AddOrganizationUserRolePayload?: AddOrganizationUserRolePayloadResolvers<ContextType>;
  AddOrganizationUsersPayload?: AddOrganizationUsersPayloadResolvers<ContextType>;
  BillingAgreement?: BillingAgreementResolvers<ContextType>;
  Change?: ChangeResolvers<ContextType>;
  Color?: ColorResolvers<ContextType>;
  CreateOrganizationInvitePayload?: CreateOrganizationInvitePayloadResolvers<ContextType>;
  CreateOrganizationPayload?: CreateOrganizationPayloadResolvers<ContextType>;
  CreatePermissionPayload?: CreatePermissionPayloadResolvers<ContextType>;
  CreateRolePayload?: CreateRolePayloadResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  DeleteFeatureFlagOverridePayload?: DeleteFeatureFlagOverridePayloadResolvers<ContextType>;
  DeleteFeatureFlagOverridesPayload?: DeleteFeatureFlagOverridesPayloadResolvers<ContextType>;
  DeleteOrganizationHandlePayload?: DeleteOrganizationHandlePayloadResolvers<ContextType>;
  DeleteOrganizationLogoPayload?: DeleteOrganizationLogoPayloadResolvers<ContextType>;
  DeleteOrganizationPayload?: DeleteOrganizationPayloadResolvers<ContextType>;
  DeletePermissionPayload?: DeletePermissionPayloadResolvers<ContextType>;
  DeleteRolePayload?: DeleteRolePayloadResolvers<ContextType>;
  DisableOrganizationSignInMethodPayload?: DisableOrganizationSignInMethodPayloadResolvers<ContextType>;
  EnableOrganizationSignInMethodPayload?: EnableOrganizationSignInMethodPayloadResolvers<ContextType>;
  EnvironmentFeatureFlag?: EnvironmentFeatureFlagResolvers<ContextType>;
  FeatureFlag?: FeatureFlagResolvers<ContextType>;
  FeatureFlagValue?: GraphQLScalarType;
  MfaFactor?: MfaFactorResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  Organization?: OrganizationResolvers<ContextType>;
  OrganizationBilling?: OrganizationBillingResolvers<ContextType>;
  OrganizationBranding?: OrganizationBrandingResolvers<ContextType>;
  OrganizationConnection?: OrganizationConnectionResolvers<ContextType>;
  OrganizationEdge?: OrganizationEdgeResolvers<ContextType>;
  OrganizationInvite?: OrganizationInviteResolvers<ContextType>;
  OrganizationInviteConnection?: OrganizationInviteConnectionResolvers<ContextType>;
  OrganizationInviteEdge?: OrganizationInviteEdgeResolvers<ContextType>;
  OrganizationLogo?: OrganizationLogoResolvers<ContextType>;
  OrganizationProperty?: OrganizationPropertyResolvers<ContextType>;
  OrganizationSignInMethod?: OrganizationSignInMethodResolvers<ContextType>;
  OrganizationUser?: OrganizationUserResolvers<ContextType>;
  OrganizationUserConnection?: OrganizationUserConnectionResolvers<ContextType>;
  OrganizationUserEdge?: OrganizationUserEdgeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  PasskeyPolicy?: PasskeyPolicyResolvers<ContextType>;
  Permission?: PermissionResolvers<ContextType>;
  PermissionConnection?: PermissionConnectionResolvers<ContextType>;
  PermissionEdge?: PermissionEdgeResolvers<ContextType>;
  PermissionGrant?: PermissionGrantResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RateLimit?: RateLimitResolvers<ContextType>;
  RefreshUserClaimsPayload?: RefreshUserClaimsPayloadResolvers<ContextType>;
  RemoveOrganizationUserApiScopePayload?: RemoveOrganizationUserApiScopePayloadResolvers<ContextType>;
  RemoveOrganizationUserPayload?: RemoveOrganizationUserPayloadResolvers<ContextType>;
  RemoveOrganizationUserPermissionPayload?: RemoveOrganizationUserPermissionPayloadResolvers<ContextType>;
  RemoveOrganizationUserRolePayload?: RemoveOrganizationUserRolePayloadResolvers<ContextType>;
  RemoveOrganizationUsersPayload?: RemoveOrganizationUsersPayloadResolvers<ContextType>;
  ResetOrganizationUserMfaFactorPayload?: ResetOrganizationUserMfaFactorPayloadResolvers<ContextType>;
  ResetOrganizationUserMfaPayload?: ResetOrganizationUserMfaPayloadResolvers<ContextType>;
  RevokeOrganizationInvitePayload?: RevokeOrganizationInvitePayloadResolvers<ContextType>;
  Role?: RoleResolvers<ContextType>;
  RoleConnection?: RoleConnectionResolvers<ContextType>;
  RoleEdge?: RoleEdgeResolvers<ContextType>;
  SetRolePermissionsPayload?: SetRolePermissionsPayloadResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  UpdateFeatureFlagOverridePayload?: UpdateFeatureFlagOverridePayloadResolvers<ContextType>;
  UpdateOrganizationMfaPolicyPayload?: UpdateOrganizationMfaPolicyPayloadResolvers<ContextType>;
  UpdateOrganizationPasskeyPolicyPayload?: UpdateOrganizationPasskeyPolicyPayloadResolvers<ContextType>;
  UpdateOrganizationPayload?: UpdateOrganizationPayloadResolvers<ContextType>;
  UpdateOrganizationPropertiesPayload?: UpdateOrganizationPropertiesPayloadResolvers<ContextType>;
  UpdateOrganizationPropertyPayload?: UpdateOrganizationPropertyPayloadResolvers<ContextType>;
  UpdateOrganizationSessionPolicyPayload?: UpdateOrganizationSessionPolicyPayloadResolvers<ContextType>;
  UpdateOrganizationUsersPayload?: UpdateOrganizationUsersPayloadResolvers<ContextType>;
  UpdatePermissionPayload?: UpdatePermissionPayloadResolvers<ContextType>;
  UpdateRolePayload?: UpdateRolePayloadResolvers<ContextType>;
  UploadOrganizationLogoPayload?: UploadOrganizationLogoPayloadResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  UserConnection?: UserConnectionResolvers<ContextType>;
  UserEdge?: UserEdgeResolvers<ContextType>;
  UserError?: UserErrorResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = Context> = {
  batch?: BatchDirectiveResolver<any, any, ContextType>;
  live?: LiveDirectiveResolver<any, any, ContextType>;
  ofOrganization?: OfOrganizationDirectiveResolver<any, any, ContextType>;
  requiresScopes?: RequiresScopesDirectiveResolver<any, any, ContextType>;
  upstream?: UpstreamDirectiveResolver<any, any, ContextType>;
};
