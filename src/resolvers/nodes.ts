import type { GraphQLSchema } from 'graphql';
import { authorizeNode } from '../auth/directives.js';
import type { Context } from '../graphql/context.js';
import { badUserInput } from '../graphql/errors.js';
import type { Resolvers, ResolversParentTypes } from '../generated/resolvers.js';
import type { Loaders } from '../loaders/index.js';
import { organizationIn, parseNodeId, type NodeType } from './node-id.js';
import type { NodeParent } from './parents.js';

const MAX_NODES = 100;

/** How an object of each type is found by the keys in its id. */
const FIND: {
  [T in NodeType]: (loaders: Loaders, ...keys: string[]) => Promise<ResolversParentTypes[T] | null>;
} = {
  Organization: ({ organizations }, code) => organizations.find(code!),
  OrganizationUser: ({ users }, org_code, user_id) =>
    users.find({ org_code: org_code!, user_id: user_id! }),
  OrganizationInvite: ({ organizationInvites }, org_code, invite_code) =>
    organizationInvites.find({ org_code: org_code!, invite_code: invite_code! }),
  OrganizationLogo: ({ organizationLogos }, org_code, type) =>
    organizationLogos.find({ org_code: org_code!, key: type! }),
  OrganizationProperty: ({ organizationProperties }, org_code, key) =>
    organizationProperties.find({ org_code: org_code!, key: key! }),
  FeatureFlag: ({ featureFlags }, org_code, key) =>
    featureFlags.effectiveIfPermitted({ org_code: org_code!, key: key! }),
  EnvironmentFeatureFlag: ({ featureFlags }, key) => featureFlags.findInEnvironment(key!),
  OrganizationSignInMethod: ({ organizationConnections }, org_code, id) =>
    organizationConnections.find({ org_code: org_code!, key: id! }),
  User: ({ people }, id) => people.find(id!),
  MfaFactor: ({ organizationUserMfa }, org_code, user_id, factor_id) =>
    organizationUserMfa.find({
      org_code: org_code!,
      user_id: user_id!,
      factor_id: factor_id!,
    }),
  Role: ({ roles }, key) => roles.byKey(key!),
  Permission: ({ permissions }, key) => permissions.byKey(key!),
};

function notGlobal(id: string): string {
  const shown = JSON.stringify(id.slice(0, 50).toWellFormed());
  return `${shown} is not a global id. Send the \`id\` of an object. Kinde's own codes and keys go elsewhere, such as to \`organization(code:)\`.`;
}

async function find(
  id: string,
  { loaders, viewer }: Context,
  schema: GraphQLSchema,
): Promise<NodeParent | null> {
  const named = parseNodeId(id);
  if (named === undefined) throw badUserInput(notGlobal(id));
  authorizeNode(viewer, schema, named.type, organizationIn(named));
  const found = await FIND[named.type](loaders, ...named.keys);
  return found && { ...found, __typename: named.type };
}

export const resolvers = {
  Query: {
    node: (_, { id }, context, { schema }) => find(id, context, schema),
    nodes: (_, { ids }, context, { schema }) => {
      if (ids.length > MAX_NODES) throw badUserInput(`\`ids\` takes at most ${MAX_NODES} ids.`);
      return ids.map((id) => find(id, context, schema));
    },
  },
  Node: { __resolveType: ({ __typename }) => __typename },
} satisfies Resolvers;
