/** `npm run generate`: writes what the docs and client caches take from the code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createSchema, printSdl } from '../src/graphql/schema.js';
import { clientSchema } from './client-schema.js';
import {
  envExample,
  operationTables,
  scopeTable,
  settingsTables,
  upstreamReadme,
} from './docs-tables.js';

const root = new URL('../', import.meta.url);
const schema = createSchema();

/** Puts a text between the two comments that mark its place. */
function replaceBetween(file: string, name: string, text: string): void {
  const path = new URL(file, root);
  const page = readFileSync(path, 'utf8');
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no place for ${name}`);
  writeFileSync(path, `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`);
}

writeFileSync(new URL('src/upstream/README.md', root), upstreamReadme(schema));
writeFileSync(new URL('.env.example', root), envExample());
writeFileSync(new URL('schema.graphql', root), printSdl());
writeFileSync(new URL('src/generated/client-schema.ts', root), clientSchema(schema));
replaceBetween('docs/authorization.md', 'scopes', scopeTable(schema));
replaceBetween('docs/operations.md', 'operations', operationTables(schema));
replaceBetween('docs/settings.md', 'settings', settingsTables());
