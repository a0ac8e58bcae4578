import { graphql, useLazyLoadQuery, usePaginationFragment } from 'react-relay';
import { OrganizationList } from '../../design/index.js';
import type { organizations_query$key } from './__generated__/organizations_query.graphql.js';
import type { organizationsQuery } from './__generated__/organizationsQuery.graphql.js';

interface Props {
  selected: string | undefined;
  attempt: number;
}

export function Organizations({ selected, attempt }: Props) {
  const page = useLazyLoadQuery<organizationsQuery>(
    graphql`
      query organizationsQuery {
        ...organizations_query
      }
    `,
    {},
    { fetchKey: attempt },
  );
  const { data, hasNext, loadNext } = usePaginationFragment<
    organizationsQuery,
    organizations_query$key
  >(
    graphql`
      fragment organizations_query on Query
      @refetchable(queryName: "organizationsPageQuery")
      @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" })
      @throwOnFieldError {
        organizations(first: $count, after: $cursor, sort: NAME_ASC)
          @connection(key: "Organizations_organizations") {
          edges {
            node {
              id
              code
              name
            }
          }
          pageInfo {
            endCursor
          }
        }
      }
    `,
    page,
  );
  const { edges, pageInfo } = data.organizations;
  const load = () =>
    new Promise<{ error?: unknown }>((resolve) => {
      loadNext(20, { onComplete: (error) => resolve(error === null ? {} : { error }) });
    });
  const more = hasNext ? { cursor: pageInfo.endCursor ?? '', load } : undefined;
  return (
    <OrganizationList
      organizations={edges.map(({ node }) => node)}
      selected={selected}
      more={more}
    />
  );
}
