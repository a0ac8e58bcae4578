/** Mercurius at its fastest: compiled queries, loaders without a cache's keys, undici. */
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { Pool } from 'undici';
import { connection, flagList, pagePath, typeDefs } from './schema.mjs';

// As many sockets as this gateway has by default.
const pool = new Pool(process.env.UPSTREAM, { connections: 64 });
const tokenAnswer = await pool.request({ method: 'POST', path: '/oauth2/token' });
const { access_token: token } = await tokenAnswer.body.json();
const headers = { authorization: `Bearer ${token}` };

async function read(path) {
  const { statusCode, body } = await pool.request({
    method: 'GET',
    path: `/api/v1/${path}`,
    headers,
  });
  if (statusCode !== 200) throw new Error(`upstream ${statusCode}: ${await body.text()}`);
  return body.json();
}

/** No two of a query's loads are the same, so a cache would only cost the making of keys. */
const loader = (load) => ({
  loader: (queries) => Promise.all(queries.map(({ obj, params }) => load(obj, params))),
  opts: { cache: false },
});

const app = Fastify();
await app.register(mercurius, {
  schema: typeDefs,
  jit: 1,
  resolvers: {
    Query: {
      organizations: async (_, page) => {
        const answer = await read(pagePath('organizations', page));
        return connection(answer.organizations, answer);
      },
      organization: (_, { code }) => read(`organization?code=${code}`),
    },
  },
  loaders: {
    Organization: {
      featureFlags: loader(async ({ code }) =>
        flagList(await read(`organizations/${code}/feature_flags`)),
      ),
      users: loader(async ({ code }, page) => {
        const answer = await read(pagePath(`organizations/${code}/users`, page));
        for (const user of answer.organization_users) user.org = code;
        return connection(answer.organization_users, answer);
      }),
    },
    User: {
      roles: loader(
        async ({ org, id }) => (await read(`organizations/${org}/users/${id}/roles`)).roles,
      ),
      permissions: loader(
        async ({ org, id }) =>
          (await read(`organizations/${org}/users/${id}/permissions`)).permissions,
      ),
    },
  },
});
process.send({ url: await app.listen({ port: 0, host: '127.0.0.1' }) });
process.on('disconnect', () => process.exit());
