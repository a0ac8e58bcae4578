import type { Arguments } from '../../upstream/endpoint.js';
import type { Endpoints } from '../../upstream/endpoints/index.js';
import type { Organization } from '../../upstream/types.js';
import { invalid, KindeError } from '../errors.js';
import type { Handlers } from '../handler.js';
import type { OrganizationProfile, State } from '../state.js';
import { success } from '../success.js';
import { color } from './colors.js';
import { featureFlags } from './feature-flags.js';
import { userPermissions } from './user-permissions.js';
import { userRoles } from './user-roles.js';
import { users } from './users.js';

export const organizations: Handlers['organizations'] = {
  // A decision: sorted by name where the request does not say.
  list: (state, { sort = 'name_asc', ...page }) => {
    const { items, next_token } = state.organizations.page('organizations', sort, page);
    return success({ organizations: items.map(({ profile }) => item(profile)), next_token });
  },

  get: (state, { code, expand }) => {
    const { profile, billing } = state.organization(code);
    return expand === 'billing' ? { ...profile, ...(billing && { billing }) } : profile;
  },

  create: (state, { name, feature_flags = {}, ...given }) => {
    if (state.organizations.size >= state.organizationLimit) {
      // A decision: Kinde's plans limit organizations, and no document shows the response.
      throw new KindeError(403, 'ORGANIZATION_LIMIT_REACHED', 'Organization limit reached');
    }
    for (const [key, type] of Object.entries(feature_flags)) {
      // A decision: a declared type must be the flag's own; without a value nothing is overridden.
      if (state.featureFlag(key).type !== type) {
        throw invalid(
          'INVALID_FEATURE_FLAG_TYPE',
          `The feature flag ${key} is not of type ${type}`,
        );
      }
    }
    const { is_create_billing_customer, billing_email, billing_plan_code, ...properties } = given;
    if (is_create_billing_customer && !billing_email) {
      // A decision: a billing customer cannot be made without an address for the invoices.
      throw invalid('BILLING_EMAIL_REQUIRED', 'billing_email is required for a billing customer');
    }
    const code = `org_${state.newHex(11)}`;
    const profile: OrganizationProfile = {
      ...blank(code),
      ...changes(state, code, { name, ...properties }),
    };
    const billing = is_create_billing_customer
      ? {
          billing_customer_id: `customer_${state.newHex(16)}`,
          agreements: billing_plan_code
            ? [{ plan_code: billing_plan_code, agreement_id: `agreement_${state.newHex(16)}` }]
            : [],
        }
      : null;
    state.addOrganization(profile, billing);
    return success({
      organization: {
        code,
        ...(billing && { billing_customer_id: billing.billing_customer_id }),
      },
    });
  },

  update: (state, { org_code, expand: _, ...properties }) => {
    const { profile } = state.organization(org_code);
    if (Object.keys(properties).length === 0) {
      throw invalid('NO_FIELDS_TO_UPDATE', 'No fields to update');
    }
    if (properties.is_suspended && profile.is_default) {
      throw invalid(
        'DEFAULT_ORGANIZATION_CANNOT_BE_SUSPENDED',
        'The default organization cannot be suspended',
      );
    }
    Object.assign(profile, changes(state, org_code, properties));
    state.organizations.resort();
    return success({});
  },

  // A decision: deleting a handle that there isn't is a success that changes nothing.
  deleteHandle: (state, { org_code }) => {
    state.organization(org_code).profile.handle = null;
    return success({});
  },

  delete: (state, { org_code }) => {
    const organization = state.organizations.get(org_code);
    // The one operation of the nineteen for which the specification declares a 404.
    if (!organization)
      throw new KindeError(404, 'ORGANIZATION_NOT_FOUND', 'Organization not found');
    if (organization.profile.is_default) {
      // A decision: an environment keeps its default organization.
      throw invalid(
        'DEFAULT_ORGANIZATION_CANNOT_BE_DELETED',
        'The default organization cannot be deleted',
      );
    }
    state.removeOrganization(organization);
    return success({});
  },

  ...users,
  ...userRoles,
  ...userPermissions,
  ...featureFlags,
};

function item({
  code,
  name,
  handle,
  is_default,
  external_id,
  is_auto_membership_enabled,
}: Organization) {
  return { code, name, handle, is_default, external_id, is_auto_membership_enabled };
}

/** An organization with defaults only. */
export const blank = (code: string): OrganizationProfile => ({
  code,
  name: '',
  handle: null,
  is_default: false,
  external_id: null,
  is_auto_membership_enabled: false,
  logo: null,
  logo_dark: null,
  favicon_svg: null,
  favicon_fallback: null,
  allowed_domains: [],
  link_color: null,
  background_color: null,
  button_color: null,
  button_text_color: null,
  link_color_dark: null,
  background_color_dark: null,
  button_text_color_dark: null,
  button_color_dark: null,
  button_border_radius: null,
  card_border_radius: null,
  input_border_radius: null,
  theme_code: 'light',
  color_scheme: 'light',
  created_on: new Date().toISOString(),
  is_allow_registrations: null,
  sender_name: null,
  sender_email: null,
  is_suspended: false,
  suspended_on: null,
});

/** The color schemes that the themes come to. */
export const COLOR_SCHEMES = { light: 'light', dark: 'dark', user_preference: 'light dark' };

type Update = Arguments<Endpoints['organizations']['update']>;
/** What create and update have in common; create leaves the theme to be checked here. */
type Properties = Omit<Update, 'org_code' | 'expand' | 'theme_code'> & { theme_code?: string };

/** What the given properties make of an organization; throws before anything is changed. */
function changes(state: State, code: string, properties: Properties): Partial<OrganizationProfile> {
  const {
    // These two and the domain list's switch can be set, but no response shows them.
    is_enable_advanced_orgs: _advanced,
    is_enforce_mfa: _mfa,
    is_auto_join_domain_list: _domains,
    ...plain
  } = properties;
  const changed: Partial<OrganizationProfile> = {};
  for (const [property, value] of Object.entries(plain)) {
    const written = property.includes('_color') ? color(value as string) : value;
    Object.assign(changed, { [property]: written });
  }
  if (plain.name === '') throw invalid('NAME_REQUIRED', 'An organization needs a name');
  if (plain.handle !== undefined) checkHandle(state, code, plain.handle);
  if (plain.theme_code !== undefined) {
    if (!isTheme(plain.theme_code)) {
      throw invalid('INVALID_THEME_CODE', `Not a theme: ${plain.theme_code}`);
    }
    changed.color_scheme = COLOR_SCHEMES[plain.theme_code];
  }
  if (plain.is_suspended !== undefined) {
    changed.suspended_on = plain.is_suspended ? new Date().toISOString() : null;
  }
  return changed;
}

const isTheme = (code: string): code is keyof typeof COLOR_SCHEMES =>
  Object.hasOwn(COLOR_SCHEMES, code);

/** A decision: a handle, which can stand for the organization's code at sign-in, is unique. */
function checkHandle(state: State, code: string, handle: string): void {
  for (const { profile } of state.organizations.values()) {
    if (profile.handle === handle && profile.code !== code) {
      throw invalid('HANDLE_ALREADY_EXISTS', `Another organization has the handle ${handle}`);
    }
  }
}
