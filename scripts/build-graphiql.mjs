/** Bundles src/graphiql, the browser code of the GraphiQL page. */
import { createHash } from 'node:crypto';
import { readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'esbuild';
import { filesBelow } from './files-below.mjs';

export const pageDirectory = join('dist', 'graphiql-page');

/**
 * Bundles the page into dist/graphiql-page/: assets named by their content, and a manifest that
 * src/http/graphiql-page.ts reads. Returns a summary. The directory is replaced in one step, so a
 * build that fails or is interrupted keeps the previous page.
 */
export async function buildGraphiql() {
  const inputs = await digest([
    ...(await filesBelow(join('src', 'graphiql'))),
    'package-lock.json',
    'scripts/build-graphiql.mjs',
  ]);
  const manifest = await readFile(join(pageDirectory, 'manifest.json'), 'utf8').then(
    JSON.parse,
    () => undefined,
  );
  if (manifest?.inputs === inputs) return 'unchanged';

  const draft = `${pageDirectory}-${process.pid}`;
  try {
    const { metafile } = await build({
      entryPoints: {
        page: 'src/graphiql/page.tsx',
        icon: 'src/graphiql/icon.svg',
        'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
        'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
        'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
      },
      outdir: join(draft, 'assets'),
      bundle: true,
      // Page and workers are modules that share chunks: graphql-js is sent once.
      splitting: true,
      format: 'esm',
      platform: 'browser',
      target: ['chrome111', 'firefox114', 'safari16.4'],
      minify: true,
      legalComments: 'linked',
      entryNames: '[name]-[hash]',
      chunkNames: '[name]-[hash]',
      assetNames: '[name]-[hash]',
      loader: { '.svg': 'copy', '.woff': 'file', '.woff2': 'file', '.ttf': 'file' },
      define: { 'process.env.NODE_ENV': '"production"' },
      plugins: [monacoOfThePage, noDiffEditors, monacoStyleOnce, fontsAsFiles],
      metafile: true,
      logLevel: 'warning',
    });
    const built = Object.entries(metafile.outputs);
    const script = (entry) =>
      basename(built.find(([, { entryPoint }]) => entryPoint?.endsWith(entry))[0]);
    const pageOutput = built.find(
      ([, { entryPoint }]) => entryPoint === 'src/graphiql/page.tsx',
    )[1];
    const contents = {
      inputs,
      script: script('/page.tsx'),
      style: basename(pageOutput.cssBundle),
      preloads: preloads(metafile),
      icon: script('/icon.svg'),
      workers: {
        editor: script('/editor.worker.js'),
        json: script('/json.worker.js'),
        graphql: script('/graphql.worker.js'),
      },
    };
    await compress(join(draft, 'assets'));
    await writeFile(join(draft, 'manifest.json'), `${JSON.stringify(contents, null, 2)}\n`);
    await rm(pageDirectory, { recursive: true, force: true });
    await rename(draft, pageDirectory);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return `bundled (${await size(join(pageDirectory, 'assets'))})`;
}

/** Replaces the module by which monaco-graphql and GraphiQL load Monaco, with all that it can do. */
const monacoOfThePage = {
  name: 'monaco-of-the-page',
  setup({ onResolve }) {
    const page = resolve('src/graphiql/monaco.ts');
    onResolve({ filter: /^(\.|monaco-graphql\/esm)\/monaco-editor(\.js)?$/ }, () => ({
      path: page,
    }));
  },
};

/**
 * Leaves out Monaco's editors of differences, which its API imports and GraphiQL never opens. An empty
 * function is in the place of each export: classes extend it, and decorators call it.
 */
const noDiffEditors = {
  name: 'no-diff-editors',
  setup({ onLoad }) {
    const filter = /[\\/]browser[\\/]widget[\\/](multiDiffEditor|diffEditor)[\\/].*\.js$/;
    onLoad({ filter }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const declared = source.matchAll(/^export (?:class|const|let|function) (\w+)/gm);
      const listed = [...source.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list]) => [
        ...list.matchAll(/(\w+)\s*(?:,|$)/g),
      ]);
      const names = [...declared, ...listed].map(([, name]) => name);
      return { contents: names.map((name) => `export function ${name}() {}`).join('\n') };
    });
  },
};

/**
 * Returns the scripts that the page imports as it starts, Monaco's among them, which the browser would
 * otherwise discover one after the other.
 */
function preloads({ outputs }) {
  const found = new Set();
  const add = (name) => {
    if (found.has(name)) return;
    found.add(name);
    for (const { path, kind } of outputs[name].imports) {
      if (kind === 'import-statement') add(path);
    }
  };
  const [page] = Object.keys(outputs).filter(
    (name) => outputs[name].entryPoint === 'src/graphiql/page.tsx',
  );
  const isOfStart = ({ entryPoint = '' }) =>
    /graphiql\/monaco\.ts$|graphqlMode\.js$|jsonMode\.js$/.test(entryPoint);
  add(page);
  for (const [name, output] of Object.entries(outputs)) if (isOfStart(output)) add(name);
  found.delete(page);
  return [...found].map((name) => basename(name));
}

/** graphiql/style.css holds Monaco's styles already; its modules would add them a second time. */
const monacoStyleOnce = {
  name: 'monaco-style-once',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]monaco-editor[\\/].*\.css$/ }, () => ({
      contents: '',
      loader: 'empty',
    }));
  },
};

/** GraphiQL's styles hold fonts as data URLs. As files they need no `data:` in the page's CSP. */
const fontsAsFiles = {
  name: 'fonts-as-files',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^data:font\// }, ({ path: url }) => {
      const [, type, base64] = /^data:font\/(\w+);.*?base64,(.*)$/s.exec(url);
      return { path: `${sha256(base64)}/font.${type}`, namespace: 'font', pluginData: base64 };
    });
    onLoad({ filter: /^/, namespace: 'font' }, ({ pluginData: base64 }) => ({
      contents: Buffer.from(base64, 'base64'),
      loader: 'file',
    }));
  },
};

const COMPRESSORS = {
  br: (content) =>
    promisify(brotliCompress)(content, {
      params: {
        // The best takes twice the time for 2% less.
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY - 1,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      },
    }),
  gz: (content) => promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }),
};

/** Compresses assets beside themselves, so that no request has to. Other fonts are compressed already. */
async function compress(directory) {
  const names = (await readdir(directory)).filter((name) => /\.(js|css|svg|ttf)$/.test(name));
  await Promise.all(
    names.map(async (name) => {
      const content = await readFile(join(directory, name));
      for (const [extension, compressor] of Object.entries(COMPRESSORS)) {
        await writeFile(join(directory, `${name}.${extension}`), await compressor(content));
      }
    }),
  );
}

async function digest(files) {
  const contents = await Promise.all(
    files.map(async (file) => [file, sha256(await readFile(file))]),
  );
  return sha256(JSON.stringify(contents));
}

function sha256(content) {
  return createHash('sha256').update(content).digest('hex');
}

async function size(directory) {
  const sizes = await Promise.all(
    (await filesBelow(directory)).map(async (file) => [file, (await stat(file)).size]),
  );
  const total = (of) =>
    sizes.filter(([file]) => of(file)).reduce((sum, [, bytes]) => sum + bytes, 0);
  const isBrotli = (file) => file.endsWith('.br');
  const isSource = (file) => !isBrotli(file) && !file.endsWith('.gz');
  return `${megabytes(total(isSource))}, its text ${megabytes(total(isBrotli))} as Brotli`;
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
