/**
 * Holds src/ to the direction of imports, type-only imports included: a file imports from its own
 * layer or a lower one, and no imports form a cycle. `npm run lint` runs it.
 *
 * A room is a layer. A few files hold no more than the vocabulary that several rooms share; each of
 * them is named apart, in the layer where its users can reach it.
 */
const layers = [
  ['index.ts', 'cli/', 'emulator/main.ts', 'clients/', 'testing/'],
  ['server.ts'],
  ['shared-state.ts'],
  ['webhooks/'],
  ['http/'],
  ['graphql/'],
  ['resolvers/', 'generated/'],
  ['auth/directives.ts'],
  ['graphql/context.ts', 'graphql/wrap-resolvers.ts'],
  ['auth/'],
  [
    'graphql/errors.ts',
    'graphql/apollo-errors.ts',
    'graphql/user-errors.ts',
    'graphql/audit-event.ts',
  ],
  ['loaders/'],
  ['idempotency/', 'telemetry/', 'emulator/'],
  ['upstream/'],
  ['config.ts', 'config/', 'graphql/trusted-documents.ts'],
  ['redis/', 'telemetry/redact.ts', 'graphiql/', 'schema-compilers.ts', 'edit-distance.ts'],
];

const isFile = (place) => place.endsWith('.ts');
const pattern = (place) => `^src/${place.replaceAll('.', '\\.')}${isFile(place) ? '$' : ''}`;
const files = layers.flat().filter(isFile).map(pattern);
/** A room without the files that are layers of their own. */
const inLayer = (places) => ({
  path: places.map(pattern),
  ...(places.some((place) => !isFile(place))
    ? { pathNot: files.filter((file) => !places.map(pattern).includes(file)) }
    : {}),
});

const upward = layers.flatMap((places, level) =>
  layers.slice(0, level).map((above) => ({
    name: `not-from-${places[0].replace(/\W+$/, '')}-up-to-${above[0].replace(/\W+$/, '')}`,
    severity: 'error',
    from: inLayer(places),
    to: inLayer(above),
  })),
);

/** Rooms that share a layer, or that must not know each other though one is lower. */
const apart = [
  // The page of GraphiQL runs in browsers, and the server only serves what is built of it.
  ['graphiql/', ['(?!graphiql/)']],
  ['(?!graphiql/)', ['graphiql/']],
  // It runs in browsers.
  ['clients/', ['(?!clients/|generated/client-schema\\.ts)']],
  // They run in a user's tests, and the gateway and the emulator in a thread of their own.
  ['testing/(index|thread)\\.ts', ['(?!testing/(index|thread)\\.ts)']],
  // The emulator must not test the client by the client's own code.
  ['emulator/', ['upstream/(?!endpoint|types)', 'idempotency/', 'telemetry/', 'config']],
  ['upstream/', ['node_modules/graphql/', 'node_modules/@redis/']],
  ['loaders/', ['node_modules/graphql/', 'generated/']],
  // A DataLoader that SharedReads has not created would survive a mutation.
  ['loaders/(?!shared-reads)', ['node_modules/dataloader/']],
  ['resolvers/', ['node_modules/(got|fastify)/', 'config']],
  ['idempotency/', ['telemetry/(?!redact)']],
];

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    {
      name: 'every-file-in-a-layer',
      severity: 'error',
      from: { path: '^src/', pathNot: layers.flat().map(pattern) },
      to: {},
    },
    ...upward,
    ...apart.map(([room, places]) => ({
      name: `${room.replace('/', '')}-apart`,
      severity: 'error',
      from: { path: `^src/${room}` },
      to: {
        path: places.map((place) => (place.startsWith('node_modules') ? place : `^src/${place}`)),
      },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
