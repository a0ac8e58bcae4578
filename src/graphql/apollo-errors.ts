/** Apollo Server's errors about requests, in words that say what to send. */
import { ApolloServerErrorCode } from '@apollo/server/errors';

export interface Rewording {
  readonly message?: string;
  readonly code?: string;
}

const EXAMPLE = '`{ "query": "{ organizations { nodes { code } } }" }`';

/** By Apollo Server's message, since some of these errors have no code, or one that is too broad. */
const REWORDINGS: Readonly<Record<string, Rewording>> = {
  'POST body missing, invalid Content-Type, or JSON object has no keys.': {
    message: `The body has no GraphQL request. Send a JSON object such as ${EXAMPLE}.`,
  },
  'GraphQL operations must contain a non-empty `query` or a `persistedQuery` extension.': {
    message: `The request has no \`query\`. Send the document, mutations too, as \`query\`: ${EXAMPLE}.`,
  },
  'GraphQL queries must be strings.': {
    message: `\`query\` must be a string. Send a JSON object such as ${EXAMPLE}.`,
  },
  'Operation batching disabled.': {
    message:
      'A request has one operation, not an array of them. Send each operation in its own request, or several fields in one operation. In Apollo Client use HttpLink in place of BatchHttpLink.',
  },
  'GET requests only support query operations, not mutation operations': {
    message: 'A mutation can’t be sent by GET. Send it by POST.',
    code: 'METHOD_NOT_ALLOWED',
  },
  'GET requests only support query operations, not subscription operations': {
    message: 'A subscription is streamed. Send it with `Accept: text/event-stream`.',
    code: 'METHOD_NOT_ALLOWED',
  },
  'GraphQL introspection is not allowed by Apollo Server, but the query contained __schema or __type. To enable introspection, pass introspection: true to ApolloServer in production':
    {
      message:
        'This gateway doesn’t allow introspection. Read `schema.graphql` instead, or set `ALLOW_INTROSPECTION=true` on the gateway.',
    },
  'provided sha does not match query': {
    message: 'The hash of the persisted query must be the SHA-256 of `query`, in hexadecimal.',
    code: 'PERSISTED_QUERY_HASH_MISMATCH',
  },
  'Unsupported persisted query version': {
    message: 'The `version` of `persistedQuery` must be 1.',
    code: ApolloServerErrorCode.BAD_REQUEST,
  },
};

const CSRF = 'This operation has been blocked as a potential Cross-Site Request Forgery';

/** Returns the code and the message for an error of Apollo Server, where they differ from its own. */
export function reword(message: string): Rewording | undefined {
  if (message.startsWith(CSRF)) {
    return {
      message:
        'Any web page could have sent this GET. Send the header `accept: application/json` or `apollo-require-preflight: true`, or use POST.',
    };
  }
  return Object.hasOwn(REWORDINGS, message) ? REWORDINGS[message] : undefined;
}
