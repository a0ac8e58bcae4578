/** The rules that stand in the SDL, enforced at every field that has one before its resolver runs. */
import { getDirective } from '@graphql-tools/utils';
import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { wrapResolvers } from '../graphql/wrap-resolvers.js';
import type { Change } from '../upstream/changes/change.js';
import type { OrganizationParent } from '../loaders/organizations.js';
import { argumentScopes, fieldScopes, requiredScopes, scopedFields } from './required-scopes.js';
import { authorize, canUse, type Owner, type Viewer } from './viewer.js';

const ENVIRONMENT: Owner = { kind: 'environment' };
const organization = (code: string): Owner => ({ kind: 'organization', code });

type OwnerOf = (parent: never) => Owner | undefined;

const ofItsOrganization = ({ org_code }: { org_code: string }) => organization(org_code);

const ofEnvironment: OwnerOf = () => ENVIRONMENT;

/** Whose an object is, by its type. */
const OWNER_OF: Readonly<Record<string, OwnerOf>> = {
  Organization: ({ code }: OrganizationParent) => organization(code),
  OrganizationUser: ofItsOrganization,
  OrganizationInvite: ofItsOrganization,
  OrganizationLogo: ofItsOrganization,
  OrganizationProperty: ofItsOrganization,
  OrganizationSignInMethod: ofItsOrganization,
  FeatureFlag: ofItsOrganization,
  MfaFactor: ofItsOrganization,
  // A change of the environment has no objects of an organization.
  Change: ({ organizationCode }: Change) =>
    organizationCode === undefined ? undefined : organization(organizationCode),
  // A person is in several organizations, so nobody who is held to one may read it.
  User: ofEnvironment,
  EnvironmentFeatureFlag: ofEnvironment,
  CreatePermissionPayload: ofEnvironment,
  UpdatePermissionPayload: ofEnvironment,
  // Neither `Query.roles` nor `node` shows one to a user, so a member led here.
  Role: () => ({ kind: 'member' }),
};

/** Whose a mutation's payload is; undefined where it holds nothing that could be read. */
const ownerOfPayload = (payload: { organization: OrganizationParent | null }) =>
  payload.organization === null ? undefined : organization(payload.organization.code);

function ownerOfObjects(schema: GraphQLSchema, typeName: string): OwnerOf | undefined {
  const type = schema.getType(typeName) as GraphQLObjectType;
  const isPayload = typeName.endsWith('Payload') && 'organization' in type.getFields();
  return isPayload ? ownerOfPayload : OWNER_OF[typeName];
}

/** The value at a path into a field's arguments, such as `input.organizationCode`. */
function valueAt(args: unknown, path: readonly string[]): unknown {
  return path.reduce((value, name) => (value as Record<string, unknown>)[name], args);
}

/** Whether an argument asks for something: one that is false or an empty list asks for nothing. */
function isGiven(value: unknown): boolean {
  return value != null && value !== false && !(Array.isArray(value) && value.length === 0);
}

const isRoot = (schema: GraphQLSchema, typeName: string) =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].some(
    (type) => type?.name === typeName,
  );

/**
 * Has fields resolved only for viewers with the scopes of `@requiresScopes`. Throws when such a field is
 * on a type that OWNER_OF lacks.
 */
export function enforceScopes(schema: GraphQLSchema): GraphQLSchema {
  return wrapResolvers(schema, (field, type, resolve) => {
    const scopes = fieldScopes(schema, type, field)?.scopes;
    const ofArguments = argumentScopes(schema, type, field.name);
    if (scopes === undefined && ofArguments.length === 0) return undefined;
    const path = getDirective(schema, field, 'ofOrganization')?.[0]?.['code'] as string | undefined;
    const names = path?.split('.');
    const ofParent = isRoot(schema, type.name)
      ? () => ENVIRONMENT
      : (ownerOfObjects(schema, type.name) as ((parent: unknown) => Owner | undefined) | undefined);
    const ownerOf =
      names === undefined
        ? ofParent
        : (_: unknown, args: unknown) => {
            const code = valueAt(args, names) as string | null | undefined;
            return code == null ? ENVIRONMENT : organization(code);
          };
    if (ownerOf === undefined) {
      throw new TypeError(
        `${type.name}.${field.name} requires scopes, but OWNER_OF lacks ${type.name}.`,
      );
    }
    return (parent, args, context, info) => {
      const owner = ownerOf(parent, args);
      if (owner !== undefined) {
        if (scopes !== undefined) authorize(context.viewer, scopes, owner);
        for (const argument of ofArguments) {
          if (isGiven(valueAt(args, argument.path))) {
            authorize(context.viewer, argument.scopes, owner);
          }
        }
      }
      return resolve(parent, args, context, info);
    };
  });
}

/** By schema, the scopes that no field inside an organization needs. */
const environmentScopes = new WeakMap<GraphQLSchema, ReadonlySet<string>>();

/**
 * Returns whether a viewer may do what a scope allows; undefined where only Kinde knows. A token for an
 * organization has no use for a scope that only fields about the whole environment need.
 */
export function mayUseScope(
  viewer: Viewer,
  schema: GraphQLSchema,
  scope: string,
): boolean | undefined {
  let scopes = environmentScopes.get(schema);
  if (scopes === undefined) environmentScopes.set(schema, (scopes = findEnvironmentScopes(schema)));
  return canUse(viewer, scope, scopes.has(scope));
}

function findEnvironmentScopes(schema: GraphQLSchema): Set<string> {
  const fields = scopedFields(schema);
  const ofOrganizations = fields.filter(({ typeName, fieldName }) => {
    const type = schema.getType(typeName) as GraphQLObjectType;
    return isRoot(schema, typeName)
      ? getDirective(schema, type.getFields()[fieldName]!, 'ofOrganization') !== undefined
      : OWNER_OF[typeName] !== ofEnvironment;
  });
  const inOrganizations = new Set(ofOrganizations.flatMap(({ scopes }) => scopes.flat()));
  const all = fields.flatMap(({ scopes }) => scopes.flat());
  return new Set(all.filter((scope) => !inOrganizations.has(scope)));
}

/**
 * Throws FORBIDDEN unless the viewer may read an object of this type by its id: the type's
 * `@requiresScopes`, and the organization that the id names. An id without one is the environment's.
 */
export function authorizeNode(
  viewer: Viewer,
  schema: GraphQLSchema,
  type: string,
  code: string | undefined,
): void {
  const scopes = requiredScopes(schema, schema.getType(type) as GraphQLObjectType);
  if (scopes === undefined) throw new TypeError(`${type} lacks @requiresScopes`);
  authorize(viewer, scopes, code === undefined ? ENVIRONMENT : organization(code));
}
