/**
 * The cases of the list of faults by their numbers, and where each is tested. A test that is renamed or
 * removed is missed here.
 */
import { expect, test } from '@jest/globals';
import { isTitled } from '../support/titles.js';

/** The file of a test, and its title as it is written there. */
type Place = readonly [file: string, title: string];

/** Those of test/faults begin with their numbers: `'12. unknown extra fields'`. */
const numbered = (number: number, file: string): Place => [`faults/${file}`, `${number}. `];

const badResponses = (number: number) => numbered(number, 'bad-responses');
const retries = (number: number) => numbered(number, 'retries');
const clients = (number: number) => numbered(number, 'clients');

const CASES: Readonly<Record<number, readonly Place[]>> = {
  1: [badResponses(1)],
  2: [badResponses(2)],
  4: [badResponses(4)],
  5: [badResponses(5)],
  6: [badResponses(6)],
  7: [badResponses(7)],
  8: [badResponses(8)],
  9: [badResponses(9)],
  10: [badResponses(10)],
  11: [badResponses(11)],
  12: [badResponses(12)],
  15: [badResponses(15)],
  16: [
    retries(16),
    ['upstream/resilience', 'is retried UPSTREAM_RETRIES times at most'],
    ['upstream/resilience', 'is drawn below a bound that doubles up to two seconds'],
  ],
  17: [retries(17)],
  18: [retries(18)],
  19: [retries(19)],
  20: [retries(20)],
  21: [retries(21)],
  22: [retries(22)],
  23: [retries(23), ['upstream/client', 'one with a short lifetime is requested again']],
  24: [retries(24)],
  25: [retries(25)],
  26: [retries(26)],
  29: [retries(29), ['upstream/resilience', 'refuses in the same turn of the event loop']],
  30: [retries(30)],
  31: [retries(31)],
  35: [
    ['resolvers/queries', 'a page token that Kinde refuses is the caller’s error'],
    ['resolvers/queries', 'refuse what they cannot read, without a call'],
  ],
  37: [
    [
      'resolvers/mutations',
      'that succeeded while the read after it failed is a success, with null and an error at that path',
    ],
  ],
  38: [
    ['resolvers/bulk', '150 are sent as 100 and 50'],
    [
      'resolvers/bulk',
      'of a second batch is an error for each of its users, beside the first’s success',
    ],
  ],
  40: [numbered(40, 'load')],
  41: [
    ['http/coalesce', 'a thousand for the same nested query make the calls of one'],
    ['upstream/cache-authority', 'two tokens share no cache entries, and one token shares its own'],
    [
      'upstream/cache-authority',
      'two tokens share no reads in flight, and one token shares its own',
    ],
  ],
  42: [
    [
      'upstream/cache',
      'until CACHE_TTL_SECONDS have passed; then one call serves all concurrent operations',
    ],
  ],
  43: [
    ['upstream/cache', '%s: the last response, with its age'],
    ['upstream/cache', 'stale responses are served for CACHE_STALE_IF_ERROR_SECONDS at most'],
  ],
  44: [
    ['upstream/cache', 'a write invalidates what it changes, and nothing else'],
    [
      'upstream/replicas',
      'a write through either replica is read through both, whatever they had cached',
    ],
  ],
  46: [
    [
      'upstream/replicas',
      'killed: requests are served without the cache; back: the replicas agree again',
    ],
    ['upstream/replicas', 'slow: one short wait, then requests are served without it'],
  ],
  48: [['upstream/resilience', 'ends a read that hangs, and returns what is finished']],
  49: [
    ['http/overload', 'sheds excess load with 503 and Retry-After, and completes the rest'],
    [
      'http/overload',
      '/livez stays 200, and /readyz says why it isn’t ready until a second after the last 503',
    ],
  ],
  50: [
    numbered(50, 'shutdown'),
    [
      'cli/process',
      'completes the request in flight after SIGTERM, accepts no more and exits with 0',
    ],
    ['cli/process', 'exits at once on a second signal, %s'],
  ],
  51: [['faults/memory', '2,000 operations, with failures and disconnects, leak no memory']],
  52: [
    ['cli/process', 'lists each invalid setting on a line, and exits with 1'],
    ['config/config', 'names every invalid variable at once'],
  ],
  53: [clients(53), ['graphql/limits', 'endless %s are cut off']],
  55: [
    clients(55),
    ['resolvers/mutations', 'are refused by %s in %s, without a call'],
    ['resolvers/mutations', 'are refused by queries, without a call'],
  ],
  56: [
    ['resolvers/queries', 'refuse what they cannot read, without a call'],
    ['resolvers/cursor', 'of another list or order is refused'],
    ['resolvers/cursor', 'that was altered is refused, or is another place of the same list'],
  ],
  58: [clients(58)],
  59: [clients(59)],
  60: [clients(60)],
  62: [
    clients(62),
    ['http/http', '%s is JSON with a code and a request id'],
    ['http/http', 'a mutation by GET and a GET without a preflight are refused'],
  ],
  63: [
    clients(63),
    ['graphql/limits', 'introspection is refused, unless it is allowed'],
    ['graphql/limits', 'a misspelt name of %s has no suggestions'],
    ['graphql/limits', 'with a wrong hash, or an unknown version, is the client’s error'],
  ],
  66: [
    ['auth/auth', 'alg none'],
    ['auth/auth', 'HS256 by the public key'],
    ['auth/auth', 'another issuer'],
    ['auth/auth', 'another audience, or none, where JWT_AUDIENCE asks for one'],
    ['auth/auth', 'expired'],
    ['auth/auth', 'not yet valid'],
    ['auth/auth', 'are not read again for each token with an unknown key'],
  ],
  67: [
    ['auth/auth', 'that only reads may not %s'],
    ['auth/auth', 'may read no %s beyond its own'],
    ['auth/auth', 'may not %s in another organization'],
  ],
  68: [
    ['telemetry/logs', 'that are refused are not logged, but the reason is'],
    ['telemetry/logs', 'of Kinde’s responses, only codes are logged'],
    ['telemetry/logs', 'what clients write is not logged'],
  ],
};

const NUMBERS = [
  1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 29, 30, 31,
  35, 37, 38, 40, 41, 42, 43, 44, 46, 48, 49, 50, 51, 52, 53, 55, 56, 58, 59, 60, 62, 63, 66, 67,
  68,
];

test('every case has its tests', () => {
  expect(Object.keys(CASES).map(Number)).toEqual(NUMBERS);
});

test.each(NUMBERS)('the tests of case %i are there', (number) => {
  const places = CASES[number] ?? [];
  expect(places).not.toEqual([]);
  for (const [file, title] of places) {
    expect({ file, title, isThere: isTitled(file, title) }).toEqual({
      file,
      title,
      isThere: true,
    });
  }
});
