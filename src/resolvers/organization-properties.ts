import type {
  OrganizationPropertyInput,
  Resolvers,
  UpdateOrganizationPropertiesInput,
  UpdateOrganizationPropertyInput,
} from '../generated/resolvers.js';
import { InputError, type UserError } from '../graphql/user-errors.js';
import { UpstreamError } from '../upstream/errors.js';
import { reported } from './entries.js';
import { idProblem, KEY } from './id-input.js';
import { mutation } from './mutation.js';
import { nodeId } from './node-id.js';
import { MAX_NAMED } from './reference.js';

/** Refuses invalid keys and repeated keys, for which the value would be unclear. Names the first MAX_NAMED. */
function checkProperties(properties: readonly OrganizationPropertyInput[]): void {
  const seen = new Set<string>();
  const userErrors = properties.flatMap(({ key }, position): UserError[] => {
    const field = ['properties', position, 'key'];
    const message = idProblem(KEY, '`key`', key);
    if (message !== undefined) return [{ message, code: 'INVALID_ID', field }];
    if (seen.has(key)) {
      return [{ message: `${key} is given more than once.`, code: 'INVALID_VALUE', field }];
    }
    seen.add(key);
    return [];
  });
  if (properties.length === 0) {
    const message = 'There is no property to set.';
    userErrors.push({ message, code: 'NO_FIELDS_TO_UPDATE', field: ['properties'] });
  }
  if (userErrors.length > 0) throw new InputError(userErrors.slice(0, MAX_NAMED));
}

export const resolvers = {
  Organization: {
    properties: ({ code }, _, { loaders }) =>
      loaders.organizationProperties.ofOrganization(code).then(reported),
  },

  OrganizationProperty: {
    id: ({ org_code, key }) => nodeId('OrganizationProperty', org_code, key),
    propertyId: ({ id }) => id,
  },

  UpdateOrganizationPropertyPayload: {
    property: ({ organization, key }, _, { loaders }) =>
      organization === null || key === null
        ? null
        : loaders.organizationProperties.find({ org_code: organization.code, key }),
  },

  UpdateOrganizationPropertiesPayload: {
    properties: async ({ organization, keys }, _, { loaders }) => {
      if (organization === null) return null;
      const properties = await loaders.organizationProperties.ofOrganization(organization.code);
      const written = new Set(keys);
      return reported(
        properties.filter(
          (property) => property instanceof UpstreamError || written.has(property.key),
        ),
      );
    },
  },

  Mutation: {
    updateOrganizationProperty: mutation(
      { organization: null, key: null },
      async ({ organizationCode, key, value }: UpdateOrganizationPropertyInput, { upstream }) => {
        await upstream.organizationProperties.update({
          org_code: organizationCode,
          property_key: key,
          value,
        });
        return { organization: { code: organizationCode }, key };
      },
    ),

    updateOrganizationProperties: mutation(
      { organization: null, keys: [] },
      async ({ organizationCode, properties }: UpdateOrganizationPropertiesInput, { upstream }) => {
        checkProperties(properties);
        await upstream.organizationProperties.updateAll({
          org_code: organizationCode,
          properties: Object.fromEntries(properties.map(({ key, value }) => [key, value])),
        });
        const keys = properties.map(({ key }) => key);
        return { organization: { code: organizationCode }, keys };
      },
    ),
  },
} satisfies Resolvers;
