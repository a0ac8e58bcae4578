/** Allows subscriptions by GET where the response is a stream, as a browser's EventSource sends them. */
import type { ApolloServerPlugin } from '@apollo/server';
import { getOperationAST, OperationTypeNode, parse, type ParseOptions } from 'graphql';
import type { Context } from '../context.js';

/** One for all other operations, so that they cost nothing. */
const NOT_CONCERNED = Promise.resolve();

/**
 * Apollo Server executes nothing but queries by GET, so that a link can't cause a write. A subscription
 * only reads. A mutation is refused as before, also one beside a subscription in the same document.
 */
export function subscriptionByGet(options: ParseOptions): ApolloServerPlugin<Context> {
  return {
    requestDidStart({ request: { http }, contextValue: { delivery } }) {
      if (http?.method !== 'GET' || delivery === undefined) return NOT_CONCERNED;
      return Promise.resolve({
        async didResolveSource({ request, source }) {
          if (!isSubscription(source, request.operationName, options)) return;
          request.http = { ...http, method: 'POST' };
        },
      });
    },
  };
}

function isSubscription(
  source: string,
  operationName: string | undefined,
  options: ParseOptions,
): boolean {
  if (!source.includes('subscription')) return false;
  try {
    const operation = getOperationAST(parse(source, options), operationName);
    return operation?.operation === OperationTypeNode.SUBSCRIPTION;
  } catch {
    // Apollo Server parses it again and tells what is wrong.
    return false;
  }
}
