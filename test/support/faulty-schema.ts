/** A schema of every kind of type, whose fields have values and faults that follow from a seed. */
import {
  buildSchema,
  getNamedType,
  GraphQLError,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  responsePathAsArray,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLScalarType,
  type GraphQLSchema,
  type GraphQLUnionType,
} from 'graphql';

/** What an execution depends on, and what it does. */
export interface World {
  seed: number;
  /** Every resolver call: what the resolver was passed, and in which turn of the microtask queue. */
  calls: unknown[];
  turn: () => number;
}

const FIELDS = `
  id: ID!
  name: String
  size: Int
  ratio: Float!
  isOpen: Boolean
  color: Color
  even: Even
  evens: [Even!]
  names: [String]!
  argued(count: Int = 2, text: String, input: Input): String
  strict(count: Int! = 1, text: String, input: Input): Int!
  one: One
  other: Two!
  onesOfTwo: [One]
  strictOnes: [Two!]!
  grid: [[One]!]
  strictGrid: [[Two!]!]!
  nodeGrid: [[Node!]]
  node: Node
  strictNode: Node!
  nodes: [Node!]
  named: Named
  thing: Thing
  things(count: Int = 2, text: String, input: Input): [Thing]
`;

const SDL = `
  scalar Even
  enum Color { RED GREEN }
  input Input { even: Even = 2 }
  interface Node { id: ID! name: String one: One other: Two! node: Node nodes: [Node!] }
  interface Named implements Node {
    id: ID! name: String one: One other: Two! node: Node nodes: [Node!] color: Color named: Named
  }
  union Thing = One | Two
  type One implements Node & Named { ${FIELDS} }
  type Two implements Node & Named { ${FIELDS} }
  type Three { id: ID! }
  type Query { ${FIELDS} three: Three }
`;

/** Fields that are properties of their objects, except on Query. All others have resolvers. */
const PROPERTIES = [
  ...['name', 'size', 'ratio', 'color', 'even', 'evens', 'names'],
  ...['other', 'grid', 'strictGrid', 'nodes', 'nodeGrid', 'named'],
];

/** Returns the schema. Its contextValue is a World. */
export function faultySchema(): GraphQLSchema {
  const schema = buildSchema(SDL);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (PROPERTIES.includes(field.name) && type.name !== 'Query') continue;
      field.resolve = (source: unknown, args: object, world: World, info) => {
        world.calls.push(callOf(source, args, info, schema, world.turn()));
        const maker = new Maker(world.seed, schema);
        return maker.make(info.returnType, responsePathAsArray(info.path).join('.'));
      };
    }
  }
  const even = schema.getType('Even') as GraphQLScalarType;
  even.serialize = (value) => {
    if (value === 0) return undefined;
    if (typeof value !== 'number' || value % 2 === 1) throw new TypeError('odd');
    return value === 8 ? { eight: [8] } : value;
  };
  even.parseValue = (value) => {
    if (typeof value !== 'number' || value % 2 === 1) throw new TypeError('odd');
    return value;
  };
  const thing = schema.getType('Thing') as GraphQLUnionType;
  thing.resolveType = (
    { __typename, path }: { __typename?: string; path?: string },
    { seed }: World,
  ) => {
    const random = randomOf(seed, `type of ${path}`);
    if (random.below(8) === 0) throw new Error('no type');
    return random.below(2) === 0 ? __typename : Promise.resolve(__typename);
  };
  return schema;
}

const callOf = (
  source: unknown,
  args: object,
  info: GraphQLResolveInfo,
  schema: GraphQLSchema,
  turn: number,
) => ({
  turn,
  path: responsePathAsArray(info.path),
  source: (source as { path?: string } | undefined)?.path,
  args: JSON.stringify(args),
  types: [info.path.typename, info.parentType.name, String(info.returnType), info.fieldName],
  nodes: info.fieldNodes.map(numberOf),
  variables: JSON.stringify(info.variableValues),
  fragments: Object.keys(info.fragments),
  operation: numberOf(info.operation),
  others: [info.schema === schema, info.rootValue],
});

const numbers = new WeakMap<object, number>();
let lastNumber = 0;

/** Returns a number that stands for an object, since it is quicker to compare. */
export function numberOf(object: object): number {
  let number = numbers.get(object);
  if (number === undefined) numbers.set(object, (number = lastNumber += 1));
  return number;
}

interface Random {
  below(count: number): number;
}

/** Returns numbers that follow from a seed and a text alone. */
function randomOf(seed: number, text: string): Random {
  let state = seed ^ 0x9e3779b9;
  const mix = (value: number) => {
    state = Math.imul(state ^ value, 0x85ebca6b);
    state ^= state >>> 13;
  };
  for (let index = 0; index < text.length; index += 1) mix(text.charCodeAt(index));
  return {
    below: (count) => {
      mix(0x27d4eb2f);
      state = Math.imul(state ^ (state >>> 15), 0xc2b2ae35);
      return (state >>> 0) % count;
    },
  };
}

