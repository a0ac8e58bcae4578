/**
 * The order of test files: the slowest first, so that no worker begins one when the others have ended.
 * Jest knows durations from its cache, and a fresh clone has none.
 */
import { sep } from 'node:path';
import TestSequencer from '@jest/test-sequencer';

/** Files that take long, mostly since they wait. */
const SLOWEST = [
  'examples/apps',
  'upstream/forgetful-redis',
  'cli/process',
  'deploy/topology',
  'docs/typescript',
  'upstream/resilience',
  'idempotency/redis',
  'faults/retries',
  'http/overload',
  'cli/cli',
  'scripts/package',
  'upstream/consistency',
  'graphiql/access',
  'graphiql/graphiql',
  'faults/memory',
  'resolvers/mutations',
  'idempotency/idempotency',
  'upstream/types',
  'faults/event-loop',
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
