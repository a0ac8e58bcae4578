import { useMutation } from '@apollo/client/react';
import {
  Loading,
  MemberTable,
  morePages,
  problemAt,
  ProblemNotice,
  RoleFilter,
  Section,
  type MemberFilter,
  type MemberItem,
  type ResponseError,
  type RoleItem,
} from '../../design/index.js';
import type { OrganizationQuery } from './gql/graphql.js';
import { ADD_ROLE, REMOVE_ROLE } from './operations.js';
import type { SectionProps } from './organization-page.js';
import { useWrite } from './write.js';

interface Props extends SectionProps {
  users: NonNullable<OrganizationQuery['organization']>['users'];
  roles: readonly RoleItem[];
  errors: readonly ResponseError[] | undefined;
  filter: MemberFilter;
  isLoading: boolean;
  onFilter: (filter: MemberFilter) => void;
  onMore: (after: string) => Promise<{ error?: unknown }>;
}

export function Members(props: Props) {
  const { code, viewer, users, roles, errors, filter, isLoading, onReload } = props;
  const [addRole] = useMutation(ADD_ROLE);
  const [removeRole] = useMutation(REMOVE_ROLE);
  const [write, notice] = useWrite('the member’s roles', onReload);

  const inputFor = ({ userId }: MemberItem, { key }: RoleItem) => ({
    organizationCode: code,
    userId,
    role: { key },
    idempotencyKey: crypto.randomUUID(),
  });
  // The payload has the member's id and roles, so the cache shows them without a refetch.
  const onAddRole = (member: MemberItem, role: RoleItem) => {
    const variables = { input: inputFor(member, role) };
    void write(() => addRole({ variables }));
  };
  const onRemoveRole = (member: MemberItem, role: RoleItem) => {
    const variables = { input: inputFor(member, role) };
    void write(() => removeRole({ variables }));
  };

  const tools = <RoleFilter filter={filter} roles={roles} onChange={props.onFilter} />;
  return (
    <Section title="Members" tools={users && tools}>
      {notice}
      {users == null && isLoading && <Loading what="members" />}
      {users == null && !isLoading && (
        <ProblemNotice
          problem={problemAt('organization.users', errors)}
          what="the members"
          onRetry={onReload}
          isAutomatic
        />
      )}
      {users != null && (
        <MemberTable
          members={users.nodes}
          roles={roles}
          onAddRole={viewer.mayAddRoles === false ? undefined : onAddRole}
          onRemoveRole={viewer.mayRemoveRoles === false ? undefined : onRemoveRole}
          more={morePages(users.pageInfo, props.onMore)}
        />
      )}
    </Section>
  );
}
