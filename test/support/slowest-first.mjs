/**
 * The order of test files: the slowest first, so that no worker begins one when the others have ended.
 * Jest knows durations from its cache, and a fresh clone has none.
 */
import { sep } from 'node:path';
import TestSequencer from '@jest/test-sequencer';

/** Files that take long, mostly since they wait. */
const SLOWEST = [
  'cli/process',
  'faults/memory',
  'deploy/topology',
  'docs/typescript',
  'upstream/forgetful-redis',
  'idempotency/redis',
  'upstream/resilience',
  'http/overload',
  'faults/retries',
  'upstream/consistency',
  'faults/event-loop',
  'scripts/package',
  'upstream/types',
  'cli/cli',
];

const rank = ({ path }) => {
  const name = path.split(sep).slice(-2).join('/').replace('.test.ts', '');
  return SLOWEST.includes(name) ? SLOWEST.indexOf(name) : SLOWEST.length;
};

export default class SlowestFirst extends TestSequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
}
