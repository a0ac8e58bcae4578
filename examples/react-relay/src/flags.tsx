import { graphql } from 'react-relay';
import { FlagList, ProblemNotice, Section, type FlagItem, useAttempt } from '../../design/index.js';
import type { flagsSetMutation } from './__generated__/flagsSetMutation.graphql.js';
import { problemIn } from './errors.js';
import type { FeatureFlags, SectionProps } from './organization-page.js';
import { useSend } from './write.js';

const SET_FLAG = graphql`
  mutation flagsSetMutation($input: UpdateFeatureFlagOverrideInput!) @raw_response_type {
    updateFeatureFlagOverride(input: $input) {
      featureFlag {
        id
        key
        source
        value
      }
      userErrors {
        message
      }
    }
  }
`;

interface Props extends SectionProps {
  flags: FeatureFlags;
}

export function Flags({ code, viewer, flags, onReload }: Props) {
  const setFlag = useSend<flagsSetMutation>(SET_FLAG);
  const [write, notice] = useAttempt('the flag', onReload);

  // Shown at once. If it is refused, Relay goes back to the former value, and the notice says why.
  const onSwitch = ({ id, key }: FlagItem, value: boolean) => {
    const input = { organizationCode: code, key, value };
    void write(() =>
      setFlag(
        { input },
        {
          updateFeatureFlagOverride: {
            featureFlag: { id, key, source: 'ORGANIZATION', value },
            userErrors: [],
          },
        },
      ),
    );
  };
  const list = flags.ok ? flags.value : null;
  return (
    <Section title="Feature flags">
      {notice}
      {list == null ? (
        <ProblemNotice
          problem={problemIn(flags)}
          what="the feature flags"
          onRetry={onReload}
          isAutomatic
        />
      ) : (
        <FlagList flags={list} onSwitch={viewer.maySwitchFlags === false ? undefined : onSwitch} />
      )}
    </Section>
  );
}
