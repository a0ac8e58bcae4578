/** Who may share what is stored: the table of src/auth/identity.ts, over callers that differ in one thing. */
import { describe, expect, test } from '@jest/globals';
import { budgetOwner, keyOwner, responseGroup, upstreamGroup } from '../../src/auth/identity.js';
import type { Machine, User, Viewer } from '../../src/auth/viewer.js';

const user = (change: Partial<User> = {}): User => ({
  kind: 'user',
  userId: 'kp_1',
  permissions: new Set(['read:a', 'read:b']),
  organization: 'org_1',
  ...change,
});
const machine = (change: Partial<Machine> = {}): Machine => ({
  kind: 'machine',
  clientId: 'client',
  scopes: new Set(['read:a', 'read:b']),
  organization: undefined,
  ...change,
});
const bearer = (tokenHash: string): Viewer => ({
  kind: 'bearer',
  tokenHash,
  claimedScopes: undefined,
});

const FUNCTIONS = { key: keyOwner, response: responseGroup, upstream: upstreamGroup };
type Stored = keyof typeof FUNCTIONS;

describe('callers share cache entries and keys as the table says', () => {
  test.each<[string, Viewer, Viewer, Stored[]]>([
    ['one caller in two requests', user(), user(), ['key', 'response', 'upstream']],
    [
      'one caller whose permissions come in another order',
      user(),
      user({ permissions: new Set(['read:b', 'read:a']) }),
      ['key', 'response', 'upstream'],
    ],
    [
      'one caller with more scopes than before',
      user(),
      user({ permissions: new Set(['read:a', 'read:b', 'read:c']) }),
      ['key', 'upstream'],
    ],
    [
      'permissions that look like two when written together',
      user({ permissions: new Set(['read:a,read:b']) }),
      user(),
      ['key', 'upstream'],
    ],
    [
      'two users with the same permissions in one organization',
      user(),
      user({ userId: 'kp_2' }),
      ['response', 'upstream'],
    ],
    ['one user in two organizations', user(), user({ organization: 'org_2' }), ['upstream']],
    ['one user with and without one', user(), user({ organization: undefined }), ['upstream']],
    [
      'a user and an application with the same grants and the same id',
      user({ userId: 'client' }),
      machine({ organization: 'org_1' }),
      ['upstream'],
    ],
    [
      'two applications with the same scopes',
      machine(),
      machine({ clientId: 'b' }),
      ['response', 'upstream'],
    ],
    [
      'an application for the environment and for an organization',
      machine(),
      machine({ organization: 'org_1' }),
      ['upstream'],
    ],
    [
      'an organization and a scope of the same name',
      machine({ organization: 'x', scopes: new Set() }),
      machine({ organization: undefined, scopes: new Set(['x']) }),
      ['upstream'],
    ],
    ['two tokens that Kinde judges', bearer('1'), bearer('2'), []],
    ['one token that Kinde judges', bearer('1'), bearer('1'), ['key', 'response', 'upstream']],
    ['a token that Kinde judges, and everybody', bearer('1'), { kind: 'everybody' }, []],
    ['a token that Kinde judges, and a user', bearer('1'), user(), []],
  ])('%s', (_, one, other, shared) => {
    const actual = Object.entries(FUNCTIONS)
      .filter(([, nameOf]) => nameOf(one) === nameOf(other))
      .map(([stored]) => stored);
    expect(actual).toEqual(shared);
  });

  test.each([
    ['2001:db8::1', '2001:db8::ffff:1', true],
    ['2001:db8::1', '2001:0DB8:0:0:5::', true],
    ['2001:db8::1', '2001:db8:0:1::1', false],
    ['::1', '::2', true],
    ['fe80::1%eth0', 'fe80::2', true],
    ['1:2:3:4:5:6:7:8', '1:2:3:4::', true],
    ['203.0.113.1', '203.0.113.2', false],
    ['203.0.113.1', '::ffff:203.0.113.1', true],
    ['::ffff:203.0.113.1', '::ffff:203.0.113.2', false],
  ])('callers without authentication at %s and %s share a budget: %s', (one, other, isShared) => {
    const owner = (address: string) => budgetOwner({ kind: 'everybody' }, address);
    expect(owner(one) === owner(other)).toBe(isShared);
  });

  test('applications whose tokens don’t name them can’t use idempotency keys', () => {
    expect(keyOwner(machine({ clientId: undefined }))).toBeUndefined();
  });
});
