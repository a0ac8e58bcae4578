import { useState, type SubmitEvent } from 'react';
import { type Entries, type InviteItem, nameOf, readable, type RoleItem } from './items.js';

interface FormProps {
  roles: readonly RoleItem[];
  /** Resolves to whether the person was invited, so that the form can be cleared. */
  onInvite: (email: string, role: string) => Promise<boolean>;
}

export function InviteForm({ roles, onInvite }: FormProps) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState('');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (await onInvite(email, role)) setEmail('');
  };
  return (
    <form onSubmit={submit} className="invite">
      <label>
        E-mail address
        <input
          type="email"
          required
          value={email}
          onChange={({ target }) => setEmail(target.value)}
        />
      </label>
      <label>
        As
        <select required value={role} onChange={({ target }) => setRole(target.value)}>
          <option value="">Choose a role</option>
          {roles.map((one) => (
            <option key={one.key} value={one.key}>
              {nameOf(one)}
            </option>
          ))}
        </select>
      </label>
      <button>Invite</button>
    </form>
  );
}

interface ListProps {
  invites: Entries<InviteItem>;
  /** Undefined for a person who may not do it: the control is hidden then. */
  onRevoke: ((invite: InviteItem) => void) | undefined;
}

export function InviteList({ invites, onRevoke }: ListProps) {
  if (invites.length === 0) return <p>No invitation is pending.</p>;
  return (
    <ul className="invites">
      {readable(invites).map((invite) => (
        <li key={invite.id}>
          <span>{invite.email}</span>
          <small>{readable(invite.roles).map(nameOf).join(', ')}</small>
          {onRevoke && (
            <button
              aria-label={`Revoke the invitation of ${invite.email}`}
              onClick={() => onRevoke(invite)}
            >
              Revoke
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
