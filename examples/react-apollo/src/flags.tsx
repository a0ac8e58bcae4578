import { useMutation } from '@apollo/client/react';
import {
  FlagList,
  problemAt,
  ProblemNotice,
  Section,
  type FlagItem,
  type ResponseError,
} from '../../design/index.js';
import type { OrganizationQuery } from './gql/graphql.js';
import { SET_FLAG } from './operations.js';
import type { SectionProps } from './organization-page.js';
import { useWrite } from './write.js';

interface Props extends SectionProps {
  flags: NonNullable<OrganizationQuery['organization']>['featureFlags'];
  errors: readonly ResponseError[] | undefined;
}

export function Flags({ code, viewer, flags, errors, onReload }: Props) {
  const [setFlag] = useMutation(SET_FLAG);
  const [write, notice] = useWrite('the flag', onReload);

  // Shown at once. If it is refused, Apollo goes back to the former value, and the notice says why.
  const onSwitch = ({ id, key }: FlagItem, value: boolean) => {
    const variables = { input: { organizationCode: code, key, value } };
    void write(() =>
      setFlag({
        variables,
        optimisticResponse: {
          __typename: 'Mutation',
          updateFeatureFlagOverride: {
            __typename: 'UpdateFeatureFlagOverridePayload',
            featureFlag: { __typename: 'FeatureFlag', id, key, source: 'ORGANIZATION', value },
            userErrors: [],
          },
        },
      }),
    );
  };
  return (
    <Section title="Feature flags">
      {notice}
      {flags == null ? (
        <ProblemNotice
          problem={problemAt('organization.featureFlags', errors)}
          what="the feature flags"
          onRetry={onReload}
          isAutomatic
        />
      ) : (
        <FlagList flags={flags} onSwitch={viewer.maySwitchFlags === false ? undefined : onSwitch} />
      )}
    </Section>
  );
}
