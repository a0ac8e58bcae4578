import { graphql } from 'react-relay';
import {
  MemberTable,
  morePages,
  ProblemNotice,
  RoleFilter,
  Section,
  type MemberFilter,
  type MemberItem,
  type RoleItem,
  useAttempt,
} from '../../design/index.js';
import type { membersAddRoleMutation } from './__generated__/membersAddRoleMutation.graphql.js';
import type { membersRemoveRoleMutation } from './__generated__/membersRemoveRoleMutation.graphql.js';
import { problemIn } from './errors.js';
import type { SectionProps, Users } from './organization-page.js';
import { useSend } from './write.js';

// The payload has the member's id and roles, so the store shows them without a refetch.
const ADD_ROLE = graphql`
  mutation membersAddRoleMutation($input: AddOrganizationUserRoleInput!) {
    addOrganizationUserRole(input: $input) {
      organizationUser {
        id
        roles {
          id
          key
          name
        }
      }
      userErrors {
        message
      }
    }
  }
`;

const REMOVE_ROLE = graphql`
  mutation membersRemoveRoleMutation($input: RemoveOrganizationUserRoleInput!) {
    removeOrganizationUserRole(input: $input) {
      organizationUser {
        id
        roles {
          id
          key
          name
        }
      }
      userErrors {
        message
      }
    }
  }
`;

interface Props extends SectionProps {
  users: Users;
  roles: readonly RoleItem[];
  filter: MemberFilter;
  onFilter: (filter: MemberFilter) => void;
  onMore: () => void;
}

export function Members({ code, viewer, users, roles, filter, onFilter, onMore, onReload }: Props) {
  const addRole = useSend<membersAddRoleMutation>(ADD_ROLE);
  const removeRole = useSend<membersRemoveRoleMutation>(REMOVE_ROLE);
  const [write, notice] = useAttempt('the member’s roles', onReload);

  const inputFor = ({ userId }: MemberItem, { key }: RoleItem) => ({
    organizationCode: code,
    userId,
    role: { key },
    idempotencyKey: crypto.randomUUID(),
  });
  const onAddRole = (member: MemberItem, role: RoleItem) => {
    const input = inputFor(member, role);
    void write(() => addRole({ input }));
  };
  const onRemoveRole = (member: MemberItem, role: RoleItem) => {
    const input = inputFor(member, role);
    void write(() => removeRole({ input }));
  };

  const list = users.ok ? users.value : null;
  const tools = <RoleFilter filter={filter} roles={roles} onChange={onFilter} />;
  return (
    <Section title="Members" tools={list && tools}>
      {notice}
      {list == null ? (
        <ProblemNotice
          problem={problemIn(users)}
          what="the members"
          onRetry={onReload}
          isAutomatic
        />
      ) : (
        <MemberTable
          members={list.nodes}
          roles={roles}
          onAddRole={viewer.mayAddRoles === false ? undefined : onAddRole}
          onRemoveRole={viewer.mayRemoveRoles === false ? undefined : onRemoveRole}
          more={morePages(list.pageInfo, onMore)}
        />
      )}
    </Section>
  );
}
