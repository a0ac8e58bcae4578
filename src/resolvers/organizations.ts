import type { Context } from '../graphql/context.js';
import { badUserInput } from '../graphql/errors.js';
import type {
  CreateOrganizationInput,
  OrganizationBrandingInput,
  Resolvers,
  UpdateOrganizationInput,
} from '../generated/resolvers.js';
import { organizationTraits, type OrganizationParent } from '../loaders/organizations.js';
import type { Arguments } from '../upstream/endpoint.js';
import type { Endpoints } from '../upstream/endpoints/index.js';
import type { Organization } from '../upstream/types.js';
import { carriedOr } from './from-parent.js';
import { connection, connectionResolvers } from './connection.js';
import { reported } from './entries.js';
import { ORGANIZATION_CODE, requireId } from './id-input.js';
import { mutation } from './mutation.js';
import { nodeId } from './node-id.js';
import { requireChange, writeProperties } from './write-properties.js';

/** A property that lists carry too. */
const carried = carriedOr(({ code }: OrganizationParent, { organizations }) =>
  organizations.item(code),
);

/** A property that is read with the details alone. */
const detailed =
  <K extends keyof Organization>(property: K) =>
  async ({ code }: OrganizationParent, _: unknown, { loaders }: Context) =>
    (await loaders.organizations.details(code))[property] ?? null;

/** A theme that Kinde made up, even `constructor`, is none of them. */
const THEME_CODES = new Map([
  ['light', 'LIGHT'],
  ['dark', 'DARK'],
  ['user_preference', 'USER_PREFERENCE'],
] as const);

/** The input's properties in the API's spelling. Names the compiler holds against both sides. */
const BRANDING = {
  linkColor: 'link_color',
  linkColorDark: 'link_color_dark',
  backgroundColor: 'background_color',
  backgroundColorDark: 'background_color_dark',
  buttonColor: 'button_color',
  buttonColorDark: 'button_color_dark',
  buttonTextColor: 'button_text_color',
  buttonTextColorDark: 'button_text_color_dark',
  themeCode: 'theme_code',
} as const satisfies Record<keyof OrganizationBrandingInput, keyof UpdateArguments>;

const SHARED = {
  name: 'name',
  externalId: 'external_id',
  handle: 'handle',
  isAutoMembershipEnabled: 'is_auto_membership_enabled',
  senderName: 'sender_name',
  senderEmail: 'sender_email',
} as const;

const CREATE = {
  ...SHARED,
  createBillingCustomer: 'is_create_billing_customer',
  billingEmail: 'billing_email',
  billingPlanCode: 'billing_plan_code',
} as const satisfies Record<
  keyof Omit<CreateOrganizationInput, 'branding' | 'idempotencyKey' | keyof Steps>,
  keyof CreateArguments
>;

const UPDATE = {
  ...SHARED,
  isDomainAutoJoinEnabled: 'is_auto_join_domain_list',
  allowedDomains: 'allowed_domains',
  isAdvancedOrganization: 'is_enable_advanced_orgs',
  isMfaRequired: 'is_enforce_mfa',
  isSuspended: 'is_suspended',
} as const satisfies Record<
  keyof Omit<UpdateOrganizationInput, 'branding' | 'organizationCode' | 'idempotencyKey'>,
  keyof UpdateArguments
>;

/** What the creation of an organization does besides creating it. */
type Steps = Pick<CreateOrganizationInput, 'users' | 'refreshClaims' | 'deleteOnFailure'>;

type CreateArguments = Arguments<Endpoints['organizations']['create']>;
type UpdateArguments = Arguments<Endpoints['organizations']['update']>;

/** The API accepts null for these only, and refuses it for others. */
const NULLABLE: ReadonlySet<string> = new Set(['senderName', 'senderEmail']);

const properties = (input: object, names: Readonly<Record<string, string>>) =>
  writeProperties(input, names, { nullable: NULLABLE });

function branding(input: OrganizationBrandingInput | null | undefined): Record<string, unknown> {
  if (input == null) return {};
  const { theme_code, ...look } = writeProperties(input, BRANDING, { under: ['branding'] });
  return typeof theme_code === 'string' ? { ...look, theme_code: theme_code.toLowerCase() } : look;
}

/** An empty text would match organizations without a value. */
function requireText(argument: string, value: string): void {
  if (value === '') throw badUserInput(`\`${argument}\` is empty.`);
}

/** Returns an organization's properties as Kinde takes them. Throws an InputError for an invalid one. */
export const creationOf = ({ branding: look, ...input }: CreateOrganizationInput) =>
  ({ ...properties(input, CREATE), ...branding(look) }) as CreateArguments;

