import type { OrganizationConnection } from '../../upstream/endpoints/organization-connections.js';
import { invalid } from '../errors.js';
import type { Handlers } from '../handler.js';
import { type Random, random } from '../seed/random.js';
import type { OrganizationRecord, State } from '../state.js';
import { empty, success } from '../success.js';

export const organizationConnections: Handlers['organizationConnections'] = {
  list: (state, { organization_code }) => {
    const { connections } = state.organization(organization_code);
    return success({
      connections: Array.from(connections, (id) => ({
        code: 'OK',
        message: 'Success',
        connection: connection(state, id),
      })),
      has_more: false,
    });
  },

  // A decision: enabling what is enabled is a success that changes nothing.
  enable: (state, { organization_code, connection_id }) => {
    const { connections } = state.organization(organization_code);
    connections.add(connection(state, connection_id).id);
    return empty(200);
  },

  disable: (state, { organization_code, connection_id }) => {
    const { connections } = state.organization(organization_code);
    const { id } = connection(state, connection_id);
    // A decision: as with roles, removing what isn't there is an error.
    if (!connections.delete(id)) {
      throw invalid('CONNECTION_NOT_ENABLED', 'The connection is not enabled');
    }
    return success({});
  },
};

/** The code is a decision: none is documented for an unknown connection. */
function connection({ connections }: State, id: string): OrganizationConnection {
  const found = connections.get(id);
  if (!found) throw invalid('CONNECTION_NOT_FOUND', `No connection ${id}`);
  return found;
}

/** Strategy, name and display name. */
const CONNECTIONS = [
  ['email:otp', 'email_code', 'Email code'],
  ['oauth2:google', 'google', 'Google'],
  ['saml:custom', 'acme_saml', 'Acme single sign-on'],
] as const;

export function seedConnections({ connections }: State, seed: string): void {
  for (const [strategy, name, display_name] of CONNECTIONS) {
    const id = `conn_${random(seed, 'connection', strategy).hex(32)}`;
    connections.set(id, { id, name, display_name, strategy });
  }
}

/** Everybody can sign in with a code by e-mail; some organizations enable more. */
export function seedEnabledConnections(
  { connections }: State,
  organization: OrganizationRecord,
  chance: Random,
): void {
  for (const { id, strategy } of connections.values()) {
    if (strategy === 'email:otp' || chance.chance(30)) organization.connections.add(id);
  }
}
