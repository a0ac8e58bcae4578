import type { FeatureFlagRecord, State } from '../state.js';
import { random } from './random.js';

/** Key, name and description. */
const PERMISSIONS = [
  ['create:projects', 'Create projects', 'Start a project'],
  ['read:projects', 'Read projects', 'See projects and what is in them'],
  ['update:projects', 'Update projects', 'Change projects and what is in them'],
  ['delete:projects', 'Delete projects', 'Delete projects for good'],
  ['create:reports', 'Create reports', 'Build a report'],
  ['read:reports', 'Read reports', 'See reports'],
  ['export:reports', 'Export reports', 'Download reports as files'],
  ['invite:members', 'Invite members', 'Invite people to the organization'],
  ['read:members', 'Read members', 'See who belongs to the organization'],
  ['update:members', 'Update members', 'Change what members may do'],
  ['remove:members', 'Remove members', 'Remove people from the organization'],
  ['read:billing', 'Read billing', 'See invoices and the plan'],
  ['update:billing', 'Update billing', 'Change the plan and how it is paid'],
  ['read:audit_log', 'Read the audit log', 'See who did what'],
  ['create:api_keys', 'Create API keys', 'Make keys for programs'],
  ['revoke:api_keys', 'Revoke API keys', 'Make keys useless'],
  ['read:settings', 'Read settings', 'See how the organization is set up'],
  ['update:settings', 'Update settings', 'Change how the organization is set up'],
  ['deploy:staging', 'Deploy to staging', 'Release to the staging environment'],
  ['deploy:production', 'Deploy to production', 'Release to the production environment'],
] as const;

const ROLES = [
  { key: 'owner', name: 'Owner', description: 'May do everything', grants: /./ },
  {
    key: 'admin',
    name: 'Admin',
    description: 'Runs the organization, but does not pay for it',
    grants: /:(projects|reports|members|settings|audit_log)$|^read:/,
  },
  {
    key: 'developer',
    name: 'Developer',
    description: 'Builds and releases',
    grants: /^(create|read|update):projects$|api_keys$|^deploy:staging$/,
  },
  {
    key: 'billing_manager',
    name: 'Billing manager',
    description: 'Sees to invoices and the plan',
    grants: /:billing$|^export:reports$|^read:reports$/,
  },
  { key: 'member', name: 'Member', description: null, grants: /^read:(projects|reports|members)$/ },
  {
    key: 'auditor',
    name: 'Auditor',
    description: 'Sees everything and changes nothing',
    grants: /^read:/,
  },
] as const;

const FEATURE_FLAGS: Record<string, FeatureFlagRecord> = {
  beta_dashboard: { type: 'bool', value: 'false' },
  dark_mode: { type: 'bool', value: 'true' },
  single_sign_on: { type: 'bool', value: 'false' },
  max_projects: { type: 'int', value: '10' },
  storage_gb: { type: 'int', value: '50' },
  data_region: { type: 'str', value: 'eu-west' },
  support_tier: { type: 'str', value: 'standard' },
};

/** The APIs and the keys of their scopes. */
const APIS = {
  'Projects API': ['read:projects', 'write:projects'],
  'Reports API': ['read:reports'],
};

/** The permissions, roles, feature flags and APIs that all organizations of the environment share. */
export function seedCatalogue(state: State, seed: string): void {
  for (const [key, name, description] of PERMISSIONS) {
    const id = random(seed, 'permission', key).uuid();
    state.permissions.add({ id, key, name, description });
  }
  for (const { grants, ...role } of ROLES) {
    state.roles.add({
      id: random(seed, 'role', role.key).uuid(),
      ...role,
      is_default_role: role.key === 'member',
      permissions: [...state.permissions.values()].filter(({ key }) => grants.test(key)),
    });
  }
  for (const [name, keys] of Object.entries(APIS)) {
    const scopes = keys.map((key) => ({
      id: `api_scope_${random(seed, 'api scope', name, key).hex(32)}`,
      key,
    }));
    const api = { name, scopes: new Map(scopes.map((scope) => [scope.id, scope])) };
    state.apis.set(random(seed, 'api', name).hex(32), api);
  }
  for (const [key, flag] of Object.entries(FEATURE_FLAGS)) state.featureFlags.set(key, { ...flag });
}