export const resolvers = {
  Query: {
    organization: (_, { code }, { loaders }) =>
      loaders.organizations.find(requireId(ORGANIZATION_CODE, 'code', code)),
    organizationByHandle: (_, { handle }, { loaders }) => {
      requireText('handle', handle);
      return loaders.organizations.byHandle(handle);
    },
    organizationByExternalId: (_, { externalId }, { loaders }) => {
      requireText('externalId', externalId);
      return loaders.organizations.byExternalId(externalId);
    },
    organizations: (_, { sort, ...page }, context) =>
      connection(
        { ...page, sort: sort?.toLowerCase() as Lowercase<NonNullable<typeof sort>> | undefined },
        {
          load: context.loaders.organizations.page,
          traits: organizationTraits,
          identity: ['organizations'],
          listIn: (order) => ({ sort: order }),
        },
        context,
      ),
  },

  Organization: {
    id: ({ code }) => nodeId('Organization', code),
    name: carried('name'),
    handle: carried('handle'),
    externalId: carried('external_id'),
    isDefault: carried('is_default'),
    isAutoMembershipEnabled: carried('is_auto_membership_enabled'),
    allowedDomains: async ({ code }, _, { loaders }) => {
      const { allowed_domains } = await loaders.organizations.details(code);
      return allowed_domains == null ? null : reported(allowed_domains);
    },
    isSuspended: detailed('is_suspended'),
    suspendedOn: detailed('suspended_on'),
    createdOn: detailed('created_on'),
    senderName: detailed('sender_name'),
    senderEmail: detailed('sender_email'),
    branding: ({ code }, _, { loaders }) => loaders.organizations.details(code),
    billing: async ({ code }, _, { loaders }) =>
      (await loaders.organizations.detailsWithBilling(code)).billing ?? null,
  },

  OrganizationBranding: {
    logoDark: ({ logo_dark }) => logo_dark,
    faviconSvg: ({ favicon_svg }) => favicon_svg,
    faviconFallback: ({ favicon_fallback }) => favicon_fallback,
    linkColor: ({ link_color }) => link_color,
    linkColorDark: ({ link_color_dark }) => link_color_dark,
    backgroundColor: ({ background_color }) => background_color,
    backgroundColorDark: ({ background_color_dark }) => background_color_dark,
    buttonColor: ({ button_color }) => button_color,
    buttonColorDark: ({ button_color_dark }) => button_color_dark,
    buttonTextColor: ({ button_text_color }) => button_text_color,
    buttonTextColorDark: ({ button_text_color_dark }) => button_text_color_dark,
    buttonBorderRadius: ({ button_border_radius }) => button_border_radius,
    cardBorderRadius: ({ card_border_radius }) => card_border_radius,
    inputBorderRadius: ({ input_border_radius }) => input_border_radius,
    themeCode: ({ theme_code }) => THEME_CODES.get(theme_code?.toLowerCase() as 'light') ?? null,
    colorScheme: ({ color_scheme }) => color_scheme,
  },

  OrganizationBilling: {
    customerId: ({ billing_customer_id }) => billing_customer_id,
    agreements: ({ agreements }) => (agreements == null ? null : reported(agreements)),
  },

  BillingAgreement: {
    agreementId: ({ agreement_id }) => agreement_id,
    planCode: ({ plan_code }) => plan_code,
  },

  OrganizationConnection: connectionResolvers,

  Mutation: {
    updateOrganization: mutation(
      { organization: null },
      async (
        { organizationCode, branding: look, ...input }: UpdateOrganizationInput,
        { upstream },
      ) => {
        const changes = { ...properties(input, UPDATE), ...branding(look) };
        requireChange(changes);
        await upstream.organizations.update({ org_code: organizationCode, ...changes });
        return { organization: { code: organizationCode } };
      },
    ),

    deleteOrganizationHandle: mutation(
      { organization: null },
      async ({ organizationCode }: { organizationCode: string }, { upstream }) => {
        await upstream.organizations.deleteHandle({ org_code: organizationCode });
        return { organization: { code: organizationCode } };
      },
    ),

    deleteOrganization: mutation(
      { deletedOrganizationId: null, deletedOrganizationCode: null },
      async ({ organizationCode }: { organizationCode: string }, { upstream }) => {
        await upstream.organizations.delete({ org_code: organizationCode });
        return {
          deletedOrganizationId: nodeId('Organization', organizationCode),
          deletedOrganizationCode: organizationCode,
        };
      },
    ),
  },
} satisfies Resolvers;
