import { Suspense } from 'react';
import { graphql, useLazyLoadQuery } from 'react-relay';
import { Loading, Page, useOrganizationCode } from '../../design/index.js';
import { Account } from '../../sign-in/index.js';
import type {
  appViewerQuery,
  appViewerQuery$data,
} from './__generated__/appViewerQuery.graphql.js';
import { ProblemBoundary } from './errors.js';
import { OrganizationPage } from './organization-page.js';
import { Organizations } from './organizations.js';

export type Viewer = appViewerQuery$data['viewer'];

/** What this person may do, so that the page can hide the rest. */
const VIEWER = graphql`
  query appViewerQuery {
    viewer {
      organization {
        id
        code
        name
      }
      mayReadRoles: can(scope: "read:roles")
      mayReadInherited: can(scope: "read:environment_feature_flags")
      maySwitchFlags: can(scope: "update:organization_feature_flags")
      mayAddRoles: can(scope: "create:organization_user_roles")
      mayRemoveRoles: can(scope: "delete:organization_user_roles")
      mayInvite: can(scope: "create:organization_invites")
      mayRevoke: can(scope: "delete:organization_invites")
    }
  }
`;

export function App() {
  return (
    <Page title="Organizations" account={<Account />}>
      <ProblemBoundary what="your account">
        {(attempt) => (
          <Suspense fallback={<Loading what="your account" />}>
            <Content attempt={attempt} />
          </Suspense>
        )}
      </ProblemBoundary>
    </Page>
  );
}

function Content({ attempt }: { attempt: number }) {
  const { viewer } = useLazyLoadQuery<appViewerQuery>(VIEWER, {}, { fetchKey: attempt });
  const chosen = useOrganizationCode();
  // A person's token is for one organization; an application's is for the whole environment.
  const code = viewer.organization?.code ?? chosen;
  return (
    <>
      {viewer.organization === null && (
        <ProblemBoundary what="the organizations">
          {(again) => (
            <Suspense fallback={<Loading what="organizations" />}>
              <Organizations selected={code} attempt={again} />
            </Suspense>
          )}
        </ProblemBoundary>
      )}
      {code !== undefined && (
        <ProblemBoundary key={code} what="the organization">
          {(again) => (
            <Suspense fallback={<Loading what="the organization" />}>
              <OrganizationPage {...{ code, viewer, attempt: again }} />
            </Suspense>
          )}
        </ProblemBoundary>
      )}
    </>
  );
}
