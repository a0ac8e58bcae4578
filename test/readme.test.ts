/** The README's code is run as it stands, and its answers are the gateway's. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { readTypeDefs } from '../src/schema.js';
import { startGateway, type TestGateway } from './support/gateway.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(
  ([, language, code], index) => ({
    index,
    language: language!,
    code: code!,
  }),
);
const answerTo = (index: number) =>
  blocks[index + 1]?.language === 'json'
    ? (JSON.parse(blocks[index + 1]!.code) as unknown)
    : undefined;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

describe('the README', () => {
  const queries = blocks.filter(({ language }) => language === 'graphql');
  const commands = blocks.filter(({ code }) => code.startsWith('curl '));

  test('has queries and commands', () => {
    expect([queries.length, commands.length]).toEqual([2, 2]);
  });

  test.each(queries)('query $index answers', async ({ index, code }) => {
    const result = await gateway.execute(code);
    expect(result.errors).toBeUndefined();
    const expected = answerTo(index);
    if (expected !== undefined) expect(result).toEqual(expected);
  });

  test('its first query costs the five calls that it says', async () => {
    gateway.calls();
    await gateway.query(queries[0]!.code);
    expect(gateway.calls()).toHaveLength(5);
  });

  test.each(commands)('command $index prints what follows it', async ({ index, code }) => {
    const command = code.replace('http://localhost:4000', gateway.url);
    const { stdout } = await promisify(execFile)('bash', ['-c', command]);
    expect(JSON.parse(stdout)).toEqual(answerTo(index));
  });

  test('links to docs that are there; theirs name every setting that the gateway reads, and no other', () => {
    const config = readFileSync(new URL('../src/config.ts', import.meta.url), 'utf8');
    const table = readFileSync(new URL('../docs/settings.md', import.meta.url), 'utf8');
    for (const [, path] of readme.matchAll(/\]\(((?:docs|bench|src)[^)]*)\)/g)) {
      expect(existsSync(new URL(`../${path}`, import.meta.url)) ? path : `no ${path}`).toBe(path);
    }
    const read = new Set([...config.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name));
    const listed = new Set(
      [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell]) => cell!.match(/[A-Z][A-Z_]+/g)),
    );
    expect([...listed].sort()).toEqual([...read].sort());
  });
});

test('the SDL alone is a valid schema', () => {
  expect(
    Object.keys(buildSchema(readTypeDefs().join('\n')).getMutationType()!.getFields()),
  ).toHaveLength(13);
});
