import { useMutation } from 'urql';
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
import { INVITE, REVOKE_INVITE } from './operations.js';
import type { SectionProps } from './organization-page.js';
import { useWrite } from './write.js';

interface Props extends SectionProps {
  invites: readonly (InviteItem | null)[] | null | undefined;
  roles: readonly RoleItem[];
  errors: readonly ResponseError[] | undefined;
}

export function Invitations({ code, viewer, invites, roles, errors, onReload }: Props) {
  const [, invite] = useMutation(INVITE);
  const [, revoke] = useMutation(REVOKE_INVITE);
  const [write, notice] = useWrite('the invitations', onReload);

  const onInvite = (email: string, role: string) => {
    const input = {
      organizationCode: code,
      email,
      roles: [{ key: role }],
      sendEmail: true,
      idempotencyKey: crypto.randomUUID(),
    };
    return write(() => invite({ input }));
  };
  const onRevoke = ({ code: inviteCode }: InviteItem) => {
    const variables = { input: { organizationCode: code, inviteCode } };
    void write(() => revoke(variables));
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
