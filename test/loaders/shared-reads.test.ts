/** Which reads of an operation a mutation clears. */
import { expect, test } from '@jest/globals';
import { Type as t } from 'typebox';
import { SharedReads } from '../../src/loaders/shared-reads.js';
import { endpoint } from '../../src/upstream/endpoint.js';

const row = (route: Parameters<typeof endpoint>[0], tags: string[]) =>
  endpoint(route, { summary: '', scope: '', tags, returns: t.Object({}) });

const catalogue = row('GET /api/v1/roles', ['roles', 'role {role_id}']);
const unrelated = row('POST /api/v1/organization', ['organizations']);
const related = row('PATCH /api/v1/roles/{role_id}', ['role {role_id}']);

function countedReads() {
  const reads = new SharedReads();
  const catalogueReads = reads.ofCatalogue(catalogue);
  const counts = { one: 0, batch: 0, expandable: 0, pages: 0, catalogue: 0 };
  const one = reads.one(
    async () => ++counts.one,
    (key: string) => key,
  );
  const batch = reads.batch(async (keys: readonly string[]) => keys.map(() => ++counts.batch), {
    nameOf: (key) => key,
  });
  const expandable = reads.expandable(
    async () => ++counts.expandable,
    (key: string) => key,
  );
  const pages = reads.pages<string, number>(async ({ size }) => ({
    entries: [++counts.pages],
    next: undefined,
    size,
  }));
  const ofCatalogue = catalogueReads.one(
    async () => ++counts.catalogue,
    (key: string) => key,
  );
  return {
    counts,
    reads,
    readAll: async () => {
      await one('a');
      await batch.load('a');
      await expandable('a', true);
      await expandable('a', false);
      await pages({ list: 'a', size: 1, token: undefined });
      await ofCatalogue('a');
    },
  };
}

test('each kind of read is shared until a mutation, and made again after it', async () => {
  const { counts, reads, readAll } = countedReads();
  await readAll();
  await readAll();
  expect(counts).toEqual({ one: 1, batch: 1, expandable: 1, pages: 1, catalogue: 1 });
  reads.clearAfter([unrelated]);
  await readAll();
  expect(counts).toEqual({ one: 2, batch: 2, expandable: 2, pages: 2, catalogue: 1 });
});

test.each([
  ['a write that shares a tag with it', [related], 2],
  ['other writes', [unrelated], 1],
  ['its own read', [catalogue], 1],
  ['no call', [], 1],
])('a catalogue is read again only after a write to it: %s', async (_, calls, expected) => {
  const { counts, reads, readAll } = countedReads();
  await readAll();
  reads.clearAfter(calls);
  await readAll();
  expect(counts.catalogue).toBe(expected);
});
