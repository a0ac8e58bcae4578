/** Sends the operations of the page, with the token that all tabs share. */
import type { Fetcher, FetcherOpts, FetcherParams } from '@graphiql/toolkit';
import { getOperationAST, type DocumentNode, type ExecutionResult } from 'graphql';
import { takeReport } from './explain-report.js';
import { session } from './session.js';
import { endpoint } from './settings.js';

const EXPLAIN = { 'x-graphql-explain': 'true', 'x-graphql-cost': 'true' };

/** Returns a fetcher for a token; empty for none. Headers that are typed in a tab have precedence. */
export function createFetcher(token: string): Fetcher {
  return (params, { headers: typed, documentAST }: FetcherOpts = {}) => {
    const isIntrospection = params.operationName === 'IntrospectionQuery';
    const isExplained = session.get().isExplaining && !isIntrospection;
    const headers = new Headers({
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(isExplained ? EXPLAIN : {}),
    });
    for (const [name, value] of Object.entries(typed ?? {})) headers.set(name, String(value));
    const request = { params, headers, isExplained };
    return isStreamed(documentAST, params.operationName) ? stream(request) : send(request);
  };
}

interface OperationRequest {
  params: FetcherParams;
  headers: Headers;
  isExplained: boolean;
}

async function send({ params, headers, isExplained }: OperationRequest): Promise<ExecutionResult> {
  headers.set('content-type', 'application/json');
  headers.set('accept', 'application/graphql-response+json, application/json');
  const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(params) });
  const result = (await response.json()) as ExecutionResult;
  session.set({ refusal: response.status === 401 ? result.errors?.[0]?.message : undefined });
  return isExplained ? showReport(result) : result;
}

function showReport(whole: ExecutionResult): ExecutionResult {
  const { result, report } = takeReport(whole);
  session.set({ report: report ?? null });
  return result;
}

/** Streams the results of a live query or a subscription. Its iterator can be ended while it waits for the next result. */
async function stream({
  params,
  headers,
  isExplained,
}: OperationRequest): Promise<AsyncIterableIterator<ExecutionResult>> {
  const { createClient } = await import('graphql-sse');
  const { query, operationName, variables } = params;
  const client = createClient({ url: endpoint, headers: Object.fromEntries(headers) });
  const results = client.iterate({
    query,
    variables,
    ...(operationName == null ? {} : { operationName }),
  }) as AsyncIterableIterator<ExecutionResult>;
  const end = () => {
    session.set({ isStreaming: false });
    client.dispose();
  };
  session.set({ isStreaming: true });
  const iterator: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      try {
        const { done, value } = await results.next();
        if (done !== true) return { done, value: isExplained ? showReport(value) : value };
      } catch (error) {
        end();
        throw error;
      }
      end();
      return { done: true, value: undefined };
    },
    async return() {
      end();
      await results.return?.();
      return { done: true, value: undefined };
    },
  };
  return iterator;
}

/** Returns whether the operation that would be executed is a subscription or a query with `@live`. */
function isStreamed(document: DocumentNode | undefined, name: string | null | undefined): boolean {
  if (document === undefined) return false;
  const operation = getOperationAST(document, name) ?? getOperationAST(document);
  if (operation?.operation === 'subscription') return true;
  return operation?.directives?.some((directive) => directive.name.value === 'live') ?? false;
}
