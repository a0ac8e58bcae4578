/**
 * Places a text in a list that another system has sorted. Kinde doesn't document its collation, so the
 * list itself has to show which of the usual ones it can be.
 */

/** How a list is sorted. */
export interface SortOrder<T> {
  /** The text that the list is sorted by. Empty values have no known place. */
  textOf: (entry: T) => string | null | undefined;
  isDescending: boolean;
}

/** The entries from `low` up to `high` can't be told from the text by order; all others can. */
export interface SortedPlace {
  low: number;
  high: number;
}

type Compare = (a: string, b: string) => number;

const byCodeUnit: Compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

const byCodeUnitOf =
  (normalized: (text: string) => string): Compare =>
  (a, b) =>
    byCodeUnit(normalized(a), normalized(b));

const withoutAccents = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '');

/** The orders of SQL databases and search engines: binary, case-insensitive, and by language. */
const COLLATIONS: readonly Compare[] = [
  byCodeUnit,
  byCodeUnitOf((text) => text.toLowerCase()),
  byCodeUnitOf((text) => withoutAccents(text).toLowerCase()),
  ...[true, false].flatMap((ignorePunctuation) =>
    (['base', 'variant'] as const).map(
      (sensitivity) => new Intl.Collator('en', { sensitivity, ignorePunctuation }).compare,
    ),
  ),
];

/**
 * Returns the place of `text` among texts that are sorted in an unknown collation: where every
 * collation that explains their order puts it. Returns undefined when none explains it.
 */
export function placeInSorted(
  text: string,
  texts: readonly (string | null | undefined)[],
  isDescending: boolean,
): SortedPlace | undefined {
  const present = texts.filter((other) => other != null);
  const places = COLLATIONS.map((compare): Compare =>
    isDescending ? (a, b) => compare(b, a) : compare,
  )
    .filter((compare) =>
      present.every((each, at) => at === 0 || compare(present[at - 1]!, each) <= 0),
    )
    .map((compare) => placeBy(compare, text, texts));
  if (places.length === 0) return undefined;
  return {
    low: Math.min(...places.map(({ low }) => low)),
    high: Math.max(...places.map(({ high }) => high)),
  };
}

function placeBy(
  compare: Compare,
  text: string,
  texts: readonly (string | null | undefined)[],
): SortedPlace {
  const isBefore = (other: string | null | undefined) => other != null && compare(other, text) < 0;
  const isAfter = (other: string | null | undefined) => other != null && compare(other, text) > 0;
  let low = texts.findLastIndex(isBefore) + 1;
  const firstAfter = texts.findIndex(isAfter);
  let high = firstAfter < 0 ? texts.length : firstAfter;
  // Empty values are sorted to one end of a list. Which end shows as soon as a text is next to them.
  if (low > 0) while (high > low && texts[high - 1] == null) high--;
  if (firstAfter >= 0) while (low < high && texts[low] == null) low++;
  return { low, high };
}
