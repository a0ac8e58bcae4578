import type { FileUpload } from '../../upstream/endpoint.js';
import { invalid } from '../errors.js';
import type { Handlers } from '../handler.js';
import type { OrganizationRecord } from '../state.js';
import { empty, success } from '../success.js';

/** By type, the property of an organization's details that holds the logo's URL, and its path. */
const LOGO_TYPES = {
  light: { property: 'logo', path: '/logo' },
  dark: { property: 'logo_dark', path: '/logo_dark' },
} as const;

export type LogoType = keyof typeof LOGO_TYPES;

/** The formats that Kinde documents for a logo. */
const MEDIA_TYPES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/svg+xml',
  'image/avif',
  'image/webp',
]);

/** Kinde documents "smaller than 1MB". */
const MAX_BYTES = 1_000_000;

export const organizationLogos: Handlers['organizationLogos'] = {
  list: (state, { org_code }) => {
    const { logos } = state.organization(org_code);
    return success({
      logos: Array.from(logos, ([type, { name }]) => ({
        type,
        file_name: name,
        path: `${LOGO_TYPES[type].path}?p_org_code=${org_code}`,
      })),
    });
  },

  upload: (state, { org_code, type, logo }) => {
    const organization = state.organization(org_code);
    const { type: mediaType, content } = logo;
    // The codes are decisions: only what a logo may be is documented.
    if (!MEDIA_TYPES.has(mediaType)) throw invalid('INVALID_LOGO_FORMAT', `Not ${mediaType}`);
    if (content.byteLength >= MAX_BYTES) throw invalid('LOGO_TOO_LARGE', 'Must be under 1 MB');
    setLogo(organization, logoType(type), logo);
    return success({});
  },

  delete: (state, { org_code, type }) => {
    const organization = state.organization(org_code);
    const { property } = LOGO_TYPES[logoType(type)];
    if (!organization.logos.delete(logoType(type))) return empty(204);
    organization.profile[property] = null;
    return success({});
  },
};

function logoType(type: string): LogoType {
  if (Object.hasOwn(LOGO_TYPES, type)) return type as LogoType;
  throw invalid('INVALID_LOGO_TYPE', `Not a type of logo: ${type}`);
}

function setLogo({ profile, logos }: OrganizationRecord, type: LogoType, logo: FileUpload): void {
  logos.set(type, logo);
  profile[LOGO_TYPES[type].property] = `https://images.example.com/${profile.code}/${logo.name}`;
}

const SEEDED_LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4"/></svg>';

/** Adds a logo for light pages to an organization. */
export function seedLogo(organization: OrganizationRecord): void {
  const content = new TextEncoder().encode(SEEDED_LOGO);
  setLogo(organization, 'light', { name: 'logo.svg', type: 'image/svg+xml', content });
}
