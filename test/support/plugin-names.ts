/**
 * Gives each plugin of Fastify a name. Fastify looks for the name of one without in `require.cache`, and
 * Jest's `require.cache` resolves each loaded module at each look: a quarter of the CPU of a test file.
 */
Object.defineProperty(Function.prototype, Symbol.for('fastify.display-name'), {
  get(this: { name: string }) {
    return this.name || 'plugin';
  },
});
