/**
 * Gives each plugin of Fastify a name. Fastify looks for the name of one without in `require.cache`, and
 * Jest's `require.cache` resolves each loaded module at each look: a quarter of the CPU of a test file.
 */
const NAME = Symbol.for('fastify.display-name');

Object.defineProperty(Function.prototype, NAME, {
  get(this: { name: string }) {
    return this.name || 'plugin';
  },
  // fastify-plugin sets the name of the plugins that it wraps.
  set(this: object, value: string) {
    Object.defineProperty(this, NAME, { value });
  },
});
