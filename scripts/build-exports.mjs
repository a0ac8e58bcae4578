/**
 * Builds what other packages import from this one, such as `kinde-graphql/apollo`: one file each, as an ES
 * module and for `require`, with its types. None of them has code of the server.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';

/** Without their extension, below src/ and below dist/. */
const WEB = ['clients/apollo', 'clients/urql'];
const NODE = ['testing/index'];
const MODULES = [...WEB, ...NODE];
const sourceOf = (module) => join('src', `${module}.ts`);

/** The sources that are built here. */
export const exportedSources = MODULES.map(sourceOf);

/** The files that are built. */
export const exportedFiles = MODULES.flatMap((module) =>
  ['.js', '.cjs', '.d.ts', '.d.cts'].map((extension) => join('dist', module + extension)),
);

/** Builds the modules and their types. */
export async function buildExports() {
  await Promise.all([
    bundle(WEB, 'browser', 'esm'),
    bundle(WEB, 'browser', 'cjs'),
    bundle(NODE, 'node', 'esm'),
    bundle(NODE, 'node', 'cjs'),
    ...MODULES.map(declare),
  ]);
}

function bundle(modules, platform, format) {
  return build({
    entryPoints: modules.map(sourceOf),
    outdir: 'dist',
    outbase: 'src',
    outExtension: { '.js': format === 'esm' ? '.js' : '.cjs' },
    ...{ platform, format },
    bundle: true,
    packages: 'external',
    target: platform === 'node' ? 'node20' : 'es2022',
    logLevel: 'warning',
    ...(platform === 'node' && format === 'cjs' ? MODULE_URL : {}),
  });
}

/** What `import.meta.url` is for `require`. */
const MODULE_URL = {
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: `const moduleUrl = require('node:url').pathToFileURL(__filename).href;` },
};

/** Writes a module's types. They import from other packages alone, so that one file is enough. */
async function declare(module) {
  const source = sourceOf(module);
  const { outputText, diagnostics } = ts.transpileDeclaration(await readFile(source, 'utf8'), {
    fileName: source,
    reportDiagnostics: true,
    compilerOptions: { isolatedDeclarations: true, strict: true, module: ts.ModuleKind.NodeNext },
  });
  if (diagnostics.length > 0 || /from '\./.test(outputText)) {
    const [problem] = diagnostics.map(({ messageText }) =>
      ts.flattenDiagnosticMessageText(messageText, '\n'),
    );
    throw new Error(`${source}: ${problem ?? 'its types import from another source'}`);
  }
  await mkdir(dirname(join('dist', module)), { recursive: true });
  await Promise.all(
    ['.d.ts', '.d.cts'].map((extension) => writeFile(join('dist', module + extension), outputText)),
  );
}
