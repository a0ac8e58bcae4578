/**
 * Tailcall, from its binary's npm package. MERGE=true has it merge identical queries in flight.
 *
 * It cannot tell a member its organization, make a list of an object or compare, so it reads the
 * upstream's answers under /helped. It checks no query against its schema unless told to, and is not told to.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const upstream = process.env.UPSTREAM;
const dedupe = `dedupe: ${process.env.MERGE === 'true'}`;
const page = `query: [{ key: "page_size", value: "{{.args.first}}" }, { key: "next_token", value: "{{.args.after}}", skipEmpty: true }]`;
const member = 'organizations/{{.value.org_code}}/users/{{.value.id}}';
const http = (path, rest) =>
  `@http(url: "${upstream}/helped/api/v1/${path}", ${dedupe}, headers: [{ key: "authorization", value: "Bearer bench" }], ${rest})`;

const connection = (property) =>
  `${page}, select: { nodes: "{{.${property}}}", pageInfo: "{{.pageInfo}}" }`;

const port = await freePort();
const schema = `
schema @server(port: ${port}, hostname: "127.0.0.1") @upstream(poolMaxIdlePerHost: 64) { query: Query }
type Query {
  organizations(first: Int, after: String): Organizations
    ${http('organizations', connection('organizations'))}
  organization(code: ID!): Organization
    ${http('organization', 'query: [{ key: "code", value: "{{.args.code}}" }]')}
}
type Organizations { nodes: [Organization] pageInfo: PageInfo }
type Organization {
  code: ID
  name: String
  featureFlags: [Flag] ${http('organizations/{{.value.code}}/feature_flags', 'select: "{{.feature_flags}}"')}
  users(first: Int, after: String): Users
    ${http('organizations/{{.value.code}}/users', connection('organization_users'))}
}
type Users { nodes: [User] pageInfo: PageInfo }
type PageInfo { hasNextPage: Boolean endCursor: String }
type Flag { key: String type: String value: String }
type User {
  id: ID
  email: String
  org_code: ID
  roles: [Role] ${http(`${member}/roles`, 'select: "{{.roles}}"')}
  permissions: [Permission] ${http(`${member}/permissions`, 'select: "{{.permissions}}"')}
}
type Role { key: String name: String }
type Permission { key: String name: String }
`;

const folder = await mkdtemp(join(tmpdir(), 'tailcall-'));
const config = join(folder, 'config.graphql');
await writeFile(config, schema);

const binary = fileURLToPath(
  new URL('../node_modules/@tailcallhq/core-linux-x64-gnu/bin/tailcall', import.meta.url),
);
// TAILCALL_GLIBC is a folder with a newer C library, for systems that have an older one than the binary wants.
const glibc = process.env.TAILCALL_GLIBC;
const command =
  glibc === undefined
    ? [binary]
    : [
        join(glibc, 'ld-linux-x86-64.so.2'),
        '--library-path',
        `${glibc}:/lib/x86_64-linux-gnu:/usr/lib64`,
        binary,
      ];
const child = spawn(command[0], [...command.slice(1), 'start', config], {
  env: { PATH: process.env.PATH, HOME: folder, TAILCALL_TRACKER: 'false', TC_LOG_LEVEL: 'error' },
});
const said = [];
for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(chunk));
child.on('error', (error) => said.push(error.message));

const stop = async () => {
  child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
  process.exit();
};
process.on('disconnect', stop).on('SIGTERM', stop);

const url = `http://127.0.0.1:${port}`;
if (await isUp()) process.send({ url, pid: child.pid });
else process.send({ failure: said.join('').trim().split('\n').at(-1) ?? 'it did not start' });

async function isUp() {
  for (let tries = 0; tries < 100 && child.exitCode === null; tries++) {
    const answer = await fetch(`${url}/status`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer !== undefined) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
