import { readFile, readdir } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyPluginAsync } from 'fastify';
import type { AuthMode } from '../config.js';
import { actAsRoute } from './act-as-route.js';
import { negotiateEncoding, type Encoding } from './compression.js';

/** What scripts/build.mjs writes beside the assets: the names that their content gave them. */
type Manifest = {
  script: string;
  style: string;
  /** The scripts that it imports at its start. */
  preloads: string[];
  icon: string;
  workers: { editor: string; json: string; graphql: string };
};

/** The same from src/graphiql and from dist/graphiql, which are as deep. */
const builtPage = fileURLToPath(new URL('../../dist/graphiql-page', import.meta.url));

/**
 * What the page may do: run, style and show what this origin serves, and call this origin.
 *
 * `style-src` is 'unsafe-inline' only because Monaco, the editor, makes style elements and
 * attributes while it runs and takes no nonce. Scripts have no such need.
 */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A worker is held by the policy of its own response, not by its page's: it may import chunks, no more. */
const assetPolicy = "default-src 'none'; script-src 'self'; frame-ancestors 'none'";

const contentTypes: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

const EXTENSIONS: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' };

export interface GraphiqlOptions {
  /** The path that the page sends operations to, on the same origin. */
  endpoint: string;
  /** What the page tells its user to authenticate with. */
  authMode: AuthMode;
  /** Where the emulator is, if the page may get tokens from it. */
  emulatorUrl?: string | undefined;
  /** Where the build left the page, if elsewhere. */
  directory?: string;
}

/**
 * Returns a plugin that serves GraphiQL at /graphiql and its files at /graphiql/assets/, without any
 * other host: the page works offline. `/` leads to it.
 *
 * The page is looked for once, on registration. Without it, /graphiql answers 503 and says what to
 * run: a gateway is of use without its page.
 */
export function graphiqlRoutes({
  directory = builtPage,
  ...options
}: GraphiqlOptions): FastifyPluginAsync {
  return async (app) => {
    // Set on sending, since headers of the whole server (helmet's) are set on request and are laxer.
    app.addHook('onSend', async (request, reply) => {
      const isAsset = request.url.startsWith('/graphiql/assets/');
      reply.headers({
        'content-security-policy': isAsset ? assetPolicy : pagePolicy,
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
    });

    app.get('/', async (_request, reply) => reply.redirect('/graphiql', 302));

    const manifest = await readManifest(directory);
    if (!manifest) {
      app.get('/graphiql', async (_request, reply) =>
        reply.code(503).send({
          errors: [{ message: 'GraphiQL has not been built: run `npm run build` and restart.' }],
        }),
      );
      return;
    }

    const { emulatorUrl } = options;
    if (emulatorUrl !== undefined) await app.register(actAsRoute(emulatorUrl));

    const page = html(manifest, options);
    app.get('/graphiql', async (_request, reply) =>
      // A build renames the page's assets, so browsers must revalidate the page.
      reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page),
    );

    const assets = new Set(await readdir(`${directory}/assets`));
    app.get<{ Params: { name: string } }>('/graphiql/assets/:name', async (request, reply) => {
      const { name } = request.params;
      const type = contentTypes[extname(name)];
      // Only names that the build made become paths of files.
      if (!type || !assets.has(name)) return reply.callNotFound();

      const accepted = negotiateEncoding(request, reply);
      const encoding = accepted && assets.has(name + EXTENSIONS[accepted]) ? accepted : undefined;
      if (encoding !== undefined) reply.header('content-encoding', encoding);
      const file = encoding === undefined ? name : name + EXTENSIONS[encoding];
      return reply
        .headers({
          'cache-control': 'public, max-age=31536000, immutable',
          vary: 'accept-encoding',
        })
        .type(type)
        .send(await readFile(`${directory}/assets/${file}`));
    });
  };
}

async function readManifest(directory: string): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(`${directory}/manifest.json`, 'utf8')) as Manifest;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function html(
  { script, style, preloads, icon, workers }: Manifest,
  { endpoint, authMode, emulatorUrl }: GraphiqlOptions,
): string {
  const asset = (name: string) => `"/graphiql/assets/${name}"`;
  const preload = (name: string) => `    <link rel="modulepreload" href=${asset(name)}>\n`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Kinde organizations</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <link rel="icon" type="image/svg+xml" href=${asset(icon)}>
    <link rel="stylesheet" href=${asset(style)}>
    <script type="module" src=${asset(script)}></script>
${preloads.map(preload).join('')}  </head>
  <body>
    <div
      id="graphiql"
      data-endpoint="${attribute(endpoint)}"
      data-auth-mode="${authMode}"${emulatorUrl === undefined ? '' : '\n      data-act-as'}
      data-editor-worker=${asset(workers.editor)}
      data-json-worker=${asset(workers.json)}
      data-graphql-worker=${asset(workers.graphql)}
    >
      <p class="loading">GraphiQL is loading.</p>
      <noscript><p class="loading">GraphiQL needs JavaScript. The API does not: POST to ${attribute(endpoint)}.</p></noscript>
    </div>
  </body>
</html>
`;
}

function attribute(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
