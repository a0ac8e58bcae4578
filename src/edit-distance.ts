/**
 * Returns how many letters to insert, delete or replace to turn one text into the other. Two neighbours in the
 * wrong order count as `swapCost`, by default as the two letters that they are.
 */
export function editDistance(a: string, b: string, { swapCost = 2 } = {}): number {
  let twoAbove: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      const isSwapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = isSwapped ? twoAbove[column - 2]! + swapCost : Infinity;
      current.push(Math.min(replaced, above[column]! + 1, current[column - 1]! + 1, swapped));
    }
    [twoAbove, above] = [above, current];
  }
  return above[b.length]!;
}
