/** Random queries of a schema. A few are invalid, where two fields differ under one response name. */
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';

/** Decides by a list of numbers, so that a shorter list is a simpler case; the first option at its end. */
export class Choices {
  #next = 0;

  constructor(private readonly numbers: readonly number[]) {}

  get isOver(): boolean {
    return this.#next >= this.numbers.length;
  }

  below(count: number): number {
    return (this.numbers[this.#next++] ?? 0) % count;
  }

  of<T>(options: readonly T[]): T {
    return options[this.below(options.length)]!;
  }
}

const VARIABLES =
  '$yes: Boolean!, $no: Boolean = false, $count: Int = 3, $text: String, $input: Input';
const MAX_DEPTH = 4;
const INTROSPECTIONS = [
  '__schema { queryType { name fields { name type { kind ofType { name } } } } }',
  '__type(name: "Nothing") { name }',
  'x: __type(name: "Query") { kind fields(includeDeprecated: true) { name } interfaces { name } }',
];
const FRAGMENTS = ['F0', 'F1', 'F2'];

/** Returns the text of a query. */
export function randomQuery(schema: GraphQLSchema, choices: Choices): string {
  const writer = new QueryWriter(schema, choices);
  const root = writer.selections(schema.getQueryType()!, 0, 0);
  const fragments = FRAGMENTS.map((name, index) => {
    const type = writer.typeOfFragment(index);
    return `fragment ${name} on ${type.name} ${writer.selections(type, 2, index + 1)}`;
  });
  return `query (${VARIABLES}) ${root}\n${fragments.join('\n')}`;
}

/** Returns variables for such a query, a few of them invalid. */
export function randomVariables(choices: Choices): Record<string, unknown> {
  const variables: Record<string, unknown> = { yes: choices.below(2) === 1 };
  if (choices.below(2) === 1) variables['no'] = choices.of([true, false, false, null]);
  if (choices.below(2) === 1) variables['count'] = choices.of([1, 2, 1, 2, null, 'many']);
  if (choices.below(2) === 1) variables['text'] = choices.of(['a', '', null]);
  if (choices.below(2) === 1) {
    variables['input'] = choices.of([{}, { even: 4 }, { even: 6 }, null, { even: 3 }]);
  }
  return variables;
}

class QueryWriter {
  /** The arguments of a field, by its response name, so that it merges wherever it is selected. */
  readonly #arguments = new Map<string, string>();
  readonly #types = new Map<number, GraphQLCompositeType>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly choices: Choices,
  ) {}

  typeOfFragment(index: number): GraphQLCompositeType {
    let type = this.#types.get(index);
    if (type === undefined) {
      const types = Object.values(this.schema.getTypeMap()).filter(
        (type): type is GraphQLCompositeType =>
          isCompositeType(type) && !type.name.startsWith('__') && type.name !== 'Query',
      );
      this.#types.set(index, (type = this.choices.of(types)));
    }
    return type;
  }

  /** `firstFragment` is the first one that may be spread, so that none leads to itself. */
  selections(type: GraphQLCompositeType, depth: number, firstFragment: number): string {
    const selections = Array.from({ length: 1 + this.choices.below(5) }, () =>
      this.#selection(type, depth, firstFragment),
    );
    return `{ ${selections.join(' ')} }`;
  }

  #selection(type: GraphQLCompositeType, depth: number, firstFragment: number): string {
    const kind = this.choices.below(10);
    if (kind === 8 && depth < MAX_DEPTH) {
      const on = this.choices.of(this.#overlapping(type));
      return `... on ${on.name}${this.#directive()} ${this.selections(on, depth + 1, firstFragment)}`;
    }
    if (kind === 9) {
      const spread = FRAGMENTS.map((name, index) => ({ name, index })).filter(
        ({ index }) =>
          index >= firstFragment && this.#overlapping(type).includes(this.typeOfFragment(index)),
      );
      if (spread.length > 0) return `...${this.choices.of(spread).name}${this.#directive()}`;
    }
    return this.#field(type, depth, firstFragment);
  }

  #overlapping(type: GraphQLCompositeType): GraphQLCompositeType[] {
    const possible = (of: GraphQLCompositeType) =>
      isAbstractType(of) ? this.schema.getPossibleTypes(of) : [of];
    return Object.values(this.schema.getTypeMap())
      .filter(isCompositeType)
      .filter((other) => possible(other).some((object) => possible(type).includes(object)));
  }

  #field(type: GraphQLCompositeType, depth: number, firstFragment: number): string {
    if (type === this.schema.getQueryType() && this.choices.below(20) === 19) {
      return this.choices.of(INTROSPECTIONS);
    }
    const fields: GraphQLField<unknown, unknown>[] =
      'getFields' in type ? Object.values(type.getFields()) : [];
    const isDeep = depth >= MAX_DEPTH || this.choices.isOver;
    const selectable = fields.filter(
      (field) => !isDeep || !isCompositeType(getNamedType(field.type)),
    );
    if (selectable.length === 0 || this.choices.below(12) === 11) return '__typename';
    const field = this.choices.of(selectable);
    const name = this.choices.of([
      field.name,
      field.name,
      `x_${field.name}`,
      `__proto__${field.name}`,
    ]);
    const args = this.#argumentsOf(name, field);
    const named = getNamedType(field.type);
    const inner = isCompositeType(named)
      ? ` ${this.selections(named, depth + 1, firstFragment)}`
      : '';
    return `${name}: ${field.name}${args}${this.#directive()}${inner}`;
  }

  #argumentsOf(responseName: string, { args }: GraphQLField<unknown, unknown>): string {
    if (args.length === 0) return '';
    let written = this.#arguments.get(responseName);
    if (written === undefined) {
      written = this.choices.of([
        '',
        '(count: 1)',
        '(count: $count)',
        '(text: $text)',
        '(text: null, input: $input)',
        '(input: { even: 2 })',
        '(input: { even: 5 })',
      ]);
      this.#arguments.set(responseName, written);
    }
    return written;
  }

  #directive(): string {
    const directives = [
      '@skip(if: $no)',
      '@include(if: $yes)',
      '@skip(if: true)',
      '@include(if: true)',
    ];
    return this.choices.below(6) === 5 ? ` ${this.choices.of(directives)}` : '';
  }
}
