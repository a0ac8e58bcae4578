/** What the compiler is relied on to hold: each omission below must fail to compile, by name. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Edit {
  file: string;
  from: string;
  to: string;
}

/** Where the omissions show. To check these alone takes half of the time of all sources. */
const CHECKED = [
  'src/emulator/roles.ts',
  'src/loaders/organizations.ts',
  'src/resolvers/index.ts',
  'src/upstream/endpoints/index.ts',
];

/** Returns the compiler's complaints about `CHECKED` after these edits, which exist in memory only. */
function complaintsAfter(edits: readonly Edit[]): string[] {
  const edited = new Map<string, string>();
  for (const { file, from, to } of edits) {
    const path = `${root}${file}`;
    const text = edited.get(path) ?? readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
    edited.set(path, text.replace(from, to));
  }
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  host.readFile = (name) => edited.get(name) ?? read(name);
  const program = ts.createProgram([`${root}src/index.ts`], options, host);
  return CHECKED.flatMap((file) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(`${root}${file}`))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  );
}

/** What is left out or misspelled, and what the compiler must say of it. */
const OMISSIONS: readonly (readonly [title: string, complaint: string | RegExp, ...Edit[]])[] = [
  [
    'misses the handlers of rows',
    /missing the following properties .*: archive, restore/,
    {
      file: 'src/upstream/endpoints/roles.ts',
      from: 'export const roles = {',
      to: `export const roles = {
        archive: endpoint('POST /api/v1/roles/{role_id}/archive', { summary: '', scope: '', tags: [], returns: t.Object({}) }),
        restore: endpoint('POST /api/v1/roles/{role_id}/restore', { summary: '', scope: '', tags: [], returns: t.Object({}) }),`,
    },
  ],
  [
    'sees a misspelled parameter',
    "'pagesize' does not exist",
    { file: 'src/loaders/organizations.ts', from: 'page_size: size', to: 'pagesize: size' },
  ],
  [
    'names every field of the schema without a resolver',
    /"(?=[^"]*\bOrganization\.externalId\b)(?=[^"]*\bOrganization\.isDefault\b)(?=[^"]*\bRole\.roleId\b)[^"]*".*"no field without a resolver"/,
    {
      file: 'src/resolvers/organizations.ts',
      from: "    externalId: carried('external_id'),\n",
      to: '',
    },
    {
      file: 'src/resolvers/organizations.ts',
      from: "    isDefault: carried('is_default'),\n",
      to: '',
    },
    { file: 'src/resolvers/roles.ts', from: "    roleId: described('id'),\n", to: '' },
  ],
  [
    'names a tag that a write invalidates and no read has',
    /"(?=[^"]*\bmember\b)[^"]*".*"no written tag without a read"/,
    {
      file: 'src/upstream/endpoints/organizations.ts',
      from: "tags: ['members {org_code}', 'member {org_code} {user_id}', 'people']",
      to: "tags: ['member {org_code}', 'member {org_code} {user_id}', 'people']",
    },
  ],
  [
    'names a parameter in a tag that the route does not have',
    '"GET /api/v1/permissions: {org_code}"',
    {
      file: 'src/upstream/endpoints/permissions.ts',
      from: "tags: ['permissions']",
      to: "tags: ['permissions {org_code}']",
    },
  ],
  [
    'names a read that the deletion of its organization would leave in the cache',
    '"GET /api/v1/organizations/{org_code}/users/{user_id}/roles"',
    {
      file: 'src/upstream/endpoints/organizations.ts',
      from: "tags: ['member {org_code} {user_id}', 'every member {org_code}', 'user {user_id}', 'all users']",
      to: "tags: ['member {org_code} {user_id}', 'user {user_id}', 'all users']",
    },
  ],
];

describe('the compiler, of the sources with all of these omissions,', () => {
  let complaints: string[];
  // One compilation for all of them: it takes seconds.
  beforeAll(() => {
    complaints = complaintsAfter(OMISSIONS.flatMap(([, , ...edits]) => edits));
  });

  test.each(OMISSIONS)('%s', (_, complaint) => {
    const pattern =
      typeof complaint === 'string'
        ? expect.stringContaining(complaint)
        : expect.stringMatching(complaint);
    expect(complaints).toContainEqual(pattern);
  });

  // Also shows that each complaint is due to its omission: `npm run types` has none.
  test('has no other complaint', () => {
    expect(complaints).toHaveLength(OMISSIONS.length);
  });
});
