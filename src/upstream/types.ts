/**
 * The wire types of the Kinde Management API, in the API's own spelling.
 *
 * They exist at run time (they are JSON Schemas), so that the client can refuse an answer that the
 * graph could not use and the emulator can be held to what it promises. The specification marks no
 * field as required; here a field is required when the graph cannot do without it, and everything
 * else may be absent or null whatever the specification says of its nullability, because real
 * payloads are looser than the specification. Fields that are not listed pass through unseen.
 */
import { type Static, type TSchema, Type as t } from 'typebox';

const optional = <T extends TSchema>(schema: T) => t.Optional(t.Union([schema, t.Null()]));
const text = optional(t.String());
const flag = optional(t.Boolean());
const integer = optional(t.Integer());

/** Absent, null and "" all mean that there is no further page. */
export const NextToken = text;

/** The envelope of every success answer. Its `code` is a result code such as "OK", never an organization's code. */
export const Success = t.Object({ code: text, message: text });
export type Success = Static<typeof Success>;

/** A colour as it comes out; on the way in the same colour is plain text. */
export const Color = t.Object({ raw: text, hex: text, hsl: text });
export type Color = Static<typeof Color>;
const color = optional(Color);

/** An organization as the list of organizations carries it. */
export const OrganizationItem = t.Object({
  code: t.String(),
  name: t.String(),
  handle: text,
  is_default: flag,
  external_id: text,
  is_auto_membership_enabled: flag,
});
export type OrganizationItem = Static<typeof OrganizationItem>;

/** An organization read by its code. The one answer without an envelope: `code` is the organization's. */
export const Organization = t.Object({
  ...OrganizationItem.properties,
  logo: text,
  logo_dark: text,
  favicon_svg: text,
  favicon_fallback: text,
  allowed_domains: optional(t.Array(t.String())),
  link_color: color,
  background_color: color,
  button_color: color,
  button_text_color: color,
  link_color_dark: color,
  background_color_dark: color,
  button_text_color_dark: color,
  button_color_dark: color,
  button_border_radius: integer,
  card_border_radius: integer,
  input_border_radius: integer,
  theme_code: text,
  color_scheme: text,
  created_on: text,
  is_allow_registrations: flag,
  sender_name: text,
  sender_email: text,
  is_suspended: flag,
  suspended_on: text,
  billing: optional(
    t.Object({
      billing_customer_id: text,
      agreements: optional(t.Array(t.Object({ plan_code: text, agreement_id: text }))),
    }),
  ),
});
export type Organization = Static<typeof Organization>;

/** A member of an organization. `roles` are role keys; permissions are not carried. */
export const OrganizationUser = t.Object({
  id: t.String(),
  email: text,
  full_name: text,
  last_name: text,
  first_name: text,
  picture: text,
  joined_on: text,
  last_accessed_on: text,
  is_suspended: flag,
  roles: optional(t.Array(t.String())),
});
export type OrganizationUser = Static<typeof OrganizationUser>;

/** A role of one member. */
export const OrganizationUserRole = t.Object({ id: t.String(), key: t.String(), name: text });
export type OrganizationUserRole = Static<typeof OrganizationUserRole>;

/** A permission of one member; `roles` (those it comes through) only with expand=roles. */
export const OrganizationUserPermission = t.Object({
  id: t.String(),
  key: t.String(),
  name: text,
  description: text,
  roles: optional(t.Array(t.Object({ id: text, key: t.String() }))),
});
export type OrganizationUserPermission = Static<typeof OrganizationUserPermission>;

/** A role of the environment's catalogue. */
export const Role = t.Object({
  id: t.String(),
  key: t.String(),
  name: text,
  description: text,
  is_default_role: flag,
});
export type Role = Static<typeof Role>;

/** A permission of the environment's catalogue. */
export const Permission = t.Object({
  id: t.String(),
  key: t.String(),
  name: text,
  description: text,
});
export type Permission = Static<typeof Permission>;

/** A flag's value is text whatever its type: "true", "12", "blue". `type` is str, int or bool. */
export const FeatureFlag = t.Object({ type: t.String(), value: t.String() });
export type FeatureFlag = Static<typeof FeatureFlag>;

/** A person of the environment; `organizations` (codes) only with expand=organizations. */
export const User = t.Object({
  id: t.String(),
  provided_id: text,
  email: text,
  phone: text,
  username: text,
  last_name: text,
  first_name: text,
  is_suspended: flag,
  picture: text,
  total_sign_ins: integer,
  failed_sign_ins: integer,
  last_signed_in: text,
  created_on: text,
  organizations: optional(t.Array(t.String())),
});
export type User = Static<typeof User>;
