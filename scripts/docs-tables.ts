/** What the docs say of the endpoint table and of the schema's scopes: printed, never typed in. */
import type { GraphQLSchema } from 'graphql';
import type { TObject } from 'typebox';
import { scopedFields, type ScopedField } from '../src/auth/required-scopes.js';
import type { Endpoint } from '../src/upstream/endpoint.js';
import { upstreamFields } from '../src/graphql/upstream-routes.js';
import { SECTIONS, settings } from '../src/config/settings.js';
import type { Setting } from '../src/config/values.js';
import { endpoints } from '../src/upstream/endpoints/index.js';

/** The rows of the table with the names that the client has for them. */
export function rows(): { name: string; endpoint: Endpoint }[] {
  return Object.entries(endpoints).flatMap(([domain, group]) =>
    Object.entries(group as Record<string, Endpoint>).map(([name, endpoint]) => ({
      name: `${domain}.${name}`,
      endpoint,
    })),
  );
}

const code = (text: string) => `\`${text}\``;

/**
 * Returns the fields that need a scope, in Markdown. Those that take the scopes of their type are one
 * entry.
 */
function fieldsNeeding(scope: string, fields: readonly ScopedField[]): string[] {
  const names = fields
    .filter(({ scopes }) => scopes.flat().includes(scope))
    .map(({ coordinate, scopes, isInherited }) => {
      const name = isInherited ? `fields of ${code(coordinate.split('.')[0]!)}` : code(coordinate);
      return scopes.length > 1 ? `${name} (or another scope)` : name;
    });
  return [...new Set(names)];
}

/** Markdown: for each scope, the fields that need it. */
export function scopeTable(schema: GraphQLSchema): string {
  const fields = scopedFields(schema);
  const scopes = [...new Set(fields.flatMap((field) => field.scopes.flat()))].sort();
  const lines = scopes.map(
    (scope) => `| ${code(scope)} | ${fieldsNeeding(scope, fields).join(', ')} |`,
  );
  return ['| scope | fields |', '| --- | --- |', ...lines].join('\n');
}

/** Markdown: a table of settings for each section. */
export function settingsTables(): string {
  return Object.entries(SECTIONS)
    .map(([section, title]) => {
      const lines = Object.values<Setting<unknown>>(settings[section as keyof typeof settings]).map(
        settingRow,
      );
      const head = ['| variable | values | default | meaning |', '| --- | --- | --- | --- |'];
      return [`## ${title}`, '', ...head, ...lines].join('\n');
    })
    .join('\n\n');
}

/** Returns the text of .env.example: every setting with its default, commented out. */
export function envExample(): string {
  const sections = Object.entries(SECTIONS).map(([section, title]) => {
    const lines = Object.values<Setting<unknown>>(settings[section as keyof typeof settings]).map(
      ({ variable, range, description, default: fallback = '' }) => {
        const values = range === '' ? '' : ` Values: ${range}.`;
        // A comment has no links.
        const text = `${description}${values}`.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1');
        return `# ${text}\n#${variable}=${fallback}`;
      },
    );
    return [`## ${title}`, ...lines].join('\n\n');
  });
  const head = `# The settings of kinde-graphql with their defaults. Copy this file to .env, uncomment what you change,
# and start: node --env-file=.env dist/index.js
# docs/settings.md says more. \`npm run generate\` writes this file.`;
  return `${[head, ...sections].join('\n\n')}\n`;
}

function settingRow(setting: Setting<unknown>): string {
  const { variable, range, defaultDescription, description } = setting;
  const fallback = defaultDescription ?? (setting.default ? code(setting.default) : '');
  return `| ${code(variable)} | ${range} | ${fallback} | ${description} |`;
}

function parameters({ pathParameters, query, body }: Endpoint): string {
  const required = (object: TObject, name: string) =>
    (object as { required?: readonly string[] }).required?.includes(name) === true ? '' : '?';
  const named = (object: TObject | undefined, kind: string) =>
    object === undefined
      ? []
      : Object.keys(object.properties).map(
          (name) => `${code(name + required(object, name))} ${kind}`,
        );
  return [
    ...pathParameters.map((name) => `${code(name)} path`),
    ...named(query, 'query'),
    ...named(body, 'body'),
  ].join(', ');
}

/** Returns the fields behind which each operation is, in Markdown, by its route. */
function fieldsByRoute(schema: GraphQLSchema): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (const { coordinate, rows, unlessCarried } of upstreamFields(schema)) {
    for (const { route } of rows) {
      const name = unlessCarried ? `${code(coordinate)}\\*` : code(coordinate);
      fields.set(route, [...(fields.get(route) ?? []), name]);
    }
  }
  return fields;
}

/** Whether an operation belongs to Kinde's Organizations API. */
const isOfOrganizations = ({ path }: Endpoint) => path.startsWith('/api/v1/organization');

/**
 * Markdown: for each operation of the endpoint table, those of organizations first, the fields that use
 * it. Throws for an operation that no field names in its `@upstream`.
 */
export function operationTables(schema: GraphQLSchema): string {
  const fields = fieldsByRoute(schema);
  const table = (title: string, operations: readonly Endpoint[]) => {
    const lines = operations.map(({ route, summary }) => {
      const using = fields.get(route);
      if (using === undefined) throw new Error(`No field names ${route} in its @upstream`);
      return `| ${code(route)} | ${using.join(', ')} | ${summary} |`;
    });
    const head = ['| operation | fields | what it does |', '| --- | --- | --- |'];
    return [`## ${title}: ${operations.length} operations`, '', ...head, ...lines].join('\n');
  };
  const all = rows().map(({ endpoint }) => endpoint);
  return [
    table('Organizations', all.filter(isOfOrganizations)),
    table(
      'The environment',
      all.filter((row) => !isOfOrganizations(row)),
    ),
  ].join('\n\n');
}

/** src/upstream/README.md. */
export function upstreamReadme(schema: GraphQLSchema): string {
  const fields = fieldsByRoute(schema);
  const lines = rows().map(({ name, endpoint }) => {
    const using = fields.get(endpoint.route) ?? [];
    return `| ${code(name)} | ${code(endpoint.route)} | ${code(endpoint.scope)} | ${parameters(endpoint)} | ${using.join(', ')} | ${endpoint.summary} |`;
  });
  return `<!-- Made by \`npm run generate\` from the endpoint table; edit endpoints/ instead. -->

# The Kinde Management API, as the gateway uses it

Each row of the table in \`endpoints/\` is a method of the client: \`upstream.organizations.users({ org_code, page_size })\`. A \`?\` marks what may be left out. The fields are those of the GraphQL schema that name the row in \`@upstream\`; a \`*\` marks those that call it only where what led to the object doesn't carry their value.

| method | route | scope | parameters | GraphQL fields | what it does |
| --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}
