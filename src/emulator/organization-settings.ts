/** The settings of an organization, besides its profile and its members. */
import type { FileUpload } from '../upstream/endpoint.js';
import type { OrganizationInvite } from '../upstream/endpoints/organization-invites.js';
import type { Role } from '../upstream/types.js';
import { Collection } from './collection.js';
import type { PageTokens } from './page-tokens.js';

export interface OrganizationSettings {
  /** Feature flag overrides: the value's text by the flag's key. */
  overrides: Map<string, string>;
  /** The values of properties by their keys. */
  properties: Map<string, string>;
  invites: Collection<InviteRecord>;
  /** The files of the logos by their types. */
  logos: Map<'light' | 'dark', FileUpload>;
  /** The ids of the connections that are enabled. */
  connections: Set<string>;
  /** Undefined until it is set. */
  mfa: { enabled_factors: string[]; is_recovery_codes_enabled: boolean } | undefined;
  /** The organization's own passkey policy; undefined where the environment's applies. */
  passkey: PasskeyMode | undefined;
  /** The session policy, as far as it was set. */
  sessions: Record<string, string | number | boolean | undefined>;
}

export type PasskeyMode = 'off' | 'optional' | 'mandatory';

export interface InviteRecord extends Pick<OrganizationInvite, 'first_name' | 'last_name'> {
  code: string;
  email: string;
  created_on: string;
  accepted_on: string | null;
  is_sent: boolean;
  is_revoked: boolean;
  roles: Pick<Role, 'key' | 'name'>[];
}

/** Returns the settings of an organization of which nothing has been set yet. */
export const newSettings = (pageTokens: PageTokens): OrganizationSettings => ({
  overrides: new Map(),
  properties: new Map(),
  logos: new Map(),
  connections: new Set(),
  mfa: undefined,
  passkey: undefined,
  sessions: {},
  invites: new Collection<InviteRecord>(pageTokens, ({ code }) => code, {
    created_on: ({ created_on }) => created_on,
    email: ({ email }) => email,
    name: fullName,
  }),
});

/** Returns first and last name as one text. */
export function fullName({
  first_name,
  last_name,
}: Pick<InviteRecord, 'first_name' | 'last_name'>) {
  return [first_name, last_name].filter(Boolean).join(' ');
}
