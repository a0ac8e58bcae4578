/** Tells where in its document an error is, though documents are parsed without locations. */
import { ErrorLocations } from '../error-locations.js';
import type { OperationHooks, OperationPlugin } from './hooks.js';

export function errorLocations(): OperationPlugin {
  const hooks: OperationHooks = {
    willSendResponse({ source, document, errors, response: { body } }) {
      if (errors === undefined || source === undefined || document === undefined) return;
      if (body.kind !== 'single' || body.singleResult.errors === undefined) return;
      const found = new ErrorLocations(source, document);
      body.singleResult.errors = body.singleResult.errors.map((formatted, index) => {
        const locations = found.of(errors[index]?.nodes);
        return locations === undefined ? formatted : { ...formatted, locations };
      });
    },
  };
  return () => hooks;
}
