import type { Resolvers } from '../generated/resolvers.js';

export const resolvers = {
  Query: {
    rateLimit: (_, __, { charged, dependencies }) => {
      // It is the caller's own, and another at the next request.
      dependencies.markCallersOwn();
      if (charged === undefined) return null;
      const { cost, limit, remaining, resetsAt } = charged;
      return {
        cost,
        limit,
        remaining,
        resetsAt: new Date(resetsAt).toISOString(),
      };
    },
  },
} satisfies Resolvers;
