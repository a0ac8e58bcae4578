import { useQuery } from 'urql';
import {
  Loading,
  Page,
  problemAt,
  ProblemNotice,
  useOrganizationCode,
} from '../../design/index.js';
import { Account } from '../../sign-in/index.js';
import { errorsOf } from './errors.js';
import { VIEWER } from './operations.js';
import { OrganizationPage } from './organization-page.js';
import { Organizations } from './organizations.js';

export function App() {
  const [{ data, error }, read] = useQuery({ query: VIEWER });
  const chosen = useOrganizationCode();
  const viewer = data?.viewer;
  // A person's token is for one organization; an application's is for the whole environment.
  const code = viewer?.organization?.code ?? chosen;
  return (
    <Page title="Organizations" account={<Account />}>
      {viewer == null && error === undefined && <Loading what="your account" />}
      {viewer == null && error !== undefined && (
        <ProblemNotice
          problem={problemAt('viewer', errorsOf(error))}
          what="your account"
          onRetry={() => void read({ requestPolicy: 'network-only' })}
          isAutomatic
        />
      )}
      {viewer?.organization === null && <Organizations selected={code} />}
      {viewer != null && code !== undefined && (
        <OrganizationPage key={code} code={code} viewer={viewer} />
      )}
    </Page>
  );
}
