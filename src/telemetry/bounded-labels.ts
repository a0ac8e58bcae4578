/** Names that clients choose, where each distinct one takes memory for good. */

/** GraphQL sets no bound to a name. */
const LONGEST = 64;

/** Gives the first `most` names as they are, and "other" for those that come later or are long. */
export class BoundedNames {
  readonly #known = new Set<string>();

  constructor(private readonly most: number) {}

  /** "" for what has no name. */
  labelOf(name: string | undefined): string {
    if (name === undefined || this.#known.has(name)) return name ?? '';
    if (this.#known.size >= this.most || name.length > LONGEST) return 'other';
    this.#known.add(name);
    return name;
  }
}
