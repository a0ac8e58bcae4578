import type { FastifyServerOptions } from 'fastify';

const refuse = (): never => {
  throw new Error('Routes with a JSON schema need a compiler');
};

/**
 * Keeps Fastify from loading Ajv and its serializer, since no route has a JSON schema. They would take a
 * tenth of a second of each start.
 */
export const noSchemaCompilers: FastifyServerOptions['schemaController'] = {
  compilersFactory: { buildValidator: refuse, buildSerializer: refuse },
};
