import { availableParallelism } from 'node:os';

export default {
  // More than there are cores, since many tests wait for sockets and processes. Jest takes a percentage over
  // 100 for a number.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  testSequencer: '<rootDir>/test/support/slowest-first.mjs',
  workerIdleMemoryLimit: '1GB',
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  globalSetup: '<rootDir>/test/support/before-all.mjs',
  globalTeardown: '<rootDir>/test/support/after-all.mjs',
  setupFiles: ['<rootDir>/test/support/plugin-names.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/bench/'],
  resolver: '<rootDir>/test/support/resolver.mjs',
  // Each access to a global takes 0.2 µs in Jest's context. CommonJS packages get these as parameters, with
  // which graphql-js takes a quarter less CPU.
  sandboxInjectedGlobals: [
    ...['Object', 'Array', 'Map', 'Set', 'WeakMap', 'Symbol', 'Promise', 'Error'],
    ...['JSON', 'Math', 'Number', 'String', 'RegExp'],
  ],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: {
            syntax: 'typescript',
          },
        },
        module: {
          type: 'es6',
        },
      },
    ],
  },
  // It ends what hangs. A busy machine may be ten times slower than another one.
  testTimeout: 120_000,
};
