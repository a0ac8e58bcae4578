import { useMutation } from 'urql';
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
import type { FlagVariables } from './optimistic.js';
import { useWrite } from './write.js';

interface Props extends SectionProps {
  flags: NonNullable<OrganizationQuery['organization']>['featureFlags'];
  errors: readonly ResponseError[] | undefined;
}

export function Flags({ code, viewer, flags, errors, onReload }: Props) {
  const [, setFlag] = useMutation(SET_FLAG);
  const [write, notice] = useWrite('the flag', onReload);

  // Shown at once, by optimistic.ts. If it is refused, Graphcache goes back, and the notice says why.
  const onSwitch = ({ id, key }: FlagItem, value: boolean) => {
    const variables: FlagVariables = { id, input: { organizationCode: code, key, value } };
    void write(() => setFlag(variables));
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
