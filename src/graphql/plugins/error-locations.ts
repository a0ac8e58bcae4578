/** Tells where in its document an error is, though documents are parsed without locations. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { Context } from '../context.js';
import { ErrorLocations } from '../error-locations.js';

export function errorLocations(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ source, document, errors, response: { body } }) {
          if (errors === undefined || source === undefined || document === undefined) return;
          if (body.kind !== 'single' || body.singleResult.errors === undefined) return;
          const found = new ErrorLocations(source, document);
          body.singleResult.errors = body.singleResult.errors.map((formatted, index) => {
            const locations = found.of(errors[index]?.nodes);
            return locations === undefined ? formatted : { ...formatted, locations };
          });
        },
      };
    },
  };
}
