/**
 * A fast upstream in a process of its own: Kinde's answers, each made once, so that what is measured
 * is the gateway. 10,000 organizations of MEMBERS (100) members, paged as Kinde pages, LATENCY_MS (0)
 * on every call.
 *
 * With TLS_KEY and TLS_CERTIFICATE it speaks HTTP/2 and HTTP/1.1 over TLS.
 *
 * Under /helped the same answers carry what a gateway without code of its own cannot make of them: a
 * member knows its organization, flags are a list, and a page says whether another follows.
 */
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';

const latency = Number(process.env.LATENCY_MS ?? 0);
const MEMBERS = Number(process.env.MEMBERS ?? 100);
const ORGANIZATIONS = 10_000;
const DEFAULT_PAGE_SIZE = 10;
// So that nobody takes a token for a number.
const TOKEN_PREFIX = 'from_';

const enveloped = (value) => ({ code: 'OK', message: 'Success', ...value });

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
const flags = {
  theme: { type: 'str', value: 'dark' },
  seats: { type: 'int', value: '25' },
  beta: { type: 'bool', value: 'true' },
};
const organization = (index) => ({
  code: `org_${index}`,
  name: `Organization ${index}`,
  handle: null,
  is_default: index === 0,
  external_id: `ext-${index}`,
  is_auto_membership_enabled: true,
});
const member = (index) => ({
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
});

/** A page of a list, with the token of the next: the place where it begins. */
function page(property, count, entry, parameters, isHelped) {
  const from = Number(parameters.get('next_token')?.slice(TOKEN_PREFIX.length) || 0);
  const until = Math.min(count, from + Number(parameters.get('page_size') || DEFAULT_PAGE_SIZE));
  const length = Math.max(0, until - from);
  const next = until < count ? `${TOKEN_PREFIX}${until}` : null;
  return enveloped({
    [property]: Array.from({ length }, (_, index) => entry(from + index)),
    next_token: next,
    ...(isHelped ? { pageInfo: { hasNextPage: next !== null, endCursor: next } } : {}),
  });
}

/** Each route: what it answers with, from its path's parts, its parameters and whether it helps. */
const routes = [
  [
    /^\/api\/v1\/organizations$/,
    (_, parameters, isHelped) =>
      page('organizations', ORGANIZATIONS, organization, parameters, isHelped),
  ],
  [
    /^\/api\/v1\/organization$/,
    (_, parameters) => {
      const index = Number(/^org_(\d+)$/.exec(parameters.get('code'))?.[1]);
      return index < ORGANIZATIONS ? organization(index) : undefined;
    },
  ],
  [
    /^\/api\/v1\/organizations\/([^/]+)\/users$/,
    ([code], parameters, isHelped) => {
      const entry = isHelped ? (index) => ({ ...member(index), org_code: code }) : member;
      return page('organization_users', MEMBERS, entry, parameters, isHelped);
    },
  ],
  [
    /^\/api\/v1\/organizations\/[^/]+\/users\/[^/]+\/roles$/,
    () => enveloped({ roles: roles.filter(({ key }) => key === 'admin' || key === 'member') }),
  ],
  [
    /^\/api\/v1\/organizations\/[^/]+\/users\/[^/]+\/permissions$/,
    () => enveloped({ permissions }),
  ],
  [
    /^\/api\/v1\/organizations\/[^/]+\/feature_flags$/,
    (_, __, isHelped) =>
      enveloped({
        feature_flags: isHelped
          ? Object.entries(flags).map(([key, flag]) => ({ key, ...flag }))
          : flags,
      }),
  ],
  [/^\/api\/v1\/roles$/, () => enveloped({ roles, next_token: null })],
  [/^\/api\/v1\/permissions$/, () => enveloped({ permissions, next_token: null })],
];

const NOT_FOUND = '{"errors":[{"code":"NOT_FOUND","message":"Not found"}]}';
const ANSWERS_KEPT = 50_000;
const answers = new Map();

function read(url) {
  const kept = answers.get(url);
  if (kept !== undefined) return kept;
  const { pathname, searchParams } = new URL(url, 'http://upstream');
  const isHelped = pathname.startsWith('/helped/');
  const path = isHelped ? pathname.slice('/helped'.length) : pathname;
  for (const [route, answer] of routes) {
    const parts = route.exec(path)?.slice(1);
    const value = parts && answer(parts, searchParams, isHelped);
    if (value === undefined) continue;
    const body = Buffer.from(JSON.stringify(value));
    if (answers.size >= ANSWERS_KEPT) answers.clear();
    answers.set(url, body);
    return body;
  }
  return undefined;
}

const WRITTEN = Buffer.from(JSON.stringify(enveloped({})));
const TOKEN = Buffer.from(
  JSON.stringify({ access_token: 'bench', expires_in: 86_400, token_type: 'Bearer' }),
);
const answerTo = ({ method, url }) =>
  url === '/oauth2/token' ? TOKEN : method === 'GET' ? read(url) : WRITTEN;

let calls = 0;
function respond(request, response) {
  if (request.url === '/calls') return void response.end(String(calls));
  calls++;
  const answer = answerTo(request);
  const send = () => {
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(answer ?? NOT_FOUND);
  };
  if (latency === 0) send();
  else setTimeout(send, latency);
}
const { TLS_KEY: key, TLS_CERTIFICATE: cert } = process.env;
const isSecure = key !== undefined;
const server = isSecure
  ? createSecureServer({ key, cert, allowHTTP1: true }, respond)
  : createServer(respond);
server.keepAliveTimeout = 60_000;
// Tailcall opens a connection for every call in flight, thousands at once.
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () =>
  process.send({ url: `http${isSecure ? 's' : ''}://127.0.0.1:${server.address().port}` }),
);
process.on('disconnect', () => process.exit());
