/** Programs and files from outside the repository that some tests need. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

interface Program {
  isInstalled: boolean;
  /** What a developer runs or sets to have it. */
  install: string;
  /** Whether CI may lack it, since no package that CI can install is new enough. */
  isOptional?: boolean;
}

const isOnPath = (name: string) =>
  (process.env['PATH'] ?? '').split(delimiter).some((path) => existsSync(join(path, name)));
const fromApt = (name: string, path?: string): Program => ({
  isInstalled: path === undefined ? isOnPath(name) : existsSync(path),
  install: `apt-get install -y ${name}`,
});

/** Where Chromium is. */
export const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
/** Where Prism is; empty where it is not. */
export const PRISM = process.env['PRISM_BIN'] ?? '';
/** Where Kinde's OpenAPI file is: the operations about organizations, unless another one is named. */
export const OPENAPI =
  process.env['KINDE_OPENAPI'] ?? join(import.meta.dirname, 'kinde-openapi.json');

const programs = {
  chromium: fromApt('chromium', CHROMIUM),
  nginx: fromApt('nginx'),
  openssl: fromApt('openssl'),
  'redis-server': fromApt('redis-server'),
  python3: fromApt('python3'),
  kubectl: {
    isInstalled: isOnPath('kubectl'),
    install: 'https://kubernetes.io/docs/tasks/tools/ (1.24 or newer; Debian’s is older)',
    isOptional: true,
  },
  prism: {
    isInstalled: existsSync(PRISM),
    install:
      'npm install --prefix prism @stoplight/prism-cli@5.14.2 && export PRISM_BIN=$PWD/prism/node_modules/.bin/prism',
  },
} satisfies Record<string, Program>;

const programOf = (name: ProgramName): Program => programs[name];

export type ProgramName = keyof typeof programs;

/**
 * Returns whether all of these are installed, and prints how to install the missing ones. Throws in CI,
 * where nothing may be skipped.
 */
export function areInstalled(...names: ProgramName[]): boolean {
  const missing = names.filter((name) => !programOf(name).isInstalled);
  if (missing.length === 0) return true;
  const lines = missing.map((name) => `  ${name}: ${programs[name].install}`).join('\n');
  const isRequired = missing.some((name) => programOf(name).isOptional !== true);
  if (process.env['CI'] === 'true' && isRequired)
    throw new Error(`Tests need programs that CI lacks:\n${lines}`);
  process.stderr.write(`Skipped tests that need programs. To run them, install:\n${lines}\n`);
  return false;
}
