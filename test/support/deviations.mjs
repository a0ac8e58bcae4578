/**
 * A Jest environment for a suite that is not ours and from which we deviate knowingly. The test file
 * lists the names of such tests in `globalThis.deviations`: they must fail. `globalThis.ran` gets the
 * names of all tests, so that the file can tell that each deviation is a test of the suite.
 */
import { TestEnvironment } from 'jest-environment-node';

/** @param {{ name: string, parent?: object }} test */
function nameOf(test) {
  const names = [];
  for (let at = test; at.parent !== undefined; at = at.parent) names.unshift(at.name);
  return names.join(' › ');
}

/** Where Jest's `expect` keeps the state of a test file. */
const MATCHERS = Symbol.for('$$jest-matchers-object');

export default class DeviationsEnvironment extends TestEnvironment {
  #unmatchedBefore = 0;

  get #snapshots() {
    return this.global[MATCHERS].state.snapshotState;
  }

  async handleTestEvent({ name, test }) {
    if (name === 'test_start') this.#unmatchedBefore = this.#snapshots.unmatched;
    if (name !== 'test_done') return;
    const testName = nameOf(test);
    (this.global.ran ??= new Set()).add(testName);
    if (this.global.deviations?.[testName] === undefined) return;
    if (test.errors.length > 0) {
      test.errors = [];
      // Jest exits with 1 for a snapshot that doesn't match, in a test that passes too.
      this.#snapshots.unmatched = this.#unmatchedBefore;
    } else {
      test.errors.push(new Error('This deviation no longer occurs: take it off the list.'));
    }
  }
}
