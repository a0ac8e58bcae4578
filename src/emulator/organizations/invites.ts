import { invalid, KindeError } from '../errors.js';
import type { Handlers } from '../handler.js';
import { fullName, type InviteRecord } from '../organization-settings.js';
import type { Random } from '../seed/random.js';
import type { OrganizationRecord, State } from '../state.js';
import { created, success } from '../success.js';

export const organizationInvites: Handlers['organizationInvites'] = {
  // A decision: the newest first where the request does not say.
  list: (
    state,
    { org_code, sort = 'created_on_desc', include_revoked, include_accepted, ...page },
  ) => {
    const { invites } = state.organization(org_code);
    const list = `invites of ${org_code} ${include_revoked} ${include_accepted}`;
    const { items, next_token } = invites.page(list, sort, page, {
      matches: ({ is_revoked, accepted_on }) =>
        (include_revoked || !is_revoked) && (include_accepted || !accepted_on),
    });
    return success({ invites: items.map(present), next_token });
  },

  get: (state, { org_code, invite_code }) => ({
    message: 'Success',
    ...present(invite(state, org_code, invite_code)),
  }),

  create: (state, { org_code, email, first_name, last_name, roles, send_email = false }) => {
    const organization = state.organization(org_code);
    checkLength('EMAIL_TOO_LONG', email, 254);
    checkLength('FIRST_NAME_TOO_LONG', first_name, 64);
    checkLength('LAST_NAME_TOO_LONG', last_name, 64);
    // The codes of the refusals below are decisions: only the refusals themselves are documented.
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw invalid('INVALID_EMAIL', 'Not an e-mail address');
    if ([...organization.members.values()].some(({ user }) => user.email === email)) {
      throw invalid('USER_ALREADY_MEMBER', 'The person is a member already');
    }
    if (
      [...organization.invites.values()].some((other) => other.email === email && isPending(other))
    ) {
      throw invalid('EMAIL_ALREADY_INVITED', 'The person has a pending invitation');
    }
    const record: InviteRecord = {
      code: `inv_${state.newHex(12)}`,
      email,
      first_name: first_name ?? null,
      last_name: last_name ?? null,
      created_on: new Date().toISOString(),
      accepted_on: null,
      is_sent: send_email,
      is_revoked: false,
      roles: roles.map((key) => state.roleByKey(key)),
    };
    organization.invites.add(record);
    return created('INVITATION_CREATED', 'Invitation created', { invite: present(record) });
  },

  revoke: (state, { org_code, invite_code }) => {
    const record = invite(state, org_code, invite_code);
    // A decision: what is no longer pending can't be revoked.
    if (!isPending(record)) throw invalid('INVITE_NOT_PENDING', 'The invitation is not pending');
    record.is_revoked = true;
    return success({});
  },
};

const isPending = ({ is_revoked, accepted_on }: InviteRecord) =>
  !is_revoked && accepted_on === null;

function invite(state: State, code: string, inviteCode: string): InviteRecord {
  const record = state.organization(code).invites.get(inviteCode);
  if (!record) throw new KindeError(404, 'INVITE_NOT_FOUND', 'Invitation not found');
  return record;
}

function checkLength(code: string, text: string | undefined, limit: number): void {
  if ((text ?? '').length > limit) throw invalid(code, `Longer than ${limit} characters`);
}

function present({ code, roles, ...record }: InviteRecord) {
  return {
    id: code,
    code,
    ...record,
    full_name: fullName(record),
    roles: roles.map(({ key, name }) => ({ key, name })),
    invite_link: `https://invites.example.com/team_invitation?code=${code}`,
  };
}

/** Most organizations have a pending invitation; some also an accepted and a revoked one. */
export function seedInvites(
  state: State,
  { invites, profile }: OrganizationRecord,
  chance: Random,
) {
  const begun = Date.UTC(2026, 4, 2);
  ['ada', 'grace', 'alan'].forEach((name, position) => {
    if (chance.chance(25)) return;
    const created = chance.moment(begun, begun + 14 * DAY_MS);
    invites.add({
      code: `inv_${chance.hex(12)}`,
      email: `${name}@${profile.code.slice(4)}.example.com`,
      first_name: name === 'ada' ? 'Ada' : null,
      last_name: null,
      created_on: new Date(created).toISOString(),
      accepted_on: position === 1 ? new Date(created + DAY_MS).toISOString() : null,
      is_sent: position < 2,
      is_revoked: position === 2,
      roles: [state.roleByKey('member')],
    });
  });
}

const DAY_MS = 86_400_000;
