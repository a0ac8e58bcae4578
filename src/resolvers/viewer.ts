import { mayUseScope } from '../auth/directives.js';
import type { Viewer } from '../auth/viewer.js';
import type { Resolvers } from '../generated/resolvers.js';

const KINDS = {
  everybody: 'EVERYBODY',
  bearer: 'UNVERIFIED_TOKEN',
  machine: 'APPLICATION',
  user: 'USER',
} as const satisfies Record<Viewer['kind'], string>;

const sorted = (keys: ReadonlySet<string> | undefined) => keys && [...keys].sort();

function scopesOf(viewer: Viewer): ReadonlySet<string> | undefined {
  if (viewer.kind === 'machine') return viewer.scopes;
  return viewer.kind === 'bearer' ? viewer.claimedScopes : undefined;
}

function organizationOf(viewer: Viewer): string | undefined {
  return viewer.kind === 'machine' || viewer.kind === 'user' ? viewer.organization : undefined;
}

export const resolvers = {
  Query: {
    viewer: (_, __, { viewer }) => viewer,
  },

  Viewer: {
    kind: ({ kind }) => KINDS[kind],
    organization: (viewer) => {
      const code = organizationOf(viewer);
      return code === undefined ? null : { code };
    },
    scopes: (viewer) => sorted(scopesOf(viewer)) ?? null,
    permissions: (viewer) =>
      (viewer.kind === 'user' ? sorted(viewer.permissions) : undefined) ?? null,
    can: (viewer, { scope }, _, { schema }) => mayUseScope(viewer, schema, scope) ?? null,
  },
} satisfies Resolvers;
