import { useQuery } from '@apollo/client/react';
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
  const { data, error, loading, fetchMore, refetch } = useQuery(ORGANIZATIONS);
  const list = data?.organizations;
  if (list == null && loading) return <Loading what="organizations" />;
  if (list == null) {
    return (
      <ProblemNotice
        problem={problemAt('organizations', errorsOf(error))}
        what="the organizations"
        onRetry={() => void refetch()}
        isAutomatic
      />
    );
  }
  // The cache's policy appends the page to those before it.
  const more = morePages(list.pageInfo, (after) => fetchMore({ variables: { after } }));
  return <OrganizationList organizations={list.nodes} selected={selected} more={more} />;
}
