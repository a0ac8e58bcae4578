/** The values of the schema's own scalars. */
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import type { Resolvers } from '../generated/resolvers.js';
import { UpstreamError } from '../upstream/errors.js';

type FlagValue = boolean | number | string;

function flagValue(value: unknown): FlagValue {
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (Number.isSafeInteger(value)) return value as number;
  throw new GraphQLError(
    'A FeatureFlagValue is true, false, a string or a whole number that JSON can carry exactly.',
    { extensions: { code: 'BAD_USER_INPUT' } },
  );
}

const FeatureFlagValue = new GraphQLScalarType<FlagValue, FlagValue>({
  name: 'FeatureFlagValue',
  serialize: flagValue,
  parseValue: flagValue,
  parseLiteral: (node: ValueNode) => {
    if (node.kind === Kind.BOOLEAN || node.kind === Kind.STRING) return node.value;
    return flagValue(node.kind === Kind.INT ? Number(node.value) : undefined);
  },
});

/** Kinde's instants pass through as they are: reformatting could only lose precision. */
function instant(value: unknown): string {
  if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return value;
  throw new UpstreamError('BAD_RESPONSE', `Not an instant: ${JSON.stringify(value)}`);
}

const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  serialize: instant,
  parseValue: instant,
});

export const resolvers = { FeatureFlagValue, DateTime } satisfies Resolvers;
