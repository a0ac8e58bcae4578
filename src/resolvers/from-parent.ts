/** Fields that an object may carry already, from the read that led to it. */
import type { Context } from '../graphql/context.js';
import type { Loaders } from '../loaders/index.js';

/**
 * Makes resolvers of an object's properties: from the parent where it carries the property, else from
 * what `read` finds. A carried property is returned without a promise, which would cost more than the field.
 */
export const carriedOr =
  <P extends object, F extends object>(read: (parent: P, loaders: Loaders) => Promise<F | null>) =>
  <K extends keyof P & keyof F>(property: K) => {
    const propertyOf = (found: F | null) => found?.[property];
    return (parent: P, _: unknown, { loaders }: Context): P[K] | Promise<F[K] | undefined> =>
      property in parent ? parent[property] : read(parent, loaders).then(propertyOf);
  };
