import { defineConfig } from 'vite';
import relay from 'vite-plugin-relay';

// The emulator's tokens stand in for Kinde's sign-in. Kinde's SDK needs no proxy.
const proxy = { '/_emulator': process.env['EMULATOR_URL'] ?? 'http://127.0.0.1:4010' };

export default defineConfig({
  // Puts the compiler's artifacts in place of the `graphql` tags.
  plugins: [relay],
  // ../design and ../sign-in use this app's React.
  resolve: { dedupe: ['react', 'react-dom'] },
  server: { proxy },
  preview: { proxy },
});
