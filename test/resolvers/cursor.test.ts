import { describe, expect, test } from '@jest/globals';
import fc from '../support/property.js';
import type { Position } from '../../src/loaders/page-run.js';
import { decodeCursor, encodeCursor } from '../../src/resolvers/cursor.js';
import { nodeId, parseNodeId } from '../../src/resolvers/node-id.js';
import { openSecret } from '../../src/config/secret.js';
import { createTextSeal } from '../../src/resolvers/text-seal.js';
import { isId } from '../../src/upstream/id.js';
import { reasonsIn } from '../../src/upstream/errors.js';

const seal = createTextSeal(openSecret('secret', undefined))!;
const optionalText = fc.option(fc.string({ minLength: 1 }), { nil: undefined });
const position = fc.record<Position>({
  page: fc.record({ token: optionalText, size: fc.integer({ min: 1, max: 500 }) }),
  index: fc.integer({ min: 0, max: 500 }),
  key: optionalText,
  unusable: fc.nat(),
  ...{ self: optionalText, before: fc.option(fc.string(), { nil: undefined }) },
  text: fc.option(fc.string({ minLength: 1, maxLength: 256 }), { nil: undefined }),
});
const sort = fc.constantFrom('name_asc', 'name_desc', 'email_asc', 'email_desc', undefined);
const list = fc.array(fc.option(fc.string(), { nil: undefined }), { maxLength: 3 });
const refusal = expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } });
const somewhere: Position = {
  ...{ page: { token: 'token', size: 5 }, index: 2, key: 'org_1', unusable: 0 },
  ...{ self: undefined, before: undefined, text: undefined },
};

describe('a cursor', () => {
  test('holds its position and its order', () => {
    fc.assert(
      fc.property(list, sort, position, (identity, order, place) => {
        const cursor = encodeCursor({ list: identity, sort: order }, place, seal);
        // The text is of use where the order is known, and so the fingerprint.
        const text = place.self === undefined ? undefined : place.text;
        const decoded = { position: { ...place, text }, sort: order };
        expect(decodeCursor(cursor, { list: identity, sort: undefined }, seal)).toEqual(decoded);
        expect(decodeCursor(cursor, { list: identity, sort: order }, seal)).toEqual(decoded);
      }),
    );
  });

  test('holds its sort text encrypted: only the same secret decrypts it, for the same entry', () => {
    const identity = { list: ['users', 'org_a'], sort: 'email_asc' };
    const encode = (place: Partial<Position>, sealedBy = seal) =>
      encodeCursor(identity, { ...somewhere, self: 'self', ...place }, sealedBy);
    const textIn = (cursor: string, openedBy?: typeof seal) =>
      decodeCursor(cursor, identity, openedBy).position.text;
    const cursor = encode({ text: 'ada@example.com' });
    expect(Buffer.from(cursor, 'base64url').toString()).not.toMatch(/ada|example/);
    expect(encode({ text: 'ada@example.com' })).toBe(cursor);
    expect(textIn(cursor, seal)).toBe('ada@example.com');
    expect(textIn(cursor, createTextSeal(openSecret('another secret', undefined)))).toBeUndefined();
    expect(textIn(cursor, undefined)).toBeUndefined();
    const payload = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString());
    const moved = payload(encode({ text: undefined, key: 'org_2' }));
    moved[10] = payload(cursor)[10];
    const forged = Buffer.from(JSON.stringify(moved)).toString('base64url');
    expect(textIn(forged, seal)).toBeUndefined();
  });

  test.each(['ada@example.com', null])(
    'has no fingerprint where another secret made it: its entry with the text %j is found by its key',
    (text) => {
      const identity = { list: ['users', 'org_a'], sort: 'email_asc' };
      const place = { ...somewhere, self: 'self', before: 'before', text };
      const cursor = encodeCursor(identity, place, seal);
      const other = createTextSeal(openSecret('another secret', undefined))!;
      expect(decodeCursor(cursor, identity, seal).position).toMatchObject({ self: 'self' });
      expect(decodeCursor(cursor, identity, other).position).toEqual({
        ...place,
        ...{ self: undefined, before: undefined, text: undefined },
      });
      expect(other.fingerprint('ada')).not.toBe(seal.fingerprint('ada'));
    },
  );

  test('of another list or order is refused', () => {
    const cursor = encodeCursor({ list: ['users', 'org_a'], sort: 'name_asc' }, somewhere, seal);
    const decode = (owner: string, order: string | undefined) => () =>
      decodeCursor(cursor, { list: ['users', owner], sort: order }, seal);
    expect(decode('org_b', undefined)).toThrow(refusal);
    expect(decode('org_a', 'name_desc')).toThrow(refusal);
  });

  test('that was altered is refused, or is another place of the same list', () => {
    const made = encodeCursor({ list: ['a'], sort: 'name_asc' }, somewhere, seal);
    fc.assert(
      fc.property(
        fc.nat(made.length - 1),
        fc.string({ minLength: 1, maxLength: 3 }),
        (at, text) => {
          const altered = made.slice(0, at) + text + made.slice(at + 1);
          try {
            const identity = { list: ['a'], sort: 'name_asc' };
            const { position: place } = decodeCursor(altered, identity, seal);
            expect(place.page.size).toBeGreaterThan(0);
            expect(place.index).toBeGreaterThanOrEqual(0);
          } catch (error) {
            expect(error).toEqual(refusal);
          }
        },
      ),
    );
  });

  const payload = (size: number, token: string | null, ...rest: unknown[]) =>
    Buffer.from(
      JSON.stringify([2, 'x', null, token, size, 0, ...rest, 0, null, null, null]),
    ).toString('base64url');

  test.each([
    ['W10'],
    [''],
    ['e30'],
    [Buffer.from('[1,"x",null,"token",5,0]').toString('base64url')],
    [payload(5, null)],
    [payload(501, null, 'org_1')],
    [payload(5, '', 'org_1')],
    [payload(5, null, 'x'.repeat(257))],
  ])('refuses %j', (text) => {
    expect(() => decodeCursor(text, { list: [], sort: undefined }, seal)).toThrow(refusal);
  });
});

describe('a global id', () => {
  test('holds its type and keys, and one object has one id', () => {
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

  test('refuses any other text', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(parseNodeId(text)).toBeUndefined()));
    for (const parts of [['Role'], ['Role', 'a', 'b'], ['constructor', 'a'], ['Role', 1], {}]) {
      expect(parseNodeId(Buffer.from(JSON.stringify(parts)).toString('base64url'))).toBeUndefined();
    }
  });
});

describe('isId', () => {
  test('accepts the forms that Kinde documents', () => {
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

  test('accepts only what survives a URL as one path segment', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
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
