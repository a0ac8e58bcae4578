/** The parts of the cache, compared with simple models. */
import { describe, expect, test } from '@jest/globals';
import fc from '../support/property.js';
import { CachedResponse, ResponseCache } from '../../src/http/response-cache.js';
import { OperationBudget } from '../../src/upstream/policy/call-budget.js';
import { InvalidationLog } from '../../src/upstream/cache/invalidation.js';
import { createCache, type Cache } from '../../src/upstream/cache/index.js';
import { ResponseDependencies } from '../../src/upstream/cache/dependencies.js';
import type { ReadResult } from '../../src/upstream/cache/reads.js';

describe('InvalidationLog', () => {
  const tag = fc.constantFrom('a', 'b', 'c', 'd');
  const tags = fc.uniqueArray(tag, { maxLength: 3 });
  const event = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('record' as const), tags }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('invalidate all' as const) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const), tags }) },
  );

  test('agrees with a list of all events on each read', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const invalidations = new InvalidationLog();
        const reads: { time: number; position: number; tags: string[] }[] = [];
        events.forEach((what, position) => {
          if (what.kind === 'record') invalidations.record(what.tags);
          else if (what.kind === 'invalidate all') invalidations.invalidateAll();
          else reads.push({ time: invalidations.clock, position, tags: what.tags });
        });
        for (const read of reads) {
          const isGood = events
            .slice(read.position)
            .every(
              (what) =>
                what.kind === 'read' ||
                (what.kind === 'record' && !what.tags.some((name) => read.tags.includes(name))),
            );
          expect(invalidations.isValidSince(read.time, read.tags)).toBe(isGood);
        }
      }),
    );
  });

  test('stays bounded, and then invalidates everything', () => {
    const invalidations = new InvalidationLog();
    const before = invalidations.clock;
    for (let n = 0; n <= 100_000; n++) invalidations.record([`tag ${n}`]);
    expect(invalidations.isValidSince(before, ['untouched'])).toBe(false);
    expect(invalidations.isValidSince(invalidations.clock, ['tag 5'])).toBe(true);
  });
});

describe('ResponseDependencies', () => {
  const part: fc.Arbitrary<{ tags: string[]; answered: ReadResult }> = fc.record({
    tags: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 2 }),
    answered: fc.record({
      value: fc.constant(null),
      source: fc.constantFrom('upstream', 'merged', 'cache', 'stale'),
      ageMs: fc.nat(1_000),
      clock: fc.nat(50),
      freshUntil: fc.option(fc.nat(1_000), { nil: undefined, freq: 8 }),
    }),
  });

  test('are those of the least cacheable read', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.boolean(), (parts, isUncacheable) => {
        const dependencies = new ResponseDependencies();
        for (const { tags, answered } of parts) dependencies.add(tags, answered);
        if (isUncacheable) dependencies.markUncacheable();
        const answers = parts.map(({ answered }) => answered);
        const stale = answers.filter(({ source }) => source === 'stale');
        const isWhole =
          parts.length > 0 &&
          !isUncacheable &&
          stale.length === 0 &&
          answers.every(({ freshUntil }) => freshUntil !== undefined);
        expect(dependencies.tags).toEqual(new Set(parts.flatMap(({ tags }) => tags)));
        expect(dependencies.clock).toBe(Math.min(...answers.map(({ clock }) => clock)));
        expect(dependencies.freshUntil).toBe(
          isWhole ? Math.min(...answers.map(({ freshUntil }) => freshUntil!)) : undefined,
        );
        expect(dependencies.staleMs).toBe(
          stale.length === 0 ? undefined : Math.max(...stale.map(({ ageMs }) => ageMs)),
        );
      }),
    );
  });
});

