/** Makes src/generated/resolvers.ts, the resolvers' types, of schema/. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodegenConfig } from '@graphql-codegen/cli';

const schema = ['schema/*.graphql'];

const loaders = readdirSync('src/loaders').map((name) => join('src/loaders', name));

/**
 * Finds the types that resolvers get as their parents, by name: the exported `RoleParent` is the
 * parent of the schema's Role, whichever of these files it is in. A type without one is its own parent.
 */
function findParents(files: readonly string[]): Record<string, string> {
  const declared = new Set(
    readdirSync('schema').flatMap((name) =>
      [...readFileSync(join('schema', name), 'utf8').matchAll(/^(?:type|interface) (\w+)/gm)].map(
        ([, type]) => type!,
      ),
    ),
  );
  const parents: Record<string, string> = {};
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    for (const [, type] of text.matchAll(/^export (?:type|interface) (\w+)Parent\b/gm)) {
      const module = `${file.replace(/^src/, '..').replace(/\.ts$/, '.js')}#${type}Parent`;
      if (!declared.has(type!)) throw new Error(`${module}: the schema has no type ${type}.`);
      if (type! in parents)
        throw new Error(`${module}: the parent of ${type} is ${parents[type!]}.`);
      parents[type!] = module;
    }
  }
  return parents;
}

const config: CodegenConfig = {
  schema,
  generates: {
    'src/generated/resolvers.ts': {
      plugins: [
        {
          add: { content: '/* Made by `npm run generate`; edit schema/ or codegen.ts instead. */' },
        },
        'typescript',
        'typescript-resolvers',
      ],
      config: {
        contextType: '../graphql/context.js#Context',
        enumsAsTypes: true,
        useTypeImports: true,
        emitLegacyCommonJSImports: false,
        strictScalars: true,
        // Resolvers of fields with the directive can't return null: they throw.
        customDirectives: { semanticNonNull: true },
        scalars: {
          ID: 'string',
          DateTime: 'string',
          FeatureFlagValue: {
            input: 'boolean | number | string',
            output: '../upstream/types.js#JsonValue',
          },
        },
        inputMaybeValue: 'T | null | undefined',
        maybeValue: 'T | Promise<T | null | undefined> | null | undefined',
        immutableTypes: true,
        mappers: findParents([...loaders, 'src/resolvers/parents.ts']),
      },
    },
  },
};

export default config;
