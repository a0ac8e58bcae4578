import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import {
  LiveBadge,
  Loading,
  problemAt,
  ProblemNotice,
  roleChoices,
  type MemberFilter,
} from '../../design/index.js';
import { errorsOf } from './errors.js';
import { Flags } from './flags.js';
import type { OrganizationQuery, ViewerQuery } from './gql/graphql.js';
import { Invitations } from './invitations.js';
import { useLive, withPages } from './live.js';
import { Members } from './members.js';
import { ORGANIZATION, ROLES } from './operations.js';

export type Viewer = ViewerQuery['viewer'];

/** What each section of the page gets. */
export interface SectionProps {
  code: string;
  viewer: Viewer;
  /** Reads the page again. */
  onReload: () => void;
}

/** Keeps the pages of members that were read, when something else on the page changes. */
const withMembers = (live: OrganizationQuery, shown: OrganizationQuery): OrganizationQuery => ({
  ...live,
  organization: live.organization && {
    ...live.organization,
    users: withPages(live.organization.users, shown.organization?.users),
  },
});

export function OrganizationPage({ code, viewer }: { code: string; viewer: Viewer }) {
  const [filter, setFilter] = useState<MemberFilter>({});
  const variables = { code, ...filter, includeInherited: viewer.mayReadInherited === true };
  const page = useQuery(ORGANIZATION, { variables });
  const stream = useLive(ORGANIZATION, variables, withMembers);
  const catalogue = useQuery(ROLES).data?.roles?.nodes;

  // While another filter loads, the page stays.
  const organization = (page.data ?? page.previousData)?.organization;
  const errors = errorsOf(page.error);
  const onReload = () => void page.refetch();
  if (organization == null) {
    if (page.loading) return <Loading what="the organization" />;
    if (page.data?.organization === null && errors === undefined)
      return <p>No such organization.</p>;
    const problem = problemAt('organization', errors);
    return (
      <ProblemNotice problem={problem} what="the organization" onRetry={onReload} isAutomatic />
    );
  }
  const section = { code, viewer, onReload };
  const roles = roleChoices(catalogue, organization.users?.nodes);
  return (
    <article className="organization">
      <div className="title">
        {viewer.organization === null && (
          <a className="back" href="#/">
            ‹ Organizations
          </a>
        )}
        <h1>{organization.name ?? code}</h1>
        <LiveBadge state={stream} />
      </div>
      <Members
        {...{ ...section, users: organization.users, roles, errors, filter }}
        isLoading={page.loading}
        onFilter={setFilter}
        onMore={(after) => page.fetchMore({ variables: { after } })}
      />
      <Flags {...{ ...section, flags: organization.featureFlags, errors }} />
      <Invitations {...{ ...section, invites: organization.invites?.nodes, roles, errors }} />
    </article>
  );
}
