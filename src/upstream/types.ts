/**
 * The wire types of the Kinde Management API, in the API's own spelling.
 *
 * They exist at run time (they are JSON Schemas), so that a response can be decoded by them. The
 * specification marks no field as required; here a field is required when the graph can't do without
 * it: it identifies the object. Everything else may be absent or null, whatever the specification
 * says of its nullability, because real payloads are looser. Fields that aren't listed pass through
 * unseen.
 */
import { type Static, type TObject, type TSchema, type TUnsafe, Type as t } from 'typebox';
import { compileFeatureFlags, type FeatureFlags as Flags } from './flag-value.js';
import { isObject } from './json.js';
import {
  compileDecoder,
  decodedBy,
  list,
  loseEntry,
  report,
  unusable,
  type Decode,
  type Entry,
} from './schema-decoder.js';

export const optional = <T extends TSchema>(schema: T) => t.Optional(t.Union([schema, t.Null()]));
export const text = optional(t.String());
export const flag = optional(t.Boolean());
export const integer = optional(t.Integer());
export const instant = optional(t.String({ format: 'date-time' }));

/**
 * Absent, null and "" all mean that there is no further page. Anything else than text is an error of the next
 * page, and this page is used all the same.
 */
export const NextToken = t.Optional(
  decodedBy<Entry<string> | null>(t.Union([t.String(), t.Null()]), (field) => (value, decoding) => {
    if (value === null || typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    unusable(decoding, field, 'text', value);
    return loseEntry(decoding);
  }),
);

/** The envelope of every success response. Its `code` is a result code such as "OK", never an organization's code. */
export const Success = t.Object({ code: text, message: text });
export type Success = Static<typeof Success>;

/** A colour as it comes out; on the way in the same colour is plain text. */
export const Color = decodedBy<{
  raw?: string | null;
  hex?: string | null;
  hsl?: string | null;
}>(t.Object({ raw: text, hex: text, hsl: text }), (field) => {
  const decode = compileDecoder(t.Object({ raw: text, hex: text, hsl: text }), field);
  return (value, decoding) => {
    if (typeof value !== 'string') return decode(value, decoding);
    // As it goes in.
    report(decoding, field, 'object', value, 'converted');
    return { raw: value, hex: /^#[\da-f]{3,8}$/i.test(value) ? value : null, hsl: null };
  };
});
export type Color = Static<typeof Color>;
const color = optional(Color);

/** An organization as the list of organizations carries it. */
export const OrganizationItem = t.Object({
  code: t.String(),
  name: text,
  handle: text,
  is_default: flag,
  external_id: text,
  is_auto_membership_enabled: flag,
});
export type OrganizationItem = Static<typeof OrganizationItem>;

/** An organization read by its code. The one response without an envelope: `code` is the organization's. */
export const Organization = t.Object({
  ...OrganizationItem.properties,
  logo: text,
  logo_dark: text,
  favicon_svg: text,
  favicon_fallback: text,
  allowed_domains: optional(list(t.String())),
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
  created_on: instant,
  is_allow_registrations: flag,
  sender_name: text,
  sender_email: text,
  is_suspended: flag,
  suspended_on: instant,
  billing: optional(
    t.Object({
      billing_customer_id: text,
      agreements: optional(list(t.Object({ plan_code: text, agreement_id: text }))),
    }),
  ),
});
export type Organization = Static<typeof Organization>;

/** The key of a role, which other reads and webhooks give inside an object. */
const RoleKey = decodedBy<string>(t.String(), (field) => {
  const decode = compileDecoder(t.String(), field);
  return (value, decoding) => {
    if (!isObject(value)) return decode(value, decoding);
    const key = decode(value['key'], decoding);
    if (typeof key === 'string') report(decoding, field, 'text', value, 'converted');
    return key;
  };
});

/** A member of an organization. `roles` are role keys; permissions are not carried. */
export const OrganizationUser = t.Object({
  id: t.String(),
  email: text,
  full_name: text,
  last_name: text,
  first_name: text,
  picture: text,
  joined_on: instant,
  last_accessed_on: instant,
  is_suspended: flag,
  roles: optional(list(RoleKey)),
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
  roles: optional(list(t.Object({ id: text, key: t.String() }))),
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

/**
 * Feature flags by their key. The specification has text for every value ("true", "12", "blue") and
 * the types str, int and bool; Kinde is known to send native booleans and numbers (kinde-oss/
 * kinde-python-sdk, test_feature_flag_value_types.py).
 */
export const FeatureFlags = decodedBy<Flags>(
  t.Record(t.String(), t.Object({ type: t.String(), value: t.Unknown() })),
  compileFeatureFlags,
);
export type { FeatureFlag, FlagType, JsonValue } from './flag-value.js';
export type { Sent } from './schema-decoder.js';

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
  last_signed_in: instant,
  created_on: instant,
  organizations: optional(list(t.String())),
});
export type User = Static<typeof User>;

/**
 * Returns the schema of an object that is documented to come bare, and is taken out of an envelope
 * where it comes in one: `{ code: "OK", organization: { code: "org_..." } }`.
 */
export function maybeEnveloped<T extends TObject>(name: string, schema: T): TUnsafe<Static<T>> {
  return decodedBy<Static<T>>(schema, (field) => {
    const bare = compileDecoder(schema, field);
    const enveloped = compileDecoder(schema, name);
    const decode: Decode = (value, decoding) => {
      if (!isObject(value)) return unusable(decoding, field, 'object', value);
      const inner = value[name];
      if (!isObject(inner)) return bare(value, decoding);
      report(decoding, name, 'nothing', inner, 'converted');
      return enveloped(inner, decoding);
    };
    return decode;
  });
}

/**
 * Returns the schema of an object that is documented to come in an envelope, as in
 * `{ connection: { id: "conn_..." } }`, and is put into one where it comes bare.
 */
export function enveloped<N extends string, T extends TObject>(
  name: N,
  schema: T,
): TUnsafe<Record<N, Static<T>>> {
  const envelope = t.Object({ [name]: schema });
  return decodedBy<Record<N, Static<T>>>(envelope, (field) => {
    const decode = compileDecoder(envelope, field);
    return (value, decoding) => {
      if (!isObject(value) || isObject(value[name])) return decode(value, decoding);
      report(decoding, `${field}.${name}`, 'object', value[name], 'converted');
      return decode({ [name]: value }, decoding);
    };
  });
}
