/** Tests whose program is missing fail in CI, and are skipped with a message elsewhere. */
import { afterEach, expect, jest, test } from '@jest/globals';

const { CI = '' } = process.env;
afterEach(() => {
  jest.restoreAllMocks();
  process.env['CI'] = CI;
});

process.env['CHROMIUM_PATH'] = '/nowhere/chromium';
const { areInstalled, describeWith, testWith } = await import('../support/programs.js');

test('in CI a missing program is an error that names the command that installs it', () => {
  process.env['CI'] = 'true';
  expect(() => areInstalled('chromium')).toThrow('apt-get install -y chromium');
  expect(() => describeWith('chromium')).toThrow('apt-get install -y chromium');
});

test('elsewhere its tests are skipped, and the command that installs it is printed', () => {
  process.env['CI'] = '';
  const printed = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(testWith('chromium')).toBe(test.skip);
  expect(printed).toHaveBeenCalledWith(expect.stringContaining('apt-get install -y chromium'));
});
