/**
 * A preset of GraphQL Code Generator that gives resolvers their parents: the exported `RoleParent` is
 * the parent of the schema's Role, whichever file of src/loaders it is in, or src/resolvers/parents.ts.
 * A type without one is its own parent. codegen.yml names this file.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const LOADERS = 'src/loaders';

function parentFiles() {
  const loaders = readdirSync(LOADERS).map((name) => join(LOADERS, name));
  return [...loaders, 'src/resolvers/parents.ts'];
}

/**
 * Maps names of types to `module.js#NameParent`, the modules relative to `folder`. Throws where two
 * files export a parent of one type, or where `isType` knows no type of that name.
 */
function findParents(folder, isType) {
  const parents = {};
  for (const file of parentFiles()) {
    const text = readFileSync(file, 'utf8');
    for (const [, type] of text.matchAll(/^export (?:type|interface) (\w+)Parent\b/gm)) {
      const module = `${relative(folder, file).replace(/\.ts$/, '.js')}#${type}Parent`;
      if (!isType(type)) throw new Error(`${module}: the schema has no type ${type}.`);
      if (type in parents) throw new Error(`${module}: the parent of ${type} is ${parents[type]}.`);
      parents[type] = module;
    }
  }
  return parents;
}

export const preset = {
  buildGeneratesSection({ baseOutputDir: filename, schemaAst, config, ...rest }) {
    const isType = (name) => schemaAst.getType(name) !== undefined;
    const mappers = findParents(join(filename, '..'), isType);
    return [{ ...rest, filename, schemaAst, config: { ...config, mappers } }];
  },
};
