/** What `npm run chaos` relies on: plans that can be repeated, and checks that notice. */
import { describe, expect, test } from '@jest/globals';
import { Clock, NotWritten, Register } from '../support/register.js';
import { read } from '../support/topology.js';
import { FAULTS } from './faults.js';
import { Judge, type Exchange } from './judge.js';
import { makePlan, SETTLE_MS } from './plan.js';
import { documentedCodes, leaksOfLog, RedisTrouble, WriteLedger, type Caller } from './promises.js';

const MINUTES = 60_000;
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJrcF8xIn0.c2lnbmF0dXJl';
const SECRETS = { credentials: ['s3cret-of-the-app'], addresses: ['127.0.0.1:4010'] };
const caller: Caller = { name: 'a user', headers: {}, foreign: ['org_other', 'jo@other.example'] };

describe('a plan', () => {
  const plan = makePlan('a seed', 20 * MINUTES, FAULTS);

  test('is the same for the same seed, and another for another', () => {
    expect(makePlan('a seed', 20 * MINUTES, FAULTS)).toEqual(plan);
    expect(makePlan('another', 20 * MINUTES, FAULTS)).not.toEqual(plan);
  });

  test('has every fault before it has one twice', () => {
    const first = plan.slice(0, FAULTS.length).map(({ name }) => name);
    expect(new Set(first).size).toBe(FAULTS.length);
    expect(plan.length).toBeGreaterThan(2 * FAULTS.length);
  });

  test('has as many kinds of faults as docs/contributing.md says', () => {
    expect(read('docs/contributing.md')).toContain(`${FAULTS.length} kinds of faults`);
  });

  test('leaves time to settle at the end', () => {
    for (const { atMs, lastsMs } of plan) {
      expect(atMs + lastsMs).toBeLessThanOrEqual(20 * MINUTES - SETTLE_MS);
    }
  });

  test.each(['replica', 'redis', 'upstream socket'])(
    'has one fault of a %s at a time',
    (resource) => {
      const names = FAULTS.filter((fault) => fault.resource === resource).map(({ name }) => name);
      const ofResource = plan.filter(({ name }) => names.includes(name));
      expect(ofResource.length).toBeGreaterThan(2);
      for (const [index, { atMs }] of ofResource.slice(1).entries()) {
        const before = ofResource[index]!;
        expect(atMs).toBeGreaterThan(before.atMs + before.lastsMs);
      }
    },
  );

  test('has faults that overlap', () => {
    const overlaps = plan.filter(
      ({ atMs }, index) => index > 0 && atMs < plan[index - 1]!.atMs + plan[index - 1]!.lastsMs,
    );
    expect(overlaps.length).toBeGreaterThan(plan.length / 3);
  });
});

describe('a judge notices', () => {
  const exchange = (body: unknown, other: Partial<Exchange> = {}): Exchange => ({
    ...{ kind: 'read', caller, target: 'nginx', request: '{}', from: 0, until: 10, status: 200 },
    text: typeof body === 'string' ? body : JSON.stringify(body),
    ...other,
  });
  const failed = (code: string) => ({ errors: [{ extensions: { code } }] });

  test.each<[string, string, Exchange]>([
    ['a token', 'No response reveals a secret', exchange({ data: { name: JWT } })],
    ['the secret', 'No response reveals a secret', exchange({ data: 's3cret-of-the-app' })],
    ['an address', 'No response reveals a secret', exchange({ data: 'at 127.0.0.1:4010' })],
    ['a stack', 'No response reveals a secret', exchange({ data: 'E\n    at f (a.js:1:2)' })],
    ['another’s code', 'A caller reads nothing of others', exchange({ data: 'org_other' })],
    [
      'another’s address',
      'A caller reads nothing of others',
      exchange({ data: 'jo@other.example' }),
    ],
    ['HTML', 'Every response is JSON with a known status', exchange('<html>')],
    ['a status', 'Every response is JSON with a known status', exchange({}, { status: 500 })],
    ['no code', 'Every code is documented', exchange({ errors: [{}] })],
    ['an unknown code', 'Every code is documented', exchange(failed('SOMETHING'))],
    [
      'an unknown code of a write',
      'Every code is documented',
      exchange({ data: { rename: { userErrors: [{ code: 'SOMETHING' }] } } }),
    ],
    ['a failure without errors', 'A failure has a code', exchange({}, { status: 400 })],
    ['a bug', 'No fault is the gateway’s own', exchange(failed('INTERNAL_SERVER_ERROR'))],
    ['a long wait', 'An operation has a time limit', exchange({ data: null }, { until: 60_000 })],
    ['no response', 'A request is answered', exchange('', { status: undefined })],
    ['nginx’s own response', 'A request is answered', exchange({}, { status: 502 })],
  ])('%s', (_, promise, seen) => {
    const judge = new Judge();
    judge.secrets = SECRETS;
    judge.examine(seen);
    expect(judge.violations.map((line) => line.split(' ').slice(1).join(' '))).toEqual([
      expect.stringContaining(promise),
    ]);
  });

  test('nothing in what is as it should be', () => {
    const judge = new Judge();
    judge.secrets = SECRETS;
    judge.examine(exchange({ data: { organization: { code: 'org_own' } } }));
    judge.examine(exchange(failed('UPSTREAM_TIMEOUT')));
    // What the request named may be repeated.
    judge.examine(
      exchange(failed('FORBIDDEN'), { request: 'org_other', text: '{"data":"org_other"}' }),
    );
    const back = judge.restarting('gateway-1');
    judge.examine(exchange('', { status: undefined, from: Date.now(), until: Date.now() }));
    back();
    expect(judge.violations).toEqual([]);
  });

  test.each([
    ['a token or secret', `{"msg":"${JWT}"}`],
    ['a token or secret', '{"msg":"s3cret-of-the-app"}'],
    ['an e-mail address', '{"msg":"jo@other.example"}'],
    ['a written value', '{"msg":"the name Chaos 12"}'],
    ['a stack trace', String.raw`{"err":{"stack":"Error\n    at f (file.js:1:2)"}}`],
  ])('%s in the log', (leak, line) => {
    expect(leaksOfLog(line, SECRETS)).toEqual([leak]);
    const judge = new Judge();
    judge.secrets = SECRETS;
    // Lines come in pieces.
    judge.output('gateway-1', line.slice(0, 20));
    judge.output('gateway-1', `${line.slice(20)}\n`);
    expect(judge.violations).toHaveLength(1);
  });
});

