/** Which cache tags an event of Kinde invalidates. Types and shapes: docs/webhooks.md. */
import { endpoints, type CacheTag } from '../upstream/endpoints/index.js';
import { tagsOf } from '../upstream/endpoint.js';
import { textIn } from './data.js';

/** An event whose signature was verified. */
export interface KindeEvent {
  readonly id: string;
  readonly type: string;
  /** What the event is about, unchecked: real events differ from Kinde's documentation. */
  readonly data: unknown;
  /** Who caused it, such as `admin`, `api` or `user`. */
  readonly source: string | undefined;
  /** When it happened, in milliseconds since 1970; undefined where the event doesn't tell. */
  readonly happenedAt: number | undefined;
}

type TagsOfData = (data: unknown) => readonly CacheTag[];

/** What every event about a person may change: Kinde doesn't say which organization they left. */
const userTags: TagsOfData = (data) => [
  ...(['people', 'all member lists'] as const),
  idIn(data, 'user', 'id', (id) => `user ${id}`, 'all users'),
];
/** The catalogue of roles, and what repeats a role's name and key. */
const roleTags: TagsOfData = () => endpoints.roles.update.tags;
const permissionTags: TagsOfData = () => endpoints.permissions.update.tags;
const organizationTags: TagsOfData = (data) => [
  'organizations',
  idIn(data, 'organization', 'code', (code) => `organization ${code}`, 'all organizations'),
];
/** Events about billing have no documented data, so that their organization is unknown. */
const billingTags: TagsOfData = () => ['organizations', 'all organizations'];

/**
 * The events that change what the cache holds. Others, such as `user.authenticated`, invalidate
 * nothing.
 */
const EVENTS: Readonly<Record<string, TagsOfData>> = {
  'organization.created': organizationTags,
  'organization.updated': organizationTags,
  'organization.deleted': deletedOrganizationTags,
  'user.created': userTags,
  'user.updated': userTags,
  'user.deleted': userTags,
  'role.created': () => ['roles'],
  'role.updated': roleTags,
  'role.deleted': roleTags,
  'permission.created': () => ['permissions'],
  'permission.updated': permissionTags,
  'permission.deleted': permissionTags,
};

/** The event types that invalidate something, for registering a webhook. */
export const EVENT_TYPES: readonly string[] = Object.keys(EVENTS);

/** Returns the tags that an event invalidates; none for a type that concerns nothing in the cache. */
export function tagsOfEvent({ type, data }: KindeEvent): readonly string[] {
  if (type.startsWith('customer.')) return billingTags(data);
  return Object.hasOwn(EVENTS, type) ? EVENTS[type]!(data) : [];
}

function deletedOrganizationTags(data: unknown): readonly CacheTag[] {
  const code = textIn(data, 'organization', 'code');
  if (code === undefined) {
    return [
      ...(['organizations', 'all organizations', 'people'] as const),
      ...(['all member lists', 'all users'] as const),
    ];
  }
  // Derived from the whole table, and therefore known to the compiler as text alone.
  return tagsOf(endpoints.organizations.delete, { org_code: code }) as readonly CacheTag[];
}

/** Returns the tag of the object that the event names, or of all where it names none. */
function idIn(
  data: unknown,
  object: string,
  property: string,
  tagOf: (id: string) => CacheTag,
  tagOfAll: CacheTag,
): CacheTag {
  const id = textIn(data, object, property);
  return id === undefined ? tagOfAll : tagOf(id);
}
