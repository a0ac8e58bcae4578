/**
 * One server of the comparison in a process of its own, told by SERVER; says by IPC where it listens
 * and, when asked, what CPU and memory it has used.
 */
import { createServer } from 'node:http';

const upstream = process.env.UPSTREAM;

const servers = {
  /** This gateway, as it is started. */
  async gateway() {
    const { readConfig } = await import('../dist/config.js');
    const { createGateway } = await import('../dist/server.js');
    const config = readConfig({
      KINDE_DOMAIN: upstream,
      KINDE_CLIENT_ID: 'bench',
      KINDE_CLIENT_SECRET: 'bench',
      AUTH_MODE: 'none',
      LOG_LEVEL: 'warn',
      NODE_ENV: 'production',
    });
    const gateway = await createGateway({ ...config, kinde: config.kinde });
    return gateway.listen({ port: 0, host: '127.0.0.1' });
  },

  /** What one writes by hand: Apollo Server, got, a dataloader for each endpoint, a call a member. */
  async handwritten() {
    const [{ ApolloServer }, { startStandaloneServer }, { default: got }, { default: DataLoader }] =
      await Promise.all([
        import('@apollo/server'),
        import('@apollo/server/standalone'),
        import('got'),
        import('dataloader'),
      ]);
    const { access_token: token } = await got.post(`${upstream}/oauth2/token`, { form: {} }).json();
    const client = got.extend({
      prefixUrl: `${upstream}/api/v1`,
      responseType: 'json',
      headers: { authorization: `Bearer ${token}` },
    });
    const read = (path, property) => client(path).then(({ body }) => body[property]);
    const loader = (path, property) =>
      new DataLoader((keys) => Promise.all(keys.map((key) => read(path(key), property))), {
        cacheKeyFn: JSON.stringify,
      });
    const apollo = new ApolloServer({
      typeDefs: `
        type Query { organizations(first: Int): Organizations }
        type Organizations { nodes: [Organization] }
        type Organization { code: ID name: String featureFlags: [Flag] users(first: Int): Users }
        type Users { nodes: [User] pageInfo: PageInfo }
        type PageInfo { hasNextPage: Boolean endCursor: String }
        type Flag { key: String type: String value: String }
        type User { email: String roles: [Role] permissions: [Permission] }
        type Role { key: String name: String }
        type Permission { key: String name: String }`,
      resolvers: {
        Query: {
          organizations: async (_, { first }) => ({
            nodes: await read(`organizations?page_size=${first}`, 'organizations'),
          }),
        },
        Organization: {
          featureFlags: async ({ code }, _, { flags }) =>
            Object.entries(await flags.load(code)).map(([key, flag]) => ({ key, ...flag })),
          users: async ({ code }, { first }, { users }) => {
            const nodes = await users.load([code, first]);
            return {
              nodes: nodes.map((user) => ({ ...user, org: code })),
              pageInfo: { hasNextPage: false, endCursor: null },
            };
          },
        },
        User: {
          roles: ({ org, id }, _, { roles }) => roles.load([org, id]),
          permissions: ({ org, id }, _, { permissions }) => permissions.load([org, id]),
        },
      },
    });
    const { url } = await startStandaloneServer(apollo, {
      listen: { port: 0, host: '127.0.0.1' },
      context: async () => ({
        flags: loader((code) => `organizations/${code}/feature_flags`, 'feature_flags'),
        users: loader(
          ([code, first]) => `organizations/${code}/users?page_size=${first}`,
          'organization_users',
        ),
        roles: loader(([code, id]) => `organizations/${code}/users/${id}/roles`, 'roles'),
        permissions: loader(
          ([code, id]) => `organizations/${code}/users/${id}/permissions`,
          'permissions',
        ),
      }),
    });
    return url.replace(/\/$/, '');
  },

  /** The limit: node:http that writes the bytes of an answer made before. */
  async bare() {
    const bytes = Buffer.from(process.env.ANSWER, 'base64');
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(bytes);
      });
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${server.address().port}`;
  },
};

process.send({ url: await servers[process.env.SERVER]() });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpuMs: (user + system) / 1000, peakMb: process.resourceUsage().maxRSS / 1024 });
});