describe('the memory of the cache', () => {
  const MAX = 1024 * 1024;
  const create = () =>
    createCache(
      {
        maxBytes: MAX,
        ...{ lifetimeMs: 60_000, catalogueLifetimeMs: 60_000, staleIfErrorMs: 60_000 },
        eventsLifetimeMs: undefined,
      },
      { redis: undefined, name: 'test' },
    );
  const keep = async ({ reads }: Cache, key: string, bytes: number) => {
    const budget = new OperationBudget({ timeoutMs: 1_000, calls: 1 });
    const { source } = await reads.get({
      key,
      tags: ['all'],
      lifetimeMs: 60_000,
      budget,
      consumeCall: () => undefined,
      isCurrent: true,
      fetch: async () => ({ value: {}, body: 'x'.repeat(bytes) }),
      decode: () => undefined,
    });
    budget.close();
    return source;
  };

  test('stays within its limit and keeps the latest, whatever the sizes', async () => {
    const cache = await create();
    for (let n = 0; n < 5_000; n++) {
      await keep(cache, `key ${n}`, (n * 7919) % 4_000);
      expect(cache.store!.calculatedSize).toBeLessThanOrEqual(MAX);
    }
    expect(cache.store!.calculatedSize).toBeGreaterThan(MAX / 2);
    expect(await keep(cache, 'key 4999', 1)).toBe('cache');
    expect(await keep(cache, 'key 0', 1)).toBe('upstream');
  });

  test('doesn’t evict everything for one large response', async () => {
    const cache = await create();
    await keep(cache, 'small', 10);
    await keep(cache, 'huge', MAX);
    expect(await keep(cache, 'huge', MAX)).toBe('upstream');
    expect(await keep(cache, 'small', 10)).toBe('cache');
  });

  test('holds cached responses under the same bound', async () => {
    const { invalidations, store } = await create();
    const responses = new ResponseCache(invalidations, store, () => 0);
    const dependencies = new ResponseDependencies();
    const answered: ReadResult = {
      ...{ value: null, source: 'upstream', ageMs: 0, clock: 0, freshUntil: 100 },
    };
    dependencies.add(['a'], answered);
    const response = new CachedResponse('x'.repeat(2_000), {
      operationName: undefined,
      freshUntil: 100,
    });
    for (let n = 0; n < 2_000; n++) responses.set(`key ${n}`, dependencies, response);
    expect(store!.calculatedSize).toBeLessThanOrEqual(MAX);
    expect(responses.get('key 1999')?.body).toBe(response.body);
    invalidations.record(['b']);
    expect(responses.get('key 1999')).toBeDefined();
    invalidations.record(['a']);
    expect(responses.get('key 1999')).toBeUndefined();
  });

  test('counts the name of the operation, which may be of any length', () => {
    const sizeWith = (operationName: string) =>
      new CachedResponse('{}', { operationName, freshUntil: 100 }).size;
    expect(sizeWith('n'.repeat(100_000)) - sizeWith('n')).toBe(99_999);
  });

  test.each<[string, number]>([
    ['Ärzte', 1],
    ['医師', 2],
  ])('counts the memory of texts such as %s', (text, bytes) => {
    const sizeOf = (body: string) =>
      new CachedResponse(body, { operationName: undefined, freshUntil: 100 }).size;
    const body = text.repeat(1_000);
    expect(sizeOf(body)).toBe(bytes * body.length);
    // A longer one is held in UTF-8.
    const long = text.repeat(20_000);
    expect(sizeOf(long)).toBe(Buffer.byteLength(long));
  });

  test('counts the compressed bodies of a cached response, each made once', async () => {
    const { invalidations, store } = await create();
    const responses = new ResponseCache(invalidations, store, () => 0);
    const dependencies = new ResponseDependencies();
    dependencies.add(['a'], {
      value: null,
      source: 'upstream',
      ageMs: 0,
      clock: 0,
      freshUntil: 100,
    });
    const response = new CachedResponse('x'.repeat(5_000), {
      operationName: undefined,
      freshUntil: 100,
    });
    responses.set('key', dependencies, response);
    const before = store!.calculatedSize;
    const [first, second] = [response.compressed('gzip'), response.compressed('gzip')];
    expect(second).toBe(first);
    const body = await first;
    expect(response.compressed('gzip')).toBe(body);
    responses.resize('key', response);
    expect(store!.calculatedSize).toBe(before + body.length);
    expect(responses.get('key')).toBe(response);
    invalidations.record(['a']);
    responses.resize('key', response);
    expect(responses.get('key')).toBeUndefined();
  });
});
