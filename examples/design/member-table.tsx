import {
  type Entries,
  type MemberItem,
  nameOf,
  personOf,
  readable,
  type RoleItem,
} from './items.js';
import { More, type MorePages } from './more.js';

interface Props {
  members: Entries<MemberItem>;
  roles: readonly RoleItem[];
  /** Undefined for a person who may not do it: the control is hidden then. */
  onAddRole: ((member: MemberItem, role: RoleItem) => void) | undefined;
  onRemoveRole: ((member: MemberItem, role: RoleItem) => void) | undefined;
  more: MorePages | undefined;
}

export function MemberTable({ members, roles, onAddRole, onRemoveRole, more }: Props) {
  if (members.length === 0) return <p>Nobody matches.</p>;
  const shown = readable(members);
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">E-mail</th>
            <th scope="col">Roles</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((member) => (
            <tr key={member.id}>
              <th scope="row">{personOf(member)}</th>
              <td>{member.email !== personOf(member) && member.email}</td>
              <td>
                <MemberRoles {...{ member, roles, onAddRole, onRemoveRole }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < members.length && (
        <p role="alert">{members.length - shown.length} members can’t be read.</p>
      )}
      {more && <More what="members" pages={more} />}
    </>
  );
}

type MemberRolesProps = Pick<Props, 'roles' | 'onAddRole' | 'onRemoveRole'> & {
  member: MemberItem;
};

function MemberRoles({ member, roles, onAddRole, onRemoveRole }: MemberRolesProps) {
  if (member.roles == null) return <>can’t be read</>;
  const own = readable(member.roles);
  const others = roles.filter(({ key }) => own.every((role) => role.key !== key));
  const add = (key: string) => {
    const role = others.find((one) => one.key === key);
    if (role !== undefined) onAddRole?.(member, role);
  };
  return (
    <div className="roles">
      {own.map((role) => (
        <span key={role.id} className="chip">
          {nameOf(role)}
          {onRemoveRole && (
            <button
              aria-label={`Remove ${nameOf(role)} from ${personOf(member)}`}
              onClick={() => onRemoveRole(member, role)}
            >
              ×
            </button>
          )}
        </span>
      ))}
      {onAddRole && others.length > 0 && (
        <select
          aria-label={`Add a role to ${personOf(member)}`}
          value=""
          onChange={({ target }) => add(target.value)}
        >
          <option value="">Add role</option>
          {others.map((role) => (
            <option key={role.key} value={role.key}>
              {nameOf(role)}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
