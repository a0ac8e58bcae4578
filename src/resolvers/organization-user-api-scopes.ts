import type {
  AddOrganizationUserApiScopeInput,
  RemoveOrganizationUserApiScopeInput,
  Resolvers,
} from '../generated/resolvers.js';
import { mutation } from './mutation.js';

const memberOf = ({ organizationCode, userId }: AddOrganizationUserApiScopeInput) => ({
  org_code: organizationCode,
  user_id: userId,
});

export const resolvers = {
  Mutation: {
    addOrganizationUserApiScope: mutation(
      { organizationUser: null },
      async (input: AddOrganizationUserApiScopeInput, { upstream }) => {
        const organizationUser = memberOf(input);
        const scope = { api_id: input.apiId, scope_id: input.scopeId };
        await upstream.organizationUserApiScopes.add({ ...organizationUser, ...scope });
        return { organizationUser };
      },
    ),

    removeOrganizationUserApiScope: mutation(
      { organizationUser: null },
      async (input: RemoveOrganizationUserApiScopeInput, { upstream }) => {
        const organizationUser = memberOf(input);
        const scope = { api_id: input.apiId, scope_id: input.scopeId };
        await upstream.organizationUserApiScopes.remove({ ...organizationUser, ...scope });
        return { organizationUser };
      },
    ),
  },
} satisfies Resolvers;
