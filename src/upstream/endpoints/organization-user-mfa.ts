/** The second factors that members have set up. */
import { type Static, Type as t } from 'typebox';
import { endpoint } from '../endpoint.js';
import { isObject } from '../json.js';
import { compileDecoder, decodedBy, list, report, type Entry } from '../schema-decoder.js';
import { flag, instant, integer, Success, text } from '../types.js';

export const MfaFactor = t.Object({
  id: t.String(),
  /** `email`, `sms` or `authenticator_app`; the policy of an organization has the prefix `mfa:`. */
  type: text,
  created_on: instant,
  name: text,
  is_verified: flag,
  usage_count: integer,
  last_used_on: instant,
});
export type MfaFactor = Static<typeof MfaFactor>;

/**
 * The specification shows one factor, though a member may have several: a list is read as well. Without
 * a factor, Kinde may send nothing, null or an object without properties.
 */
const MfaFactors = decodedBy<MfaFactor | Entry<MfaFactor>[] | null>(
  t.Union([MfaFactor, t.Null()]),
  (field) => {
    const decode = compileDecoder(list(MfaFactor), field);
    return (value, decoding) => {
      if (Array.isArray(value)) {
        report(decoding, field, 'object', value, 'converted');
        return decode(value, decoding);
      }
      const isEmpty = value === null || (isObject(value) && Object.keys(value).length === 0);
      return decode(isEmpty ? [] : [value], decoding);
    };
  },
);

/** Whether a factor is the person's in all organizations isn't documented: a reset invalidates all. */
const written = ['user {user_id}'] as const;

export const organizationUserMfa = {
  factors: endpoint('GET /api/v1/organizations/{org_code}/users/{user_id}/mfa', {
    summary: 'A second factor that a member has set up.',
    scope: 'read:organization_user_mfa',
    tags: ['member {org_code} {user_id}', 'every member {org_code}', ...written, 'all users'],
    returns: t.Object({ mfa: t.Optional(MfaFactors) }),
  }),

  reset: endpoint('DELETE /api/v1/organizations/{org_code}/users/{user_id}/mfa/{factor_id}', {
    summary: 'Reset one second factor of a member, who must set it up again.',
    scope: 'delete:organization_user_mfa',
    tags: written,
    returns: Success,
  }),

  resetAll: endpoint('DELETE /api/v1/organizations/{org_code}/users/{user_id}/mfa', {
    summary: 'Reset every second factor of a member.',
    scope: 'delete:organization_user_mfa',
    tags: written,
    returns: Success,
  }),
};
