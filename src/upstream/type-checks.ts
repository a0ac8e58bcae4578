/** Types that make the compiler name all that is missing, and not only the first or none of it. */

type UnionToIntersection<U> = (U extends unknown ? (value: () => U) => void : never) extends (
  value: infer I,
) => void
  ? I
  : never;

type LastOf<U> = UnionToIntersection<U> extends () => infer Last ? Last : never;

/**
 * The texts of a union as one text: the compiler prints a union by its name or cuts it short, but it
 * prints a text in full.
 */
export type ListOf<U extends string, List extends string = ''> = [U] extends [never]
  ? List
  : LastOf<U> extends infer Last extends string
    ? ListOf<Exclude<U, Last>, List extends '' ? Last : `${Last}, ${List}`>
    : never;

/**
 * Fails to compile unless the list is empty: "Type '"Role.name, Role.id"' does not satisfy the
 * constraint '"" | "no field without a resolver"'".
 */
export type Expect<Expected extends string, List extends '' | Expected> = List;
