import { invalid } from '../errors.js';
import type { Handlers } from '../handler.js';
import type { Member, State } from '../state.js';
import { success } from '../success.js';

export const organizationRoles: Handlers['organizationRoles'] = {
  // A decision: in the order of their names, since the request can't ask for one.
  users: (state, { org_code, role_id, ...page }) => {
    const { members } = state.organization(org_code);
    const list = `users of ${org_code} with the role ${role_id}`;
    const { items, next_token } = members.page(list, 'name_asc', page, {
      matches: holderOf(state, role_id),
    });
    return success({ users: items.map(({ user }) => ({ id: user.id })), next_token });
  },

  usersCount: (state, { org_code, role_id }) =>
    success({ count: holders(state, org_code, role_id).length }),

  // A decision: a member was active if the last access is in the window. Others aren't recorded.
  activeUsersCount: (state, { org_code, role_id, date_time_from, date_time_to }) => {
    const { from, to } = dateTimeWindow(date_time_from, date_time_to);
    const active = holders(state, org_code, role_id).filter(({ last_accessed_on }) => {
      const accessed = last_accessed_on === null ? NaN : Date.parse(last_accessed_on);
      return accessed >= from && accessed <= to;
    });
    return success({ active_users_count: active.length, date_time_from, date_time_to });
  },
};

function holderOf(state: State, roleId: string): (member: Member) => boolean {
  const role = state.role(roleId);
  return ({ roles }) => roles.has(role);
}

const holders = (state: State, code: string, roleId: string): Member[] =>
  [...state.organization(code).members.values()].filter(holderOf(state, roleId));

const MAX_WINDOW_MS = 3 * 86_400_000;

/** The one form that the specification allows: in UTC, with whole seconds. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Returns a window in milliseconds since 1970. The codes of all refusals but the last are decisions. */
function dateTimeWindow(date_time_from: string, date_time_to: string) {
  const [from, to] = [date_time_from, date_time_to].map((text) => {
    const moment = DATE_TIME.test(text) ? Date.parse(text) : NaN;
    if (Number.isNaN(moment)) throw invalid('INVALID_DATE_TIME', `Not a date and time: ${text}`);
    return moment;
  }) as [number, number];
  if (to < from) throw invalid('INVALID_DATE_TIME_RANGE', 'The range ends before it begins');
  if (to - from > MAX_WINDOW_MS) {
    throw invalid('DATE_TIME_RANGE_TOO_LARGE', 'The range is longer than three days');
  }
  return { from, to };
}
