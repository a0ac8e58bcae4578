import { useState, useTransition } from 'react';
import { graphql, useLazyLoadQuery } from 'react-relay';
import { LiveBadge, roleChoices, type MemberFilter } from '../../design/index.js';
import type {
  organizationPageQuery,
  organizationPageQuery$data,
} from './__generated__/organizationPageQuery.graphql.js';
import type { organizationPageRolesQuery } from './__generated__/organizationPageRolesQuery.graphql.js';
import type { Viewer } from './app.js';
import { Flags } from './flags.js';
import { Invitations } from './invitations.js';
import { useLive } from './live.js';
import { Members } from './members.js';

/**
 * All of an organization's page. Each part is a result of its own: one that can't be read leaves the others.
 * `organization` has no `@catch`: it would count the errors that are caught inside.
 * With `@live` it is also what the stream sends.
 */
const ORGANIZATION = graphql`
  query organizationPageQuery(
    $code: ID!
    $count: Int!
    $search: String
    $roles: [String!]
    $includeInherited: Boolean!
  ) @live {
    organization(code: $code) {
      id
      name
      users(first: $count, search: $search, roles: $roles, sort: NAME_ASC) @catch(to: RESULT) {
        nodes {
          id
          userId
          fullName
          email
          roles {
            id
            key
            name
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
      featureFlags(includeInherited: $includeInherited) @catch(to: RESULT) {
        id
        key
        source
        value
      }
      invites(first: 100) @catch(to: RESULT) {
        nodes {
          id
          code
          email
          roles {
            id
            key
            name
          }
        }
      }
    }
  }
`;

/** The catalogue of roles, for who may read the environment. */
const ROLES = graphql`
  query organizationPageRolesQuery($mayRead: Boolean!) {
    roles(first: 100) @include(if: $mayRead) {
      nodes {
        id
        key
        name
      }
    }
  }
`;

type Organization = NonNullable<organizationPageQuery$data['organization']>;
export type Users = Organization['users'];
export type FeatureFlags = Organization['featureFlags'];
export type Invites = Organization['invites'];

/** What each section of the page gets. */
export interface SectionProps {
  code: string;
  viewer: Viewer;
  /** Reads the page again. */
  onReload: () => void;
}

const PAGE_SIZE = 20;

interface PageProps {
  code: string;
  viewer: Viewer;
  attempt: number;
}

export function OrganizationPage({ code, viewer, attempt }: PageProps) {
  const [filter, setFilter] = useState<MemberFilter>({});
  const [count, setCount] = useState(PAGE_SIZE);
  const [reloads, setReloads] = useState(0);
  // What is shown stays while something else loads.
  const [, startTransition] = useTransition();
  const onReload = () => startTransition(() => setReloads((number) => number + 1));
  const onFilter = (next: MemberFilter) =>
    startTransition(() => {
      setFilter(next);
      setCount(PAGE_SIZE);
    });
  const onMore = () => startTransition(() => setCount((number) => number + PAGE_SIZE));

  const variables = {
    ...{ code, count, ...filter },
    includeInherited: viewer.mayReadInherited === true,
  };
  const page = useLazyLoadQuery<organizationPageQuery>(ORGANIZATION, variables, {
    fetchKey: attempt + reloads,
    fetchPolicy: reloads === 0 ? 'store-or-network' : 'network-only',
  });
  const stream = useLive(ORGANIZATION, variables);
  const mayRead = viewer.mayReadRoles === true;
  const catalogue = useLazyLoadQuery<organizationPageRolesQuery>(
    ROLES,
    { mayRead },
    { fetchKey: attempt },
  ).roles?.nodes;

  const { organization } = page;
  if (organization == null) return <p>No such organization.</p>;
  const section = { code, viewer, onReload };
  const members = organization.users.ok ? organization.users.value.nodes : undefined;
  const roles = roleChoices(catalogue, members);
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
      <Members {...{ ...section, users: organization.users, roles, filter, onFilter, onMore }} />
      <Flags {...{ ...section, flags: organization.featureFlags }} />
      <Invitations {...{ ...section, invites: organization.invites, roles }} />
    </article>
  );
}
