/**
 * The data of the environment at the start. It is made up, but consistent: people have
 * names of one origin and addresses at their company, and nobody joined before being created.
 */
import type { Organization } from '../../upstream/types.js';
import { blank, COLOR_SCHEMES } from '../organizations/index.js';
import { color } from '../organizations/colors.js';
import { seedConnections, seedEnabledConnections } from '../organizations/connections.js';
import { seedInvites } from '../organizations/invites.js';
import { seedLogo } from '../organizations/logos.js';
import { seedProperties, seedPropertyDefinitions } from '../organizations/properties.js';
import { seedMfaFactors } from '../organizations/user-mfa.js';
import {
  type OrganizationProfile,
  type OrganizationRecord,
  State,
  type StateOptions,
  type UserRecord,
} from '../state.js';
import { seedCatalogue } from './catalogue.js';
import { ascii, COMPANIES, PEOPLE, PLACES, TRADES } from './names.js';
import { type Moment, type Random, random } from './random.js';

export interface SeedOptions extends StateOptions {
  /** Another text gives another environment. */
  seed: string;
  organizations: number;
  /** Members of each organization; left out, they vary around 24. */
  usersPerOrganization?: number;
}

const FOUNDED = Date.UTC(2022, 0, 10);
const LAST_JOINED = Date.UTC(2026, 4, 1);
/** The seed's present: no date in it is later. */
const NOW = Date.UTC(2026, 5, 1);

/** People who belong to no organization and can be added to one. */
const USERS_WITHOUT_ORGANIZATION = 12;

/** The same options give the same environment to the byte, ids and dates included. */
export function seedState({
  seed,
  organizations,
  usersPerOrganization,
  ...options
}: SeedOptions): State {
  const state = new State(random(seed, 'created later').hex, options);
  seedCatalogue(state, seed);
  seedPropertyDefinitions(state, seed);
  seedConnections(state, seed);
  const addresses = new Map<string, number>();

  const plans = Array.from({ length: organizations }, (_, index) => {
    const chance = random(seed, 'members', index);
    const members = usersPerOrganization ?? 6 + chance.below(37);
    const organization = addOrganization(state, seed, index);
    // One in five is from another organization, if there is one.
    const guests = organizations > 1 ? Math.floor(members / 5) : 0;
    const home = Array.from({ length: members - guests }, (_, n) =>
      addUser(state, random(seed, 'user', index, n), n, domain(organization.profile), addresses),
    );
    return { chance, organization, home, guests };
  });
  for (let n = 0; n < USERS_WITHOUT_ORGANIZATION; n++) {
    addUser(state, random(seed, 'user', 'none', n), n, 'example.org', addresses);
  }

  plans.forEach(({ chance, organization, home, guests }, index) => {
    home.forEach((user, n) => addMember(state, seed, organization, user, n === 0));
    for (let n = 0; n < guests; n++) {
      // A search from a random position finds somebody new even among few.
      const other = plans[(index + 1 + chance.below(organizations - 1)) % organizations]!;
      const start = chance.below(other.home.length);
      for (let step = 0; step < other.home.length; step++) {
        const user = other.home[(start + step) % other.home.length]!;
        if (organization.members.has(user.id)) continue;
        addMember(state, seed, organization, user, false);
        break;
      }
    }
  });
  for (const user of state.users.values()) {
    seedMfaFactors(state, user, random(seed, 'mfa factors', user.id));
  }
  return state;
}

/** The sets of roles that members get: most are plain members, and a few have no role. */
const ROLES_HELD: readonly string[][] = [
  ...Array.from({ length: 9 }, () => ['member']),
  ['developer'],
  ['developer'],
  ['developer', 'member'],
  ['admin'],
  ['admin', 'billing_manager'],
  ['billing_manager'],
  ['auditor'],
  [],
];

const isoSeconds = (moment: Moment) => `${new Date(moment).toISOString().slice(0, 19)}Z`;

/** Users' dates have microseconds and an offset, as the specification's newest example has. */
const isoMicroseconds = (chance: Random, moment: Moment) =>
  new Date(moment).toISOString().replace('Z', `${100 + chance.below(900)}+00:00`);

function companyName(index: number): string {
  const listed = COMPANIES[index];
  if (listed) return listed;
  const further = index - COMPANIES.length;
  const place = PLACES[further % PLACES.length];
  const trade = TRADES[Math.floor(further / PLACES.length) % TRADES.length];
  const round = Math.floor(further / (PLACES.length * TRADES.length));
  return `${place} ${trade}${round > 0 ? ` ${round + 1}` : ''}`;
}

const domain = ({ name }: OrganizationProfile) => `${ascii(name, '-')}.example.com`;

