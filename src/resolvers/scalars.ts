/** The values of the schema's own scalars. */
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import type { Resolvers } from '../generated/resolvers.js';
import { isRfc3339, toInstant, UNCLEAR } from '../upstream/convert.js';
import { UpstreamError } from '../upstream/errors.js';
import type { JsonValue } from '../upstream/types.js';

type FlagInput = boolean | number | string;

/** Creates an error. That of a literal has its node, for `locations`. */
const invalid = (message: string, node: ValueNode | undefined) =>
  new GraphQLError(message, { nodes: node ?? null, extensions: { code: 'BAD_USER_INPUT' } });

function flagInput(value: unknown, node?: ValueNode): FlagInput {
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (Number.isSafeInteger(value)) return value as number;
  throw invalid(
    'A FeatureFlagValue is true, false, a string or a whole number that JSON can carry exactly.',
    node,
  );
}

const FeatureFlagValue = new GraphQLScalarType<FlagInput, JsonValue>({
  name: 'FeatureFlagValue',
  // Of the flag's own type since it was decoded.
  serialize: (value) => value as JsonValue,
  parseValue: (value) => flagInput(value),
  parseLiteral: (node: ValueNode) => {
    if (node.kind === Kind.BOOLEAN || node.kind === Kind.STRING) return node.value;
    return flagInput(node.kind === Kind.INT ? Number(node.value) : undefined, node);
  },
});

/** Returns the one spelling that the scalar's specification allows for an instant. */
function instant(value: unknown): string {
  const converted = toInstant(value);
  if (converted === UNCLEAR) throw new UpstreamError('BAD_RESPONSE', 'A value is no instant');
  return converted;
}

/** Returns an instant in the same spelling. Throws for a text without a time or a time zone. */
function instantInput(value: unknown, node?: ValueNode): string {
  const converted = isRfc3339(value) ? toInstant(value) : UNCLEAR;
  if (converted !== UNCLEAR) return converted;
  throw invalid(
    'A DateTime is a date, a time and a time zone, for example "2026-03-01T09:30:00Z".',
    node,
  );
}

const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  serialize: instant,
  parseValue: (value) => instantInput(value),
  parseLiteral: (node: ValueNode) =>
    instantInput(node.kind === Kind.STRING ? node.value : undefined, node),
});

export const resolvers = { FeatureFlagValue, DateTime } satisfies Resolvers;
