/** The logos on the pages that Kinde shows for an organization. */
import { type Static, Type as t } from 'typebox';
import { endpoint, FileUpload } from '../endpoint.js';
import { list } from '../schema-decoder.js';
import { Success, text } from '../types.js';

/** The types are `light` and `dark`, after the pages that show the logo. */
export const OrganizationLogo = t.Object({ type: t.String(), file_name: text, path: text });
export type OrganizationLogo = Static<typeof OrganizationLogo>;

/** The details of an organization hold paths of its logos. */
const changed = ['logos {org_code}', 'organization {org_code}'] as const;

export const organizationLogos = {
  list: endpoint('GET /api/v1/organizations/{org_code}/logos', {
    summary: 'The logos of an organization, one of each type at most.',
    scope: 'read:organizations',
    tags: ['logos {org_code}'],
    returns: t.Object({ logos: list(OrganizationLogo) }),
  }),

  upload: endpoint('POST /api/v1/organizations/{org_code}/logos/{type}', {
    summary: 'Upload a logo of an organization, in place of the one of the same type.',
    scope: 'update:organizations',
    tags: changed,
    body: t.Object({ logo: FileUpload }),
    bodyType: 'multipart',
    returns: Success,
  }),

  delete: endpoint('DELETE /api/v1/organizations/{org_code}/logos/{type}', {
    summary: 'Delete a logo of an organization. The status is 204 when there is none.',
    scope: 'update:organizations',
    tags: changed,
    returns: Success,
  }),
};
