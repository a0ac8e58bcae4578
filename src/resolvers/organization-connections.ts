/** Connections of Kinde, which the schema calls sign-in methods: GraphQL's connections are lists. */
import type {
  DisableOrganizationSignInMethodInput,
  EnableOrganizationSignInMethodInput,
  Resolvers,
} from '../generated/resolvers.js';
import { reported } from './entries.js';
import { mutation } from './mutation.js';
import { nodeId } from './node-id.js';

export const resolvers = {
  Organization: {
    signInMethods: ({ code }, _, { loaders }) =>
      loaders.organizationConnections.ofOrganization(code).then(reported),
  },

  OrganizationSignInMethod: {
    id: ({ org_code, id }) => nodeId('OrganizationSignInMethod', org_code, id),
    connectionId: ({ id }) => id,
    displayName: ({ display_name }) => display_name,
  },

  EnableOrganizationSignInMethodPayload: {
    organizationSignInMethod: ({ organization, connectionId }, _, { loaders }) =>
      organization === null || connectionId === null
        ? null
        : loaders.organizationConnections.find({ org_code: organization.code, key: connectionId }),
  },

  Mutation: {
    enableOrganizationSignInMethod: mutation(
      { organization: null, connectionId: null },
      async (input: EnableOrganizationSignInMethodInput, { upstream }) => {
        const { organizationCode, connectionId } = input;
        await upstream.organizationConnections.enable({
          organization_code: organizationCode,
          connection_id: connectionId,
        });
        return { organization: { code: organizationCode }, connectionId };
      },
    ),

    disableOrganizationSignInMethod: mutation(
      { organization: null, disabledOrganizationSignInMethodId: null },
      async (input: DisableOrganizationSignInMethodInput, { upstream }) => {
        const { organizationCode, connectionId } = input;
        await upstream.organizationConnections.disable({
          organization_code: organizationCode,
          connection_id: connectionId,
        });
        return {
          organization: { code: organizationCode },
          disabledOrganizationSignInMethodId: nodeId(
            'OrganizationSignInMethod',
            organizationCode,
            connectionId,
          ),
        };
      },
    ),
  },
} satisfies Resolvers;
