/** The examples' package.json: people copy them, and here they resolve from the root's node_modules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type useKindeAuth } from '@kinde-oss/kinde-auth-react';
import { type KindeAuth } from '../../examples/sign-in/index.js';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const { version, dependencies, devDependencies } = read('package.json');
const ours = { ...devDependencies, ...dependencies, 'kinde-graphql': version };

const examples = readdirSync(join(root, 'examples')).filter((name) =>
  existsSync(join(root, 'examples', name, 'package.json')),
);

describe.each(examples)('%s', (name) => {
  const manifest = read(`examples/${name}/package.json`);
  const folder = join(root, 'examples', name, 'src');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /^(?!gql\/).*\.tsx?$/.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');

  test('has the versions that are tested here', () => {
    const theirs = { ...manifest.dependencies, ...manifest.devDependencies };
    const tested = Object.fromEntries(Object.keys(theirs).map((key) => [key, ours[key]]));
    expect(theirs).toEqual(tested);
  });

  test('names what it imports', () => {
    const imported = [...sources.matchAll(/from '((?:@[\w-]+\/)?[\w-]+)(?:\/[\w/-]+)?'/g)].map(
      ([, module]) => module!,
    );
    expect(Object.keys(manifest.dependencies)).toEqual(
      expect.arrayContaining([...new Set(imported)]),
    );
  });
});

type Replaceable<Auth extends KindeAuth> = Auth;
/** Doesn't compile unless Kinde's SDK can take the place of the emulator's sign-in. */
export type KindeSdk = Replaceable<ReturnType<typeof useKindeAuth>>;
