/** Compares what a gateway answers with the right answers. */
import type { GraphQLResult } from '../gateway.js';

type Path = readonly (string | number)[];

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const startsWith = (path: Path, start: Path) => start.every((part, index) => path[index] === part);
const sorted = (list: readonly unknown[]) => list.map((entry) => JSON.stringify(entry)).sort();
const show = (value: unknown) => JSON.stringify(value)?.slice(0, 300);

/**
 * Returns where an answer is neither one of the right ones nor null with an error. Different parts may be
 * of different right answers: they are read one after another.
 */
export function differences(
  { data, errors = [] }: GraphQLResult,
  right: readonly unknown[],
): string[] {
  const found: string[] = [];
  const hasErrorAt = (path: Path) => errors.some((error) => startsWith(error.path ?? [], path));
  const differ = (value: unknown, options: readonly unknown[], path: Path) =>
    void found.push(`${path.join('.')}: ${show(value)} and not ${options.map(show).join(' or ')}`);

  function compare(value: unknown, options: readonly unknown[], path: Path): void {
    if (options.some((option) => same(option, value))) return;
    if (value == null && hasErrorAt(path)) return;
    if (Array.isArray(value)) return compareLists(value, options.filter(Array.isArray), path);
    const objects = options.filter(isObject);
    if (!isObject(value) || objects.length === 0) return differ(value, options, path);
    for (const name of Object.keys(objects[0]!)) {
      const inner = objects.map((each) => each[name]);
      compare(value[name], inner, [...path, name]);
    }
  }

  function compareLists(value: unknown[], lists: readonly unknown[][], path: Path): void {
    // Kinde documents no order for what isn't a page.
    const isOrdered = path.at(-1) === 'nodes' || path.at(-1) === 'edges';
    if (!isOrdered && lists.some((list) => same(sorted(list), sorted(value)))) return;
    const comparable = lists.filter(({ length }) => length === value.length);
    if (comparable.length === 0) return differ(value, lists, path);
    for (const [index, entry] of value.entries()) {
      const options = isOrdered ? comparable.map((list) => list[index]) : comparable.flat();
      compare(entry, options, [...path, index]);
    }
  }

  compare(data ?? null, right, []);
  return found;
}

/** Returns what of an answer a viewer may not be shown, by its paths. */
export function shown({ data }: GraphQLResult, forbidden: readonly string[]): string[] {
  const valueAt = (path: string) =>
    path.split('.').reduce((value: any, name) => value?.[name], data);
  return forbidden.filter((path) => valueAt(path) != null);
}
