/** Changes of what Kinde holds, as the feed tells of them: what changed, and not what it is now. */

/** What changed. The schema describes them. */
export type ChangeKind =
  | 'ORGANIZATION_CREATED'
  | 'ORGANIZATION_UPDATED'
  | 'ORGANIZATION_DELETED'
  | 'ORGANIZATION_USERS_UPDATED'
  | 'FEATURE_FLAGS_UPDATED'
  | 'USER_CREATED'
  | 'USER_UPDATED'
  | 'USER_DELETED'
  | 'ROLE_CREATED'
  | 'ROLE_UPDATED'
  | 'ROLE_DELETED'
  | 'PERMISSION_CREATED'
  | 'PERMISSION_UPDATED'
  | 'PERMISSION_DELETED'
  | 'BILLING_UPDATED'
  | 'RESYNC';

export interface Change {
  readonly kind: ChangeKind;
  /** How it became known. */
  readonly source: 'MUTATION' | 'WEBHOOK' | 'GATEWAY';
  /** When it happened, in milliseconds since 1970; when it became known, where nothing says. */
  readonly at: number;
  readonly organizationCode?: string | undefined;
  /** The organizations that a user is in after the change: Kinde doesn't say which one they left. */
  readonly organizationCodes?: readonly string[] | undefined;
  readonly userId?: string | undefined;
  readonly roleId?: string | undefined;
  readonly permissionId?: string | undefined;
}

/** The changes that a subscription is about. */
export interface ChangeFilter {
  /** Undefined for the whole environment. */
  readonly organizationCode: string | undefined;
  readonly kinds: ReadonlySet<ChangeKind>;
}

/** A change on its way to a subscription. */
export interface Delivery {
  readonly change: Change;
  /** The place in the feed right after the change, for resuming. */
  readonly cursor: string;
  /** Set once the operation has proved to be a subscription to the feed. */
  filter: ChangeFilter | undefined;
}

/** Tells that changes may have been missed, so that the state has to be read again. */
export const resync = (): Change => ({ kind: 'RESYNC', source: 'GATEWAY', at: Date.now() });

/**
 * Returns a change as a subscription may see it; undefined where it isn't about it. A subscription to
 * an organization also hears of changes to the environment's roles and permissions. A user who isn't in
 * the organization any more may have left it, so that its members may have changed; who it was belongs
 * to other organizations. So does whom a change of billing is about, since Kinde doesn't say of which
 * organization it is.
 */
export function changeFor(
  { organizationCode: wanted, kinds }: ChangeFilter,
  change: Change,
): Change | undefined {
  const seen = wanted === undefined ? change : within(wanted, change);
  return seen !== undefined && (seen.kind === 'RESYNC' || kinds.has(seen.kind)) ? seen : undefined;
}

function within(wanted: string, change: Change): Change | undefined {
  const { kind, source, at, organizationCode, organizationCodes } = change;
  if (organizationCode !== undefined) return organizationCode === wanted ? change : undefined;
  if (kind === 'RESYNC' || /^(?:ROLE|PERMISSION)_/.test(kind)) return change;
  // An event that doesn't name its organization may be about another, so its ids are left out.
  if (!kind.startsWith('USER_')) return { kind, source, at };
  return organizationCodes?.includes(wanted) === true
    ? { ...change, organizationCode: wanted }
    : { kind: 'ORGANIZATION_USERS_UPDATED', source, at, organizationCode: wanted };
}
