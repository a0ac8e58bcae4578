/**
 * `npm run chaos`: two replicas behind nginx with Redis and an emulated Kinde, faults at random, and
 * clients that check the promises of docs/security.md all the while. Exits with 1 when one is broken.
 *
 * `npm run chaos -- 60` lasts a minute; the default is ten. A second argument is the seed of
 * the plan. RATE (15) is the requests a second. It needs redis-server, and nginx unless requests are to go to the replicas alone.
 */
import { randomBytes } from 'node:crypto';
import { areInstalled } from '../support/installed.js';
import { runChaos } from './run.js';

if (!areInstalled('redis-server')) process.exit(1);
const seconds = Number(process.argv[2] ?? 600);
const seed = process.argv[3] ?? randomBytes(4).toString('hex');
const rate = Number(process.env['RATE'] ?? 15);
console.log(`RATE=${rate} npm run chaos -- ${seconds} ${seed}`);
const { counts, violations } = await runChaos({
  ...{ seed, rate },
  durationMs: seconds * 1_000,
  say: (line) => console.log(line),
});
for (const name of Object.keys(counts).sort()) console.log(`${counts[name]} ${name}`);
console.log(violations.length === 0 ? 'All promises were kept.' : 'Promises were broken.');
process.exit(violations.length === 0 ? 0 : 1);
