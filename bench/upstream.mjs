/**
 * A fast upstream in a process of its own: Kinde's answers made before the first request, so that
 * what is measured is the gateway. Ten organizations, ten members each, LATENCY_MS on every call.
 */
import { createServer } from 'node:http';

const latency = Number(process.env.LATENCY_MS ?? 0);
const body = (value) => Buffer.from(JSON.stringify({ code: 'OK', message: 'Success', ...value }));
const roles = ['admin', 'developer', 'member', 'viewer'].map((key) => ({
  id: `id_${key}`,
  key,
  name: `The ${key}`,
  description: null,
}));
const permissions = ['read', 'create', 'update', 'delete'].flatMap((verb) =>
  ['invoices', 'projects'].map((noun) => ({
    id: `id_${verb}_${noun}`,
    key: `${verb}:${noun}`,
    name: `${verb} ${noun}`,
    description: `May ${verb} ${noun}`,
  })),
);
const organizations = Array.from({ length: 10 }, (_, index) => ({
  code: `org_${index}`,
  name: `Organization ${index}`,
  handle: null,
  is_default: index === 0,
  external_id: `ext-${index}`,
  is_auto_membership_enabled: true,
}));
const members = Array.from({ length: 10 }, (_, index) => ({
  id: `kp_${String(index).padStart(32, '0')}`,
  email: `member.${index}@example.com`,
  full_name: `Member Number ${index}`,
  first_name: 'Member',
  last_name: `Number ${index}`,
  picture: null,
  joined_on: '2026-01-01T00:00:00Z',
  last_accessed_on: null,
  is_suspended: false,
  roles: ['admin', 'member'],
}));

const answers = [
  [
    /^POST \/oauth2\/token/,
    body({ access_token: 'bench', expires_in: 86400, token_type: 'Bearer' }),
  ],
  [/\/permissions(\?|$)/, body({ permissions })],
  [/\/users\/[^/]+\/roles/, body({ roles: roles.slice(0, 2) })],
  [
    /\/feature_flags/,
    body({
      feature_flags: {
        theme: { type: 'str', value: 'dark' },
        seats: { type: 'int', value: '25' },
        beta: { type: 'bool', value: 'true' },
      },
    }),
  ],
  [/\/organizations\/[^/]+\/users/, body({ organization_users: members })],
  [/\/api\/v1\/organizations/, body({ organizations })],
  [/\/api\/v1\/roles/, body({ roles })],
];

let calls = 0;
const server = createServer((request, response) => {
  const name = `${request.method} ${request.url}`;
  if (name === 'GET /calls') return void response.end(String(calls));
  calls++;
  const answer = answers.find(([route]) => route.test(name))?.[1];
  const send = () => {
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(answer ?? '{"errors":{"code":"ROUTE_NOT_FOUND","message":""}}');
  };
  if (latency === 0) send();
  else setTimeout(send, latency);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}` }),
);
