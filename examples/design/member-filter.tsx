import { useEffect, useState } from 'react';
import { nameOf, type RoleItem } from './items.js';

/** What the list of members is filtered by, in the form of the query's variables. */
export interface MemberFilter {
  readonly search?: string;
  readonly roles?: string[];
}

interface Props {
  filter: MemberFilter;
  roles: readonly RoleItem[];
  onChange: (filter: MemberFilter) => void;
}

const TYPING_PAUSE_MS = 250;

export function RoleFilter({ filter, roles, onChange }: Props) {
  const [text, setText] = useState(filter.search ?? '');
  const search = text.trim() === '' ? {} : { search: text.trim() };
  const byRole = filter.roles === undefined ? {} : { roles: filter.roles };
  useEffect(() => {
    if (search.search === filter.search) return;
    const timer = setTimeout(() => onChange({ ...search, ...byRole }), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="filters">
      <input
        type="search"
        aria-label="Search members"
        placeholder="Search"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <select
        aria-label="Role"
        value={filter.roles?.[0] ?? ''}
        onChange={({ target: { value } }) =>
          onChange({ ...search, ...(value !== '' && { roles: [value] }) })
        }
      >
        <option value="">All roles</option>
        {roles.map((role) => (
          <option key={role.key} value={role.key}>
            {nameOf(role)}
          </option>
        ))}
      </select>
    </div>
  );
}
