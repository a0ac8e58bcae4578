/** Whether a test file has a test of this title: what the lists of promises and faults are held to. */
import { readFileSync } from 'node:fs';

/**
 * Whether test/`file`.test.ts has the title as it is written there, which is the first argument of a
 * test or describe, or the first entry of a row of test.each. One that ends with ". " is a beginning.
 */
export function isTitled(file: string, title: string): boolean {
  const source = readFileSync(new URL(`../${file}.test.ts`, import.meta.url), 'utf8');
  const end = title.endsWith('. ') ? '' : "'";
  const escaped = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?:\\btest\\w*|\\bdescribe|\\)|\\[)[([]?\\s*['"\`]${escaped}${end}`).test(
    source,
  );
}
