import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor } from '../../src/resolvers/cursor.js';
import { nodeId, parseNodeId } from '../../src/resolvers/node-id.js';
import { isId } from '../../src/upstream/id.js';
import { reasonsIn } from '../../src/upstream/errors.js';

const position = fc.record({
  token: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
  size: fc.integer({ min: 1, max: 500 }),
  skip: fc.integer({ min: 0, max: 500 }),
});
const sort = fc.constantFrom('name_asc', 'name_desc', 'email_asc', 'email_desc', undefined);
const list = fc.array(fc.option(fc.string(), { nil: undefined }), { maxLength: 3 });
const refusal = expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } });

describe('a cursor', () => {
  test('gives back the place and the order that it was made of', () => {
    fc.assert(
      fc.property(list, sort, position, (identity, order, place) => {
        const cursor = encodeCursor({ list: identity, sort: order }, place);
        const decoded = { position: place, sort: order };
        expect(decodeCursor(cursor, { list: identity, sort: undefined })).toEqual(decoded);
        expect(decodeCursor(cursor, { list: identity, sort: order })).toEqual(decoded);
      }),
    );
  });

  test('of another list or order is refused', () => {
    const cursor = encodeCursor(
      { list: ['users', 'org_a'], sort: 'name_asc' },
      { token: 't', size: 5, skip: 0 },
    );
    expect(() => decodeCursor(cursor, { list: ['users', 'org_b'], sort: undefined })).toThrow(
      refusal,
    );
    expect(() => decodeCursor(cursor, { list: ['users', 'org_a'], sort: 'name_desc' })).toThrow(
      refusal,
    );
  });

  test('that was altered is refused or is another place of the same list, never a crash', () => {
    const made = encodeCursor(
      { list: ['a'], sort: 'name_asc' },
      { token: 'token', size: 5, skip: 2 },
    );
    fc.assert(
      fc.property(
        fc.nat(made.length - 1),
        fc.string({ minLength: 1, maxLength: 3 }),
        (at, text) => {
          const altered = made.slice(0, at) + text + made.slice(at + 1);
          try {
            const { position: place } = decodeCursor(altered, { list: ['a'], sort: 'name_asc' });
            expect(place.size).toBeGreaterThan(0);
            expect(place.skip).toBeGreaterThanOrEqual(0);
          } catch (error) {
            expect(error).toEqual(refusal);
          }
        },
      ),
    );
  });

  test.each([
    ['W10'],
    [''],
    ['e30'],
    [Buffer.from('[1,"x",null,null,5]').toString('base64url')],
    [Buffer.from('[1,"x",null,null,501,0]').toString('base64url')],
    [Buffer.from('[1,"x",null,"",5,0]').toString('base64url')],
  ])('%j is none', (text) => {
    expect(() => decodeCursor(text, { list: [], sort: undefined })).toThrow(refusal);
  });
});

describe('a global id', () => {
  test('gives back its type and keys, and one object has one id', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        fc.pre(a.isWellFormed() && b.isWellFormed());
        expect(parseNodeId(nodeId('OrganizationUser', a, b))).toEqual({
          type: 'OrganizationUser',
          keys: [a, b],
        });
        expect(parseNodeId(`${nodeId('Role', a)}=`)).toBeUndefined();
      }),
    );
  });

  test('any other text is none', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(parseNodeId(text)).toBeUndefined()));
    for (const parts of [['Role'], ['Role', 'a', 'b'], ['constructor', 'a'], ['Role', 1], {}]) {
      expect(parseNodeId(Buffer.from(JSON.stringify(parts)).toString('base64url'))).toBeUndefined();
    }
  });
});

describe('isId', () => {
  test('takes the shapes that Kinde documents', () => {
    for (const id of [
      'org_1ccfb819462',
      'org:1ccfb819462',
      'kp_97c2ba24217d48e3b96a799b76cf2c74',
      'kp:97c2',
      'read:invoices',
      'new-dashboard',
      'a.b',
    ]) {
      expect(isId(id)).toBe(true);
    }
  });

  test('what it takes survives a URL as one path segment', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(isId(text));
        const url = new URL(`http://x/a/${encodeURIComponent(text)}/b`);
        expect(url.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'a', text, 'b']);
        expect([url.search, url.hash]).toEqual(['', '']);
      }),
    );
  });
});

test('reasonsIn never throws and reads both shapes', () => {
  expect(reasonsIn({ errors: [{ code: 'A', message: 'a' }] })).toEqual([
    { code: 'A', message: 'a' },
  ]);
  expect(reasonsIn({ errors: { code: 'A', message: 'a' } })).toEqual([{ code: 'A', message: 'a' }]);
  fc.assert(
    fc.property(fc.anything(), (body) => {
      for (const reason of [...reasonsIn(body), ...reasonsIn({ errors: body })]) {
        expect([typeof reason.code, typeof reason.message]).toEqual(['string', 'string']);
      }
    }),
  );
});
