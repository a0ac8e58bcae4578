/**
 * `node bench/calls.mjs`: the CPU of one read of the upstream, 64 at a time, in turns: through got and
 * through undici, as the gateway sends them, and through undici over TLS by HTTP/1.1 and by HTTP/2.
 * For the latter two, openssl makes a certificate.
 */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { createGotSend } from '../dist/upstream/send/got.js';
import { createUndiciSend } from '../dist/upstream/send/undici.js';

const PATH = '/api/v1/organizations/org_1/users/kp_1/permissions';
const IN_FLIGHT = 64;

function createCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-calls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost']
      .concat(['-addext', 'subjectAltName=IP:127.0.0.1'])
      .concat(['-keyout', key, '-out', cert]),
    { stdio: 'ignore' },
  );
  const pair = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return pair;
}

async function startUpstream(env = {}) {
  const child = fork(new URL('./upstream.mjs', import.meta.url), {
    env: { ...process.env, ...env },
  });
  const [{ url }] = await once(child, 'message');
  return { child, url };
}

/** Sends as the gateway does, without its time limits. */
function secureSender(url, options) {
  const pool = new Pool(url, { headersTimeout: 0, bodyTimeout: 0, ...options });
  const send = ({ method, headers }) =>
    new Promise((resolve, reject) => {
      const chunks = [];
      pool.dispatch(
        { method, path: PATH, headers },
        {
          onRequestStart: () => undefined,
          onResponseStart: () => undefined,
          onResponseData: (_, chunk) => void chunks.push(chunk),
          onResponseEnd: () => resolve(Buffer.concat(chunks).toString()),
          onResponseError: (_, error) => reject(error),
        },
      );
    });
  return { send, close: () => pool.destroy() };
}

const plain = await startUpstream();
const { key, cert } = createCertificate();
const secure = await startUpstream({ TLS_KEY: key, TLS_CERTIFICATE: cert });
const connect = { ca: cert };
const options = {
  baseUrl: plain.url,
  timeoutMs: 10_000,
  maxSockets: IN_FLIGHT,
  maxBodyBytes: 1 << 24,
};
const senders = {
  got: createGotSend(options),
  undici: createUndiciSend(options),
  'undici, TLS, HTTP/1.1': secureSender(secure.url, { connections: IN_FLIGHT, connect }),
  'undici, TLS, HTTP/2, one connection': secureSender(secure.url, {
    ...{ connections: 1, allowH2: true, pipelining: IN_FLIGHT, connect },
    maxConcurrentStreams: IN_FLIGHT,
  }),
};
const exchange = {
  method: 'GET',
  url: `${plain.url}${PATH}`,
  headers: { authorization: 'Bearer bench', accept: 'application/json' },
};

async function microsecondsPerCall({ send }, calls) {
  const before = process.cpuUsage();
  let left = calls;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (left-- > 0) await send(exchange);
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

const figures = Object.fromEntries(Object.keys(senders).map((name) => [name, []]));
for (const sender of Object.values(senders)) await microsecondsPerCall(sender, 3_000);
for (let round = 0; round < 5; round++) {
  for (const [name, sender] of Object.entries(senders)) {
    figures[name].push(await microsecondsPerCall(sender, 5_000));
  }
}
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const medians = Object.entries(figures).map(([name, values]) => [name, median(values)]);
const [, { 1: ofUndici }] = medians;
for (const [name, us] of medians) {
  console.log(
    `${name.padEnd(36)} ${us.toFixed(0).padStart(4)} us of CPU a call, ${(us / ofUndici).toFixed(1)} of undici`,
  );
}
await Promise.all(Object.values(senders).map((sender) => sender.close()));
for (const { child } of [plain, secure]) child.kill();
