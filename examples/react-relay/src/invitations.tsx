import { graphql } from 'react-relay';
import {
  InviteForm,
  InviteList,
  ProblemNotice,
  Section,
  type InviteItem,
  type RoleItem,
  useAttempt,
} from '../../design/index.js';
import type { invitationsInviteMutation } from './__generated__/invitationsInviteMutation.graphql.js';
import type { invitationsRevokeMutation } from './__generated__/invitationsRevokeMutation.graphql.js';
import { problemIn } from './errors.js';
import type { Invites, SectionProps } from './organization-page.js';
import { useSend } from './write.js';

const INVITE = graphql`
  mutation invitationsInviteMutation($input: CreateOrganizationInviteInput!) {
    createOrganizationInvite(input: $input) {
      inviteCode
      userErrors {
        message
      }
    }
  }
`;

const REVOKE = graphql`
  mutation invitationsRevokeMutation($input: RevokeOrganizationInviteInput!) {
    revokeOrganizationInvite(input: $input) {
      inviteCode
      userErrors {
        message
      }
    }
  }
`;

interface Props extends SectionProps {
  invites: Invites;
  roles: readonly RoleItem[];
}

export function Invitations({ code, viewer, invites, roles, onReload }: Props) {
  const invite = useSend<invitationsInviteMutation>(INVITE);
  const revoke = useSend<invitationsRevokeMutation>(REVOKE);
  const [write, notice] = useAttempt('the invitations', onReload);

  // An entry that comes or goes changes a list, which the store can't know: the page is read again.
  const writeAndReload: typeof write = async (attempt) => {
    const isDone = await write(attempt);
    if (isDone) onReload();
    return isDone;
  };
  const onInvite = (email: string, role: string) => {
    const input = {
      organizationCode: code,
      email,
      roles: [{ key: role }],
      sendEmail: true,
      idempotencyKey: crypto.randomUUID(),
    };
    return writeAndReload(() => invite({ input }));
  };
  const onRevoke = ({ code: inviteCode }: InviteItem) => {
    const input = { organizationCode: code, inviteCode };
    void writeAndReload(() => revoke({ input }));
  };
  const list = invites.ok ? invites.value : null;
  return (
    <Section title="Invitations">
      {viewer.mayInvite !== false && <InviteForm roles={roles} onInvite={onInvite} />}
      {notice}
      {list == null ? (
        <ProblemNotice
          problem={problemIn(invites)}
          what="the invitations"
          onRetry={onReload}
          isAutomatic
        />
      ) : (
        <InviteList
          invites={list.nodes}
          onRevoke={viewer.mayRevoke === false ? undefined : onRevoke}
        />
      )}
    </Section>
  );
}