function addOrganization(state: State, seed: string, index: number): OrganizationRecord {
  const chance = random(seed, 'organization', index);
  const name = companyName(index);
  const code = `org_${chance.hex(11)}`;
  const isDefault = index === 0;
  const theme = chance.pick(Object.keys(COLOR_SCHEMES) as (keyof typeof COLOR_SCHEMES)[]);
  const isSuspended = !isDefault && index % 17 === 16;
  const created = chance.moment(FOUNDED, LAST_JOINED);
  const profile: OrganizationProfile = {
    ...blank(code),
    name,
    handle: chance.chance(75) ? ascii(name, '_') : null,
    is_default: isDefault,
    external_id: chance.chance(60) ? `crm-${1000 + index}` : null,
    is_auto_membership_enabled: chance.chance(30),
    theme_code: theme,
    color_scheme: COLOR_SCHEMES[theme],
    created_on: isoSeconds(created),
    is_allow_registrations: chance.chance(20) ? null : chance.chance(50),
    is_suspended: isSuspended,
    suspended_on: isSuspended ? isoSeconds(chance.moment(created, NOW)) : null,
  };
  profile.allowed_domains = chance.chance(40) ? [domain(profile)] : [];
  const isBranded = chance.chance(60);
  if (isBranded) brand(profile, chance);
  if (chance.chance(50)) {
    profile.sender_name = name;
    profile.sender_email = `hello@${domain(profile)}`;
  }
  const billing = chance.chance(50)
    ? {
        billing_customer_id: `customer_${chance.hex(16)}`,
        agreements: [
          {
            plan_code: chance.pick(['starter', 'pro', 'enterprise']),
            agreement_id: `agreement_${chance.hex(16)}`,
          },
        ],
      }
    : null;
  const organization = state.addOrganization(profile, billing);
  override(state, organization, index, chance);
  seedProperties(organization, random(seed, 'properties', index));
  seedInvites(state, organization, random(seed, 'invites', index));
  seedEnabledConnections(state, organization, random(seed, 'connections', index));
  if (isBranded) seedLogo(organization);
  return organization;
}

function brand(profile: Organization, chance: Random): void {
  const accent = chance.pick(['#0056F1', '#0f766e', '#b45309', '#7c3aed', '#BE123C', '#333']);
  Object.assign(profile, {
    link_color: color(accent),
    button_color: color(accent),
    background_color: color('#ffffff'),
    button_text_color: color('#ffffff'),
    button_border_radius: chance.pick([0, 4, 8]),
    card_border_radius: 16,
    input_border_radius: 4,
  });
}

/** Most organizations override three flags, often of three types; a few none. */
function override({ featureFlags }: State, to: OrganizationRecord, index: number, chance: Random) {
  if (index % 6 === 5) return;
  const values: Record<string, string> = {
    beta_dashboard: 'true',
    dark_mode: 'false',
    single_sign_on: 'true',
    max_projects: String(25 * (1 + chance.below(8))),
    storage_gb: String(chance.pick([0, 100, 250, 500])),
    data_region: chance.pick(['us-east', 'ap-southeast', 'uk']),
    support_tier: chance.pick(['priority', 'premium']),
  };
  [...featureFlags.keys()].forEach((key, position) => {
    if ((3 * index + 5 * position) % 7 < 3) to.overrides.set(key, values[key]!);
  });
}

/** `n` counts the people at a company, whose domain is `at`. */
function addUser(
  state: State,
  chance: Random,
  n: number,
  at: string,
  addresses: Map<string, number>,
): UserRecord {
  const id = `kp_${chance.hex(32)}`;
  const [given, family] = chance.pick(PEOPLE);
  const local = `${ascii(given, '')}.${ascii(family, '')}`;
  const namesakes = addresses.get(`${local}@${at}`) ?? 0;
  addresses.set(`${local}@${at}`, namesakes + 1);
  // A few people have no name, and a few signed up by telephone.
  const hasName = n % 17 !== 16;
  const hasEmail = n % 19 !== 18;
  const created = chance.moment(FOUNDED, LAST_JOINED);
  const signIns = chance.chance(10) ? 0 : chance.below(400);
  const phone = hasEmail && !chance.chance(10) ? null : `+4420794600${state.users.size}`;
  const user: UserRecord = {
    id,
    full_name: hasName ? `${given} ${family}` : '',
    is_suspended: chance.chance(2),
    total_sign_ins: signIns,
    failed_sign_ins: chance.below(5),
    last_signed_in: signIns > 0 ? isoMicroseconds(chance, chance.moment(created, NOW)) : null,
    created_on: isoMicroseconds(chance, created),
    organizations: [],
    // The specification allows no null for these, so the response omits them.
    ...(hasName && { first_name: given, last_name: family }),
    ...(hasEmail && { email: `${local}${namesakes > 0 ? namesakes + 1 : ''}@${at}` }),
    ...(phone && { phone }),
    ...(chance.chance(15) && { username: `${ascii(given, '')}_${id.slice(3, 7)}` }),
    ...(chance.chance(20) && { provided_id: `hr-${id.slice(-6)}` }),
    ...(chance.chance(60) && { picture: `https://images.example.com/${id}.png` }),
  };
  state.users.add(user);
  return user;
}

function addMember(
  state: State,
  seed: string,
  organization: OrganizationRecord,
  user: UserRecord,
  isOwner: boolean,
): void {
  const chance = random(seed, 'member', organization.profile.code, user.id);
  const held = isOwner ? ['owner'] : chance.pick(ROLES_HELD);
  const direct = chance.chance(12) ? [chance.pick([...state.permissions.values()])] : [];
  const joined = chance.moment(Date.parse(user.created_on!), LAST_JOINED);
  state.addMember(organization, {
    user,
    joined_on: isoSeconds(joined),
    last_accessed_on: chance.chance(15) ? null : isoSeconds(chance.moment(joined, NOW)),
    roles: new Set(held.map((key) => state.roleByKey(key))),
    permissions: new Set(direct),
  });
}
