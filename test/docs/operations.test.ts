/** docs/operations.md lists every operation in Kinde's Organizations API, with the fields that use it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { operationTables } from '../../scripts/docs-tables.js';
import { createSchema, readTypeDefs } from '../../src/graphql/schema.js';
import { OPENAPI } from '../support/programs.js';

const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');

/** The lines of a table without the spaces that align them. */
const unaligned = (markdown: string) =>
  markdown.replace(/ +\|/g, ' |').replace(/-{3,}/g, '---').replaceAll('\\*', '*');

test('the page has the tables that are generated from the schema', () => {
  expect(unaligned(page)).toContain(unaligned(operationTables(createSchema())));
});

test.each(['PUT /api/v1/organizations/{org_code}/mfa', 'DELETE /api/v1/roles/{role_id}'])(
  '%s is not documented silently when no field names it',
  (route) => {
    const sdl = readTypeDefs().join('\n');
    const directive = `@upstream(routes: ["${route}"])`;
    expect(sdl).toContain(directive);
    expect(() => operationTables(buildSchema(sdl.replace(directive, '')))).toThrow(
      `No field names ${route} in its @upstream`,
    );
  },
);

test('the page lists all operations of Kinde’s Organizations API', () => {
  const { paths } = JSON.parse(readFileSync(OPENAPI, 'utf8')) as {
    paths: Record<string, Record<string, { tags?: string[] }>>;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { tags }]) => tags?.includes('Organizations') === true)
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
  const listed = [...page.matchAll(/^\| `(\w+ \/api\/v1\/organization[^`]*)`/gm)].map(
    ([, route]) => route,
  );
  expect(listed.sort()).toEqual(operations.sort());
  expect(page).toContain(`## Organizations: ${operations.length} operations`);
});
