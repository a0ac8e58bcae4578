/** How much text the arguments of a field hold, with a variable counted wherever it is used. */
import { Kind, type FieldNode, type ValueNode } from 'graphql';

/** Measures the values of one operation's arguments: one for each value, and one for each character. */
export class ArgumentSizes {
  readonly #variables = new Map<string, number>();

  constructor(private readonly variables: Readonly<Record<string, unknown>>) {}

  of({ arguments: args = [] }: FieldNode): number {
    return args.reduce((size, { value }) => size + this.#ofLiteral(value), 0);
  }

  #ofLiteral(node: ValueNode): number {
    switch (node.kind) {
      case Kind.VARIABLE:
        return this.#ofVariable(node.name.value);
      case Kind.LIST:
        return node.values.reduce((size, value) => size + this.#ofLiteral(value), 1);
      case Kind.OBJECT:
        return node.fields.reduce((size, { value }) => size + this.#ofLiteral(value), 1);
      case Kind.STRING:
        return 1 + node.value.length;
      case Kind.BOOLEAN:
      case Kind.ENUM:
      case Kind.FLOAT:
      case Kind.INT:
      case Kind.NULL:
        return 1;
    }
  }

  #ofVariable(name: string): number {
    let size = this.#variables.get(name);
    if (size === undefined) this.#variables.set(name, (size = sizeOf(this.variables[name])));
    return size;
  }
}

/** Coerced values nest no deeper than the schema's input types. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((size, inner) => size + sizeOf(inner), 1);
}
