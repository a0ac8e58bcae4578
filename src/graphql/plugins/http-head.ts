/** The status code and media type of responses, where GraphQL over HTTP asks for another than Apollo Server's. */
import { ApolloServerErrorCode } from '@apollo/server/errors';
import type { OperationHooks, OperationPlugin } from './hooks.js';

const NOT_EXECUTABLE: ReadonlySet<unknown> = new Set<string>([
  ApolloServerErrorCode.GRAPHQL_PARSE_FAILED,
  ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED,
  ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE,
  ApolloServerErrorCode.BAD_USER_INPUT,
  'QUERY_TOO_COMPLEX',
]);

/**
 * A client that accepts application/json alone gets 200 with a document that cannot be executed, so
 * that it can tell the response of GraphQL from one of something between (GraphQL over HTTP, section
 * 6.4.1). One that accepts application/graphql-response+json gets 400. `Accept` holds the one media type
 * that was negotiated before, which Apollo Server would negotiate once more.
 */
export function httpHead(): OperationPlugin {
  const hooks: OperationHooks = {
    willSendResponse({ request, response: { body, http } }) {
      const accepted = request.http?.headers.get('accept');
      if (accepted !== undefined) http.headers.set('content-type', accepted);
      if (accepted?.includes('application/graphql-response+json') === true) return;
      const [error] = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
      if (http.status === 400 && NOT_EXECUTABLE.has(error?.extensions?.['code'])) {
        http.status = 200;
      }
    },
  };
  return () => hooks;
}
