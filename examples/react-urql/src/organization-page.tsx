import { useState } from 'react';
import { useClient, useQuery } from 'urql';
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
import type { ViewerQuery } from './gql/graphql.js';
import { Invitations } from './invitations.js';
import { useLive } from './live.js';
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

export function OrganizationPage({ code, viewer }: { code: string; viewer: Viewer }) {
  const [filter, setFilter] = useState<MemberFilter>({});
  const variables = { code, ...filter, includeInherited: viewer.mayReadInherited === true };
  const client = useClient();
  const [page, read] = useQuery({ query: ORGANIZATION, variables });
  const onReload = () => read({ requestPolicy: 'network-only' });
  const stream = useLive(ORGANIZATION, variables, onReload);
  const catalogue = useQuery({ query: ROLES })[0].data?.roles?.nodes;

  // While another filter loads, urql leaves the former data.
  const organization = page.data?.organization;
  const errors = errorsOf(page.error);
  if (organization == null) {
    if (page.fetching) return <Loading what="the organization" />;
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
        isLoading={page.fetching}
        onFilter={setFilter}
        onMore={(after) => client.query(ORGANIZATION, { ...variables, after }).toPromise()}
      />
      <Flags {...{ ...section, flags: organization.featureFlags, errors }} />
      <Invitations {...{ ...section, invites: organization.invites?.nodes, roles, errors }} />
    </article>
  );
}
