/** Tests that need programs and files from outside the repository. */
import { describe, test } from '@jest/globals';
import { areInstalled, type ProgramName } from './installed.js';

export * from './installed.js';

/** Returns `describe`, or `describe.skip` where one of these is missing. */
export const describeWith = (...names: ProgramName[]) =>
  areInstalled(...names) ? describe : describe.skip;

/** Returns `test`, or `test.skip` where one of these is missing. */
export const testWith = (...names: ProgramName[]) => (areInstalled(...names) ? test : test.skip);
