/**
 * Builds what web apps import from the package, `kinde-graphql/apollo` and `kinde-graphql/urql`: one file
 * each, as an ES module and for `require`, with its types. None of them has code of the server.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';

const directory = join('dist', 'clients');
const NAMES = ['apollo', 'urql'];
const sourceOf = (name) => join('src', 'clients', `${name}.ts`);

/** The files that are built. */
export const clientFiles = NAMES.flatMap((name) =>
  ['.js', '.cjs', '.d.ts', '.d.cts'].map((extension) => join(directory, name + extension)),
);

/** Builds the modules and their types. */
export async function buildClients() {
  await mkdir(directory, { recursive: true });
  await Promise.all([bundle('esm', '.js'), bundle('cjs', '.cjs'), ...NAMES.map(declare)]);
}

function bundle(format, extension) {
  return build({
    entryPoints: NAMES.map(sourceOf),
    outdir: directory,
    outExtension: { '.js': extension },
    format,
    bundle: true,
    packages: 'external',
    target: 'es2022',
    logLevel: 'warning',
  });
}

/** Writes a module's types. They import from the client libraries alone, so that one file is enough. */
async function declare(name) {
  const { outputText, diagnostics } = ts.transpileDeclaration(
    await readFile(sourceOf(name), 'utf8'),
    {
      fileName: `${name}.ts`,
      reportDiagnostics: true,
      compilerOptions: { isolatedDeclarations: true, strict: true, module: ts.ModuleKind.NodeNext },
    },
  );
  if (diagnostics.length > 0 || /from '\./.test(outputText)) {
    const [problem] = diagnostics.map(({ messageText }) =>
      ts.flattenDiagnosticMessageText(messageText, '\n'),
    );
    throw new Error(`${sourceOf(name)}: ${problem ?? 'its types import from another source'}`);
  }
  await Promise.all(
    ['.d.ts', '.d.cts'].map((extension) =>
      writeFile(join(directory, name + extension), outputText),
    ),
  );
}
