/**
 * Builds the apps in examples/ and serves each at its port: `serve.mjs react-apollo=4801`. Sends a message
 * to its parent when all are served. A process of its own, since Vite doesn't run inside Jest.
 */
import { build, preview } from 'vite';
import { viteOptions } from '../../scripts/example-app.mjs';

for (const argument of process.argv.slice(2)) {
  const [name, port] = argument.split('=');
  const options = { ...viteOptions(name), logLevel: 'error' };
  await build(options);
  await preview({
    ...options,
    preview: { host: '127.0.0.1', port: Number(port), strictPort: true },
  });
}
process.send('served');
