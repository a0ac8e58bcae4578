import type {
  DeleteOrganizationLogoInput,
  OrganizationLogoType,
  Resolvers,
  UploadOrganizationLogoInput,
} from '../generated/resolvers.js';
import { reported } from './entries.js';
import { readImage } from './image-file.js';
import { mutation } from './mutation.js';
import { nodeId } from './node-id.js';

const TYPES: ReadonlyMap<string, OrganizationLogoType> = new Map([
  ['light', 'LIGHT'],
  ['dark', 'DARK'],
]);

export const resolvers = {
  Organization: {
    logos: ({ code }, _, { loaders }) =>
      loaders.organizationLogos.ofOrganization(code).then(reported),
  },

  OrganizationLogo: {
    id: ({ org_code, type }) => nodeId('OrganizationLogo', org_code, type),
    type: ({ type }) => TYPES.get(type) ?? null,
    fileName: ({ file_name }) => file_name,
  },

  UploadOrganizationLogoPayload: {
    organizationLogo: ({ organization, type }, _, { loaders }) =>
      organization === null || type === null
        ? null
        : loaders.organizationLogos.find({ org_code: organization.code, key: type }),
  },

  Mutation: {
    uploadOrganizationLogo: mutation(
      { organization: null, type: null },
      async (input: UploadOrganizationLogoInput, { upstream }) => {
        const { extension, ...file } = readImage(input.data, 'data');
        const type = input.type.toLowerCase();
        await upstream.organizationLogos.upload({
          org_code: input.organizationCode,
          type,
          logo: { ...file, name: `logo_${type}.${extension}` },
        });
        return { organization: { code: input.organizationCode }, type };
      },
    ),

    deleteOrganizationLogo: mutation(
      { organization: null, deletedOrganizationLogoId: null },
      async (input: DeleteOrganizationLogoInput, { upstream }) => {
        const { organizationCode } = input;
        const type = input.type.toLowerCase();
        await upstream.organizationLogos.delete({ org_code: organizationCode, type });
        return {
          organization: { code: organizationCode },
          deletedOrganizationLogoId: nodeId('OrganizationLogo', organizationCode, type),
        };
      },
    ),
  },
} satisfies Resolvers;
