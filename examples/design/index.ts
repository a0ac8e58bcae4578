/** The examples' design: components that get everything as props and know nothing of GraphQL. */
import './design.css';

export { useAttempt, writeHook } from './attempt.js';
export { FlagList, FlagSwitch } from './flags.js';
export { InviteForm, InviteList } from './invitations.js';
export { readable, roleChoices } from './items.js';
export type { FlagItem, InviteItem, MemberItem, OrganizationItem, RoleItem } from './items.js';
export { RoleFilter, type MemberFilter } from './member-filter.js';
export { MemberTable } from './member-table.js';
export { morePages, type MorePages } from './more.js';
export { OrganizationList } from './organization-list.js';
export { LiveBadge, Loading, Page, Section, type StreamState } from './page.js';
export { problemAt, problemOf, problemOfWrite } from './problem.js';
export type { Problem, ResponseError, UserError } from './problem.js';
export { ProblemNotice, RateLimitCountdown } from './problem-notice.js';
export { waitToReconnect } from './retry.js';
export { useOrganizationCode } from './route.js';
