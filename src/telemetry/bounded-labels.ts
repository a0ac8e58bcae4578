/** Bounds labels that clients choose, since each distinct one takes memory forever. */

/** GraphQL doesn't limit the length of a name. */
const LONGEST = 64;

/** Returns the first `most` names as they are, and "other" for later or longer ones. */
export class BoundedLabels {
  readonly #known = new Set<string>();

  constructor(private readonly most: number) {}

  /** Returns "" for no name. */
  labelOf(name: string | undefined): string {
    if (name === undefined || this.#known.has(name)) return name ?? '';
    if (this.#known.size >= this.most || name.length > LONGEST) return 'other';
    this.#known.add(name);
    return name;
  }
}
