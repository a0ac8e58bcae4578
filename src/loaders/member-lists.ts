/** The members of organizations that an operation has read so far. */
import { UpstreamError } from '../upstream/errors.js';
import type { Page, PageRequest } from './shared-reads.js';
import type { OrganizationUser } from '../upstream/types.js';
import type { MemberReference } from './membership-test.js';

/** A member with the properties that the read before returned: at least the ids of the person and the organization. */
export type Member = MemberReference & Partial<OrganizationUser>;

/** The orders that Kinde offers for members. */
export type MemberSort = `${'name' | 'email'}_${'asc' | 'desc'}`;

/** What identifies a list of an organization's users; roles and permissions are comma separated. */
export interface MemberList {
  org_code: string;
  sort: MemberSort | undefined;
  roles: string | undefined;
  permissions: string | undefined;
}

/** Returns the list of all users of an organization, in Kinde's own order. */
export const wholeList = (org_code: string): MemberList => ({
  org_code,
  sort: undefined,
  roles: undefined,
  permissions: undefined,
});

/** A list up to the end of a page. */
interface Beginning {
  before: Beginning | undefined;
  page: readonly Member[];
}

export class MemberLists {
  /** By organization and token, the list before the page of that token. */
  readonly #begun = new Map<string, Beginning>();
  readonly #whole = new Map<string, Beginning>();
  readonly #shown = new Map<string, number>();

  /** Records a page of an unfiltered list. A list with an unusable entry is never complete. */
  notePage({ list, token }: PageRequest<MemberList>, { entries, next }: Page<Member>): void {
    const { org_code, sort = '', roles, permissions } = list;
    if (roles !== undefined || permissions !== undefined) return;
    const nameOf = (behind: string) => `${org_code} ${sort} ${behind}`;
    const before = token === undefined ? undefined : this.#begun.get(nameOf(token));
    if (token !== undefined && before === undefined) return;
    const page = entries.filter((entry): entry is Member => !(entry instanceof UpstreamError));
    if (page.length < entries.length || next instanceof UpstreamError) return;
    if (next === undefined) this.#whole.set(org_code, { before, page });
    else this.#begun.set(nameOf(next), { before, page });
  }

  /** Notes how many members of an organization a list shows. */
  noteShown(org_code: string, count: number): void {
    this.#shown.set(org_code, Math.max(count, this.shown(org_code)));
  }

  /** Returns how many members of an organization the operation's lists show at most. */
  shown(org_code: string): number {
    return this.#shown.get(org_code) ?? 0;
  }

  /** Returns all members of an organization; undefined where the operation hasn't read the whole list. */
  all(org_code: string): readonly Member[] | undefined {
    let end = this.#whole.get(org_code);
    if (end === undefined) return undefined;
    const pages: (readonly Member[])[] = [];
    for (; end !== undefined; end = end.before) pages.push(end.page);
    return pages.reverse().flat();
  }
}
