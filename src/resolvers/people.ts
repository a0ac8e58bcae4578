import type { QueryUsersArgs, Resolvers } from '../generated/resolvers.js';
import { badUserInput } from '../graphql/errors.js';
import { peopleTraits, type PeopleList, type UserParent } from '../loaders/people.js';
import { asMember, fullName } from '../loaders/users.js';
import { UpstreamError } from '../upstream/errors.js';
import { carriedOr } from './from-parent.js';
import { connection, connectionResolvers } from './connection.js';
import { mapEntries } from './entries.js';
import { ORGANIZATION_CODE, requireId, USER_ID } from './id-input.js';
import { nodeId } from './node-id.js';
import { searchText } from './search-text.js';

/** A property of the person: from the parent where it carries it, else by the batch read of people. */
const carried = carriedOr(({ id }: UserParent, { people }) => people.find(id));

const FILTERS = ['email', 'username', 'phone', 'search'] as const;

/**
 * Returns which people are asked for. How Kinde combines filters is not documented, so there is one at
 * most, and a comma in one would read as two.
 */
function peopleIn(args: Partial<QueryUsersArgs>): PeopleList {
  const given = FILTERS.filter((name) => args[name] != null);
  const [name] = given;
  if (name === undefined) return {};
  if (given.length > 1) {
    throw badUserInput(
      `Give one of ${given.map((each) => `\`${each}\``).join(', ')}, not several.`,
    );
  }
  const text = searchText(name, args[name]!);
  if (name !== 'search' && text.includes(',')) throw badUserInput(`\`${name}\` takes no comma.`);
  return { [name]: text };
}

/** Returns the test for people outside an organization. Where Kinde doesn't say, nobody is left out. */
function outside(code: string | null | undefined) {
  if (code == null) return undefined;
  requireId(ORGANIZATION_CODE, 'notInOrganization', code);
  return ({ organizations }: UserParent) => organizations?.includes(code) !== true;
}

export const resolvers = {
  Query: {
    user: (_, { userId }, { loaders }) => loaders.people.find(requireId(USER_ID, 'userId', userId)),
    users: (_, { first, after, notInOrganization, ...filters }, context) => {
      const list = peopleIn(filters);
      return connection(
        { first, after },
        {
          load: context.loaders.people.page,
          traits: peopleTraits,
          identity: ['people', list, notInOrganization ?? null],
          listIn: () => list,
          matches: outside(notInOrganization),
        },
        context,
      );
    },
  },

  User: {
    id: ({ id }) => nodeId('User', id),
    userId: ({ id }) => id,
    providedId: carried('provided_id'),
    email: carried('email'),
    phone: carried('phone'),
    username: carried('username'),
    fullName: async (person, _, { loaders }) => {
      const known = 'first_name' in person ? person : await loaders.people.find(person.id);
      return known && fullName(known);
    },
    firstName: carried('first_name'),
    lastName: carried('last_name'),
    picture: carried('picture'),
    isSuspended: carried('is_suspended'),
    lastSignedInOn: carried('last_signed_in'),
    totalSignIns: carried('total_sign_ins'),
    failedSignIns: carried('failed_sign_ins'),
    createdOn: carried('created_on'),
    memberships: async (parent, _, { loaders }) => {
      const person = 'organizations' in parent ? parent : await loaders.people.find(parent.id);
      if (person?.organizations == null) return null;
      return mapEntries(person.organizations, (code) => asMember(person, code));
    },
    membership: async (parent, { organizationCode }, { loaders }) => {
      requireId(ORGANIZATION_CODE, 'organizationCode', organizationCode);
      const { organizations } = parent;
      if (organizations == null || organizations.some((each) => each instanceof UpstreamError)) {
        return loaders.users.find({ org_code: organizationCode, user_id: parent.id });
      }
      return organizations.includes(organizationCode) ? asMember(parent, organizationCode) : null;
    },
  },

  OrganizationUser: {
    user: ({ user_id }) => ({ id: user_id }),
  },

  UserConnection: connectionResolvers,
} satisfies Resolvers;
