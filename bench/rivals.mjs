/** Who takes part, by the name that --servers takes. */
export const servers = {
  cold: {
    title: 'this gateway, cold',
    file: './servers/gateway.mjs',
    env: { CACHE: 'off' },
    isOurs: true,
  },
  warm: { title: 'this gateway, warm', file: './servers/gateway.mjs', isOurs: true, isWarm: true },
  mixed: {
    title: 'this gateway, warm, 5% mutations',
    file: './servers/gateway.mjs',
    isOurs: true,
    isWarm: true,
    writeEvery: 20,
  },
  handwritten: { title: 'Apollo + got + dataloader', file: './servers/handwritten.mjs' },
  mercurius: { title: 'Mercurius + loaders + undici', file: './servers/mercurius.mjs' },
  tailcall: { title: 'Tailcall', file: './servers/tailcall.mjs' },
  merging: {
    title: 'Tailcall, merging',
    file: './servers/tailcall.mjs',
    env: { MERGE: 'true' },
  },
  hive: { title: 'Hive Gateway', file: './hive/server.mjs', isOptional: true, isGenerated: true },
  bare: { title: 'node:http, same bytes', file: './servers/bare.mjs', isBare: true },
};
