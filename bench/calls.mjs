/**
 * `node bench/calls.mjs`: the CPU of one read of the upstream through got and through undici, as the
 * gateway sends them, 64 at a time, in turns.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createGotSend } from '../dist/upstream/send/got.js';
import { createUndiciSend } from '../dist/upstream/send/undici.js';

const upstream = fork(new URL('./upstream.mjs', import.meta.url));
const [{ url: baseUrl }] = await once(upstream, 'message');
const options = { baseUrl, timeoutMs: 10_000, maxSockets: 64, maxBodyBytes: 1 << 24 };
const senders = { got: createGotSend(options), undici: createUndiciSend(options) };
const exchange = {
  method: 'GET',
  url: `${baseUrl}/api/v1/organizations/org_1/users/kp_1/permissions`,
  headers: { authorization: 'Bearer bench', accept: 'application/json' },
};

async function microsecondsPerCall({ send }, calls) {
  const before = process.cpuUsage();
  let left = calls;
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (left-- > 0) await send(exchange);
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

const figures = { got: [], undici: [] };
for (const sender of Object.values(senders)) await microsecondsPerCall(sender, 3_000);
for (let round = 0; round < 5; round++) {
  for (const [name, sender] of Object.entries(senders)) {
    figures[name].push(await microsecondsPerCall(sender, 5_000));
  }
}
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
console.log(`got    ${median(figures.got).toFixed(0)} us of CPU a call`);
console.log(`undici ${median(figures.undici).toFixed(0)} us of CPU a call`);
console.log(`got / undici ${(median(figures.got) / median(figures.undici)).toFixed(1)}`);
await Promise.all(Object.values(senders).map((sender) => sender.close()));
upstream.kill();
