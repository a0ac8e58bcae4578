export default { test: { include: ['*.vitest.ts'], testTimeout: 120_000, hookTimeout: 120_000 } };