test('the documented codes are those of docs/errors.md', () => {
  const { errors, userErrors } = documentedCodes();
  expect([...errors]).toEqual(
    expect.arrayContaining(['UPSTREAM_TIMEOUT', 'PAYLOAD_TOO_LARGE', 'BAD_GATEWAY']),
  );
  expect(errors.has('NOT_ADDED')).toBe(false);
  expect([...userErrors]).toEqual(expect.arrayContaining(['NOT_ADDED', 'UPSTREAM_TIMEOUT']));
});

test('a ledger counts what was sent and carried out, and not what was refused', () => {
  const ledger = new WriteLedger();
  const body = Buffer.from('{"name":"Chaos 7"}');
  expect(ledger.note('GET /x', body)).toBeUndefined();
  const written = ledger.note('PATCH /x', body);
  ledger.refused(written);
  ledger.note('PATCH /x', body);
  ledger.passedOn(written)(200);
  ledger.note('PATCH /x', body);
  expect([ledger.sent('Chaos 7'), ledger.applied('Chaos 7'), ledger.sent('Chaos 8')]).toEqual([
    ...[2, 1, 0],
  ]);
});

test.each([
  ['is on its way', undefined, 1, 1],
  ['was refused for its content', 400, 1, 0],
  ['was refused for its token, after which it may be sent again', 401, 0, 0],
  ['was refused for its number', 429, 0, 0],
])('a ledger knows of a write that %s', (_, status, sent, applied) => {
  const ledger = new WriteLedger();
  const written = ledger.note('PATCH /x', Buffer.from('{"name":"Chaos 7"}'));
  const end = ledger.passedOn(written);
  if (status !== undefined) end(status);
  expect([ledger.sent('Chaos 7'), ledger.applied('Chaos 7')]).toEqual([sent, applied]);
});

test('a violation is told at once, with the faults that last', () => {
  const told: string[] = [];
  const judge = new Judge((violation) => told.push(violation));
  judge.faults.add('Redis hangs');
  judge.violation('A promise', 'what was seen');
  expect(told).toEqual([
    expect.stringMatching(/A promise: what was seen \(during: Redis hangs\)$/),
  ]);
});

test('a register knows what a read may show', async () => {
  const clock = new Clock();
  const register = new Register('a');
  const write = (value: string, send: () => Promise<void>) =>
    register.write(clock, () => value, send).catch(() => undefined);
  await write('b', async () => undefined);
  expect(register.possible(clock.tick(), clock.tick())).toEqual(['b']);
  await write('unknown', () => Promise.reject(new Error('The connection broke')));
  expect(register.possible(clock.tick(), clock.tick())).toEqual(['b', 'unknown']);
  await write('refused', () => Promise.reject(new NotWritten()));
  expect(register.possible(clock.tick(), clock.tick())).toEqual(['b', 'unknown']);
  await write('c', async () => undefined);
  expect(register.possible(clock.tick(), clock.tick())).toEqual(['c']);
});

test('trouble with Redis is read from the log, and outlives a replica that dies in it', () => {
  const trouble = new RedisTrouble();
  trouble.log('gateway-1', 'Redis cannot be reached: nothing is served from memory', 10_000);
  expect([trouble.overlaps(0, 8_000), trouble.overlaps(20_000, 20_000)]).toEqual([false, true]);
  trouble.log('gateway-1', 'Redis can be reached', 30_000);
  expect([trouble.overlaps(31_000, 31_000), trouble.overlaps(33_000, 40_000)]).toEqual([
    true,
    false,
  ]);
  trouble.log('gateway-2', 'Redis cannot be reached', 50_000);
  trouble.died('gateway-2', 51_000);
  expect([trouble.overlaps(80_000, 80_000), trouble.overlaps(90_000, 90_000)]).toEqual([
    true,
    false,
  ]);
});

test('a Redis that loses its data is no outage, and forgets keys', () => {
  const trouble = new RedisTrouble();
  trouble.forgot(10_000);
  expect(trouble.overlaps(9_000, 11_000)).toBe(false);
  expect([trouble.forgotWithin(9_000, 11_000), trouble.forgotWithin(10_001, 12_000)]).toEqual([
    true,
    false,
  ]);
});
