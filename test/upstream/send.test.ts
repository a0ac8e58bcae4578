/** What an error of a write proves: only one of opening the connection says that nothing was sent. */
import { expect, test } from '@jest/globals';
import { wasNotSent } from '../../src/upstream/send/got.js';

test.each([
  ['ECONNREFUSED', 'connect', true],
  // Node tries several addresses, and reports all of them together.
  ['ECONNREFUSED', undefined, true],
  ['ENOTFOUND', 'getaddrinfo', true],
  ['EHOSTUNREACH', 'connect', true],
  ['CERT_HAS_EXPIRED', undefined, true],
  ['EHOSTUNREACH', 'read', false],
  ['ENETUNREACH', 'write', false],
  ['ECONNRESET', 'read', false],
  ['EPIPE', 'write', false],
  ['ETIMEDOUT', 'connect', false],
])('%s by %s', (code, syscall, isProof) => {
  expect(wasNotSent({ code, cause: Object.assign(new Error(), { code, syscall }) })).toBe(isProof);
});
