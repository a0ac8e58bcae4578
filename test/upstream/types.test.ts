/** What the compiler is relied on to hold: each omission below must fail to compile, by name. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Parsed once for all cases: most of a compilation is the libraries' declarations. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** The compiler's complaints about the sources, with one file's text replaced. */
function complaintsWith(file: string, from: string | RegExp, to: string): string[] {
  const path = `${root}${file}`;
  const original = readFileSync(path, 'utf8');
  const changed = original.replace(from, to);
  if (changed === original && from !== '') throw new Error(`${file} does not hold ${String(from)}`);

  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => {
    if (name === path) return ts.createSourceFile(name, changed, rest[0], true);
    if (!parsed.has(name)) parsed.set(name, read(name, ...rest));
    return parsed.get(name);
  };
  const program = ts.createProgram([`${root}src/index.ts`], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('the compiler', () => {
  test('has no complaint about the sources as they are', () => {
    expect(complaintsWith('src/index.ts', '', '')).toEqual([]);
  }, 60_000);

  test('misses a row’s handler', () => {
    const complaints = complaintsWith(
      'src/upstream/endpoints/roles.ts',
      'export const roles = {',
      `export const roles = {
         get: endpoint('GET /api/v1/roles/{role_id}', { summary: 'One.', scope: 'read:roles', returns: t.Object({ role: Role }) }),`,
    );
    expect(complaints.join('\n')).toMatch(/'get' is missing|Property 'get'/);
  }, 60_000);

  test('sees a misspelt parameter', () => {
    const complaints = complaintsWith(
      'src/loaders/organizations.ts',
      'page_size: size',
      'pagesize: size',
    );
    expect(complaints.join('\n')).toContain("'pagesize' does not exist");
  }, 60_000);

  test('names a field of the schema that nobody supplies', () => {
    const complaints = complaintsWith(
      'src/resolvers/organizations.ts',
      "    externalId: carried('external_id'),\n",
      '',
    );
    expect(complaints.join('\n')).toContain('Organization.externalId');
  }, 60_000);
});
