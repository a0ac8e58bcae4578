import { useMutation } from '@apollo/client/react';
import {
  InviteForm,
  InviteList,
  problemAt,
  ProblemNotice,
  Section,
  type InviteItem,
  type ResponseError,
  type RoleItem,
} from '../../design/index.js';
import { INVITE, ORGANIZATION, REVOKE_INVITE } from './operations.js';
import type { SectionProps } from './organization-page.js';
import { useWrite } from './write.js';

interface Props extends SectionProps {
  invites: readonly (InviteItem | null)[] | null | undefined;
  roles: readonly RoleItem[];
  errors: readonly ResponseError[] | undefined;
}

export function Invitations({ code, viewer, invites, roles, errors, onReload }: Props) {
  // An entry that comes or goes changes a list, which the cache can't know: the page is read again.
  const refetchQueries = [ORGANIZATION];
  const [invite] = useMutation(INVITE, { refetchQueries });
  const [revoke] = useMutation(REVOKE_INVITE, { refetchQueries });
  const [write, notice] = useWrite('the invitations', onReload);

  const onInvite = (email: string, role: string) => {
    const input = {
      organizationCode: code,
      email,
      roles: [{ key: role }],
      sendEmail: true,
      idempotencyKey: crypto.randomUUID(),
    };
    return write(() => invite({ variables: { input } }));
  };
  const onRevoke = ({ code: inviteCode }: InviteItem) => {
    const variables = { input: { organizationCode: code, inviteCode } };
    void write(() => revoke({ variables }));
  };
  return (
    <Section title="Invitations">
      {viewer.mayInvite !== false && <InviteForm roles={roles} onInvite={onInvite} />}
      {notice}
      {invites == null ? (
        <ProblemNotice
          problem={problemAt('organization.invites', errors)}
          what="the invitations"
          onRetry={onReload}
          isAutomatic
        />
      ) : (
        <InviteList
          invites={invites}
          onRevoke={viewer.mayRevoke === false ? undefined : onRevoke}
        />
      )}
    </Section>
  );
}