/** A fault that is thrown, or that a promise rejects with. */
class Thrown {
  constructor(readonly reason: unknown) {}
}

function orThrow(value: unknown): unknown {
  if (value instanceof Thrown) throw value.reason;
  return value;
}

/** Makes values of types, unsuitable ones now and then. */
class Maker {
  constructor(
    private readonly seed: number,
    private readonly schema: GraphQLSchema,
  ) {}

  /** Returns a value or a promise of it, which takes some turns. Throws some faults. */
  make(type: GraphQLOutputType, path: string): unknown {
    const random = randomOf(this.seed, `turns of ${path}`);
    const value = this.#valueOf(type, path);
    const turns = random.below(10) - 5;
    if (turns < 0) return orThrow(value);
    let promise = Promise.resolve(value);
    for (let turn = 0; turn < turns; turn += 1) promise = promise.then((same) => same);
    const settled = promise.then(orThrow);
    // Not every promise is a Promise.
    return random.below(8) === 0 ? { then: settled.then.bind(settled) } : settled;
  }

  #valueOf(type: GraphQLOutputType, path: string): unknown {
    const random = randomOf(this.seed, path);
    if (random.below(isLeafType(getNamedType(type)) ? 12 : 16) === 0) return fault(random, path);
    if (isNonNullType(type)) return this.#valueOf(type.ofType, `${path}!`);
    if (isListType(type)) return this.#list(type.ofType, random, path);
    if (isObjectType(type)) return this.#object(type.name, path);
    if (!isAbstractType(type)) return leaf(type.name, random);
    const isPossible = random.below(4) > 0;
    const names = isPossible ? ['One', 'Two'] : ['Three', 'Color', 'Nothing', undefined, 7];
    return this.#object(names[random.below(names.length)], path);
  }

  #list(type: GraphQLOutputType, random: Random, path: string): unknown {
    const forms = ['values', 'promises', 'promises', 'holes', 'set', 'generator'];
    const form = forms[random.below(forms.length)]!;
    const entries = Array.from({ length: random.below(4) }, (_, index) =>
      this.#entry(type, `${path}.${index}`, form === 'promises' || form === 'holes'),
    );
    if (form === 'holes') delete entries[1];
    if (form === 'set') return new Set(entries);
    return form === 'generator' ? breakingOff(entries) : entries;
  }

  #entry(type: GraphQLOutputType, path: string, mayBePromise: boolean): unknown {
    if (!mayBePromise) {
      const value = this.#valueOf(type, path);
      return value instanceof Thrown ? new Error(`entry ${path}`) : value;
    }
    try {
      return this.make(type, path);
    } catch (reason) {
      const rejected = Promise.reject(reason as Error);
      rejected.catch(() => undefined);
      return rejected;
    }
  }

  #object(typeName: unknown, path: string): object {
    const object: Record<string, unknown> = { __typename: typeName, path };
    const fields = (this.schema.getType('One') as GraphQLObjectType).getFields();
    for (const name of PROPERTIES) {
      const get = () => this.make(fields[name]!.type, `${path}.${name}`);
      const isMethod = randomOf(this.seed, `form of ${path}.${name}`).below(6) === 0;
      if (isMethod) object[name] = get;
      else Object.defineProperty(object, name, { get });
    }
    return object;
  }
}

function fault(random: Random, path: string): unknown {
  const faults: (() => unknown)[] = [
    () => null,
    () => undefined,
    () => new Error(`returned ${path}`),
    () => new Thrown(new Error(`thrown ${path}`)),
    () => new Thrown(new GraphQLError(`coded ${path}`, { extensions: { code: 'CODE', path } })),
    () => new Thrown(new GraphQLError('located', { path: ['else', 'where'] })),
    () => new Thrown(`text ${path}`),
    () => new Thrown(undefined),
    () => 'text',
    () => 12.5,
    () => [],
    () => ({}),
    () => () => 'called',
  ];
  return faults[random.below(faults.length)]!();
}

/** Values of scalars and enums; the first one is suitable. */
const LEAVES: Readonly<Record<string, readonly unknown[]>> = {
  ID: ['id', 7, { id: 1 }],
  String: ['text', '', 5, true, { text: 'x' }],
  Int: [1, 0, 2.5, '3', 2 ** 40, true],
  Float: [1.5, 0, 'x', NaN],
  Boolean: [true, false, 1, 'yes'],
  Color: ['RED', 'GREEN', 'BLUE'],
  Even: [2, 4, 6, 8, 0, 3],
};

function leaf(typeName: string, random: Random): unknown {
  const values = LEAVES[typeName]!;
  return values[Math.max(0, random.below(2 * values.length) - values.length)];
}

function* breakingOff(entries: readonly unknown[]): Generator {
  yield* entries;
  if (entries.length === 2) throw new Error('the list broke off');
}
