/**
 * Finds the places of errors in a document that was parsed without locations. graphql-js would look for
 * each of them from the document's start, which in a large document with many errors takes seconds.
 */
import { parse, visit, type ASTNode, type DocumentNode, type SourceLocation } from 'graphql';

const LINE_END = /\r\n|[\n\r]/g;

/** Knows where the nodes of one document are. */
export class ErrorLocations {
  #starts: ReadonlyMap<ASTNode, number> | undefined;
  #lines: readonly number[] | undefined;

  constructor(
    private readonly source: string,
    /** The source parsed without locations, as validation and execution know it. */
    private readonly document: DocumentNode,
  ) {}

  /** Returns the places of an error's nodes, counted from 1; undefined where it has none. */
  of(nodes: readonly ASTNode[] | undefined): readonly SourceLocation[] | undefined {
    if (nodes === undefined) return undefined;
    const starts = (this.#starts ??= startsOf(this.source, this.document));
    const places = nodes.flatMap((node) => {
      const start = starts.get(node);
      return start === undefined ? [] : [this.#locate(start)];
    });
    return places.length === 0 ? undefined : places;
  }

  #locate(start: number): SourceLocation {
    const lines = (this.#lines ??= lineStarts(this.source));
    // The last line that starts at this place or before.
    let [low, high] = [0, lines.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (lines[middle]! <= start) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: start - lines[low]! + 1 };
  }
}

/** Parses the document again, since a walk through both meets the same nodes in the same order. */
function startsOf(source: string, document: DocumentNode): Map<ASTNode, number> {
  const located = nodesOf(parse(source));
  return new Map(nodesOf(document).map((node, index) => [node, located[index]?.loc?.start ?? 0]));
}

function nodesOf(document: DocumentNode): ASTNode[] {
  const nodes: ASTNode[] = [];
  visit(document, { enter: (node) => void nodes.push(node) });
  return nodes;
}

const lineStarts = (source: string): number[] => [
  0,
  ...Array.from(source.matchAll(LINE_END), ({ 0: end, index }) => index + end.length),
];
