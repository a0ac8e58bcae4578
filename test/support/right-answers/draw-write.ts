/** Draws mutations of what the emulator holds. Most succeed. */
import type { State } from '../../../src/emulator/index.js';
import type { Choices } from '../random-query.js';

const mutation = (name: string, input: string) =>
  `mutation { ${name}(input: { ${input} }) { userErrors { code } } }`;

/** Returns the text of a mutation. `version` makes its values new. */
export function drawWrite(choices: Choices, state: State, version: number): string {
  const some = <T>(options: Iterable<T>): T => choices.of([...options]);
  const organization = some(state.organizations.values());
  const members = [...organization.members.values()];
  const member = members.length === 0 ? undefined : some(members);
  const stranger = some(state.users.values()).id;
  const key = (own: Iterable<{ key: string }> = [], all: Iterable<{ key: string }> = []) =>
    `{ key: "${([...own][0] ?? some(all)).key}" }`;
  const role = key([], state.roles.values());
  const permission = key([], state.permissions.values());
  const ownRole = key(member?.roles, state.roles.values());
  const ownPermission = key(member?.permissions, state.permissions.values());
  const org = `organizationCode: "${organization.profile.code}"`;
  const userId = `userId: "${member?.user.id ?? stranger}"`;
  const invite = [...organization.invites.values()][0]?.code ?? 'inv_none';
  const connection = some(state.connections.keys());

  const [name, input] = choices.of([
    ['updateOrganization', `${org}, name: "${choices.of(['A', 'Z'])} ${version}"`],
    ['updateOrganization', `${org}, handle: "h${version}", senderName: "S ${version}"`],
    ['updateOrganization', `${org}, externalId: "e${version}", branding: { themeCode: DARK }`],
    ['deleteOrganizationHandle', org],
    ['createOrganization', `name: "Created ${version}"`],
    ['addOrganizationUserRole', `${org}, ${userId}, role: ${role}`],
    ['removeOrganizationUserRole', `${org}, ${userId}, role: ${ownRole}`],
    ['addOrganizationUserPermission', `${org}, ${userId}, permission: ${permission}`],
    ['removeOrganizationUserPermission', `${org}, ${userId}, permission: ${ownPermission}`],
    ['addOrganizationUsers', `${org}, users: [{ userId: "${stranger}", roles: [${role}] }]`],
    ['updateOrganizationUsers', `${org}, users: [{ ${userId}, setRoles: [${role}] }]`],
    ['updateOrganizationUsers', `${org}, users: [{ ${userId}, addPermissions: [${permission}] }]`],
    ['removeOrganizationUser', `${org}, ${userId}`],
    ['removeOrganizationUsers', `${org}, userIds: ["${member?.user.id ?? stranger}"]`],
    ['resetOrganizationUserMfa', `${org}, ${userId}`],
    ['createRole', `key: "role_${version}", name: "Role ${version}"`],
    ['updateRole', `role: ${role}, name: "${choices.of(['A', 'Z'])} role ${version}"`],
    ['updateRole', `role: ${role}, key: "role_${version}"`],
    ['deleteRole', `role: ${role}`],
    ['setRolePermissions', `role: ${role}, permissions: [${permission}]`],
    ['createPermission', `key: "do:${version}", name: "Permission ${version}"`],
    ['updatePermission', `permission: ${permission}, name: "Do ${version}"`],
    ['updatePermission', `permission: ${permission}, key: "do:${version}"`],
    ['deletePermission', `permission: ${permission}`],
    ['updateFeatureFlagOverride', `${org}, key: "max_projects", value: ${version}`],
    ['deleteFeatureFlagOverrides', org],
    ['updateOrganizationProperty', `${org}, key: "seats", value: "${version}"`],
    ['enableOrganizationSignInMethod', `${org}, connectionId: "${connection}"`],
    ['disableOrganizationSignInMethod', `${org}, connectionId: "${connection}"`],
    ['updateOrganizationPasskeyPolicy', `${org}, requirement: ${choices.of(['OFF', 'null'])}`],
    ['deleteOrganizationLogo', `${org}, type: LIGHT`],
    [
      'createOrganizationInvite',
      `${org}, email: "v${version}@example.com", roles: [${role}], sendEmail: false`,
    ],
    ['revokeOrganizationInvite', `${org}, inviteCode: "${invite}"`],
  ] as const);
  return mutation(name, input);
}
