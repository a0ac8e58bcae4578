/** The code of the README and of docs/ is run unchanged, and the results that they show are the gateway's. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { createSchema, readTypeDefs } from '../../src/graphql/schema.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { MUTATIONS } from '../support/mutations.js';

const docs = readdirSync(new URL('../../docs', import.meta.url)).filter((name) =>
  name.endsWith('.md'),
);

/** The blocks of code of a page, each with the JSON that follows it as its answer. */
function blocksOf(page: string) {
  const markdown = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
  const blocks = [...markdown.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(([, language, code]) => ({
    language: language!,
    code: code!,
  }));
  return blocks.map(({ language, code }, index) => {
    const next = blocks[index + 1];
    const answer = next?.language === 'json' ? (JSON.parse(next.code) as unknown) : undefined;
    return { page, index, language, code, answer };
  });
}

const blocks = ['README.md', ...docs.map((name) => `docs/${name}`)].flatMap(blocksOf);
const operations = blocks.filter(({ language }) => language === 'graphql');
const isSubscription = (block: { code: string }) => /^subscription\b/m.test(block.code);
const queries = operations.filter((block) => !isSubscription(block));
const subscriptions = operations.filter(isSubscription);
const commands = blocks.filter(({ code }) => code.startsWith('curl '));

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

test.each(queries)('query $index of $page has its result', async ({ code, answer }) => {
  const result = await gateway.execute(code);
  expect(result.errors).toBeUndefined();
  if (answer !== undefined) expect(result).toEqual(answer);
});

// What they stream is tested in test/http/live.
test.each(subscriptions)('subscription $index of $page is valid', ({ code }) => {
  expect(validate(createSchema(), parse(code))).toEqual([]);
});

test.each(commands)('command $index of $page prints what follows it', async ({ code, answer }) => {
  const command = code
    .replace('http://localhost:4000', gateway.url)
    .replace('http://127.0.0.1:4010', gateway.emulator.url);
  const { stdout } = await promisify(execFile)('bash', ['-c', command]);
  const printed = JSON.parse(stdout) as object;
  if (answer === undefined) expect(printed).not.toHaveProperty('errors');
  else expect(printed).toEqual(answer);
});

describe('the README', () => {
  const own = <T extends { page: string }>(all: T[]) =>
    all.filter(({ page }) => page === 'README.md');

  test('has queries and commands with their results', () => {
    expect([own(queries).length, own(commands).length]).toEqual([1, 1]);
    for (const { answer } of own(commands)) expect(answer).toBeDefined();
  });

  test('its first query costs the five calls that it says', async () => {
    gateway.calls();
    await gateway.query(own(queries)[0]!.code);
    expect(gateway.calls()).toHaveLength(5);
  });
});

test('the SDL alone is a valid schema', () => {
  expect(
    Object.keys(buildSchema(readTypeDefs().join('\n')).getMutationType()!.getFields()),
  ).toEqual(expect.arrayContaining(MUTATIONS));
});
