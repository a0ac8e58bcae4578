/** The examples' package.json: people copy them, and here they resolve from the root's node_modules. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type useKindeAuth } from '@kinde-oss/kinde-auth-react';
import ts from 'typescript';
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

  test('resolves React for the folders beside it, in a copy with packages of its own', () => {
    const copy = mkdtempSync(join(tmpdir(), 'example-'));
    mkdirSync(join(copy, name));
    cpSync(join(root, 'examples', name, 'tsconfig.json'), join(copy, name, 'tsconfig.json'));
    symlinkSync(join(root, 'node_modules'), join(copy, name, 'node_modules'));
    const { options } = ts.getParsedCommandLineOfConfigFile(
      join(copy, name, 'tsconfig.json'),
      {},
      { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
    )!;
    for (const module of ['react', 'react/jsx-runtime']) {
      const importer = join(copy, 'design/page.tsx');
      const { resolvedModule } = ts.resolveModuleName(module, importer, options, ts.sys);
      expect(resolvedModule?.resolvedFileName).toMatch(/@types\/react\//);
    }
    rmSync(copy, { recursive: true });
  });
});

type Replaceable<Auth extends KindeAuth> = Auth;
/** Doesn't compile unless Kinde's SDK can take the place of the emulator's sign-in. */
export type KindeSdk = Replaceable<ReturnType<typeof useKindeAuth>>;
