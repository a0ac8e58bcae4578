import { useClient, useQuery } from 'urql';
import {
  Loading,
  morePages,
  OrganizationList,
  problemAt,
  ProblemNotice,
} from '../../design/index.js';
import { errorsOf } from './errors.js';
import { ORGANIZATIONS } from './operations.js';

export function Organizations({ selected }: { selected: string | undefined }) {
  const client = useClient();
  const [{ data, error, fetching }, read] = useQuery({ query: ORGANIZATIONS });
  const list = data?.organizations;
  if (list == null && fetching) return <Loading what="organizations" />;
  if (list == null) {
    return (
      <ProblemNotice
        problem={problemAt('organizations', errorsOf(error))}
        what="the organizations"
        onRetry={() => void read({ requestPolicy: 'network-only' })}
        isAutomatic
      />
    );
  }
  // The query without `after` gets the page as well: see `resolvers` of kinde-graphql/urql.
  const more = morePages(list.pageInfo, (after) =>
    client.query(ORGANIZATIONS, { after }).toPromise(),
  );
  return <OrganizationList organizations={list.nodes} selected={selected} more={more} />;
}
