/** What one writes by hand: Apollo Server, got, a dataloader for each endpoint, a call for each member. */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import DataLoader from 'dataloader';
import got from 'got';
import { connection, flagList, pagePath, typeDefs } from './schema.mjs';

const upstream = process.env.UPSTREAM;
const { access_token: token } = await got.post(`${upstream}/oauth2/token`, { form: {} }).json();
const client = got.extend({
  prefixUrl: `${upstream}/api/v1`,
  responseType: 'json',
  headers: { authorization: `Bearer ${token}` },
});
const read = (path) => client(path).then(({ body }) => body);
const loader = (pathOf) =>
  new DataLoader((keys) => Promise.all(keys.map((key) => read(pathOf(key)))), {
    cacheKeyFn: JSON.stringify,
  });

const apollo = new ApolloServer({
  typeDefs,
  resolvers: {
    Query: {
      organizations: async (_, page, { organizations }) => {
        const answer = await organizations.load(page);
        return connection(answer.organizations, answer);
      },
      organization: (_, { code }, { organization }) => organization.load(code),
    },
    Organization: {
      featureFlags: async ({ code }, _, { flags }) => flagList(await flags.load(code)),
      users: async ({ code }, page, { users }) => {
        const answer = await users.load([code, page]);
        return connection(
          answer.organization_users.map((user) => ({ ...user, org: code })),
          answer,
        );
      },
    },
    User: {
      roles: async ({ org, id }, _, { roles }) => (await roles.load([org, id])).roles,
      permissions: async ({ org, id }, _, { permissions }) =>
        (await permissions.load([org, id])).permissions,
    },
  },
});
const { url } = await startStandaloneServer(apollo, {
  listen: { port: 0, host: '127.0.0.1' },
  context: async () => ({
    organizations: loader((page) => pagePath('organizations', page)),
    organization: loader((code) => `organization?code=${code}`),
    flags: loader((code) => `organizations/${code}/feature_flags`),
    users: loader(([code, page]) => pagePath(`organizations/${code}/users`, page)),
    roles: loader(([code, id]) => `organizations/${code}/users/${id}/roles`),
    permissions: loader(([code, id]) => `organizations/${code}/users/${id}/permissions`),
  }),
});
process.send({ url: url.replace(/\/$/, '') });
process.on('disconnect', () => process.exit());
