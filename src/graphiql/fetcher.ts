/** Sends the operations of the page, with the token that all tabs share. */
import type { Fetcher, FetcherOpts, FetcherParams } from '@graphiql/toolkit';
import type { ExecutionResult, OperationDefinitionNode } from 'graphql';
import { takeReport } from './explain-report.js';
import { isStreamed, operationIn } from './operation.js';
import { resultOf, stopped, unreachable, unsendable } from './response.js';
import { session } from './session.js';
import { endpoint } from './settings.js';
import { stream } from './stream.js';

const EXPLAIN = { 'x-graphql-explain': 'true', 'x-graphql-cost': 'true' };

/** Returns a fetcher for a token; empty for none. Headers that are typed in a tab have precedence. */
export function createFetcher(token: string): Fetcher {
  return (params, { headers: typed }: FetcherOpts = {}) => {
    const isIntrospection = params.operationName === 'IntrospectionQuery';
    const isExplained = session.get().isExplaining && !isIntrospection;
    const authorization = `Bearer ${token}`;
    const headers = new Headers(isExplained ? EXPLAIN : {});
    try {
      if (token !== '') headers.set('authorization', authorization);
    } catch {
      return unsendable('The access token');
    }
    for (const [name, value] of Object.entries(typed ?? {})) {
      try {
        headers.set(name, String(value));
      } catch {
        return unsendable(`The header ${JSON.stringify(name)}`);
      }
    }
    if (isExplained) session.set({ report: 'running' });
    const isOwnToken = headers.get('authorization') === authorization;
    const read = async (response: Response) => {
      const result = await resultOf(response);
      // A late response is about an earlier token, and another one may be typed in a tab.
      if (isOwnToken && session.get().token === token) {
        session.set({ refusal: response.status === 401 ? result.errors?.[0]?.message : undefined });
      }
      return result;
    };
    const show = isExplained ? showReport : (result: ExecutionResult) => result;
    const operation = operationIn(params.query, params.operationName);
    const body = bodyOf(params, operation?.name?.value);
    if (isStreamed(operation)) return stream({ body, headers, read, show });
    return stoppable((signal) =>
      send(body, headers, signal).then(read).catch(explainFailure(signal, operation)).then(show),
    );
  };
}

const explainFailure =
  (signal: AbortSignal, operation: OperationDefinitionNode | undefined) => (error: unknown) =>
    signal.aborted ? stopped(operation) : unreachable(error);

/** Returns the one result of a request in the form of results that GraphiQL can stop. */
function stoppable(
  request: (signal: AbortSignal) => Promise<ExecutionResult>,
): AsyncIterableIterator<ExecutionResult> {
  const control = new AbortController();
  let isSent = false;
  const iterator: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      if (isSent) return { done: true, value: undefined };
      isSent = true;
      return { done: false, value: await request(control.signal) };
    },
    async return() {
      control.abort();
      return { done: true, value: undefined };
    },
  };
  return iterator;
}

function bodyOf({ query, variables }: FetcherParams, operationName: string | undefined) {
  return { query, variables, ...(operationName === undefined ? {} : { operationName }) };
}

function send(body: object, headers: Headers, signal: AbortSignal): Promise<Response> {
  headers.set('content-type', 'application/json');
  headers.set('accept', 'application/graphql-response+json, application/json');
  return fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(body), signal });
}

function showReport(whole: ExecutionResult): ExecutionResult {
  const { result, report } = takeReport(whole);
  session.set({ report: report ?? null });
  return result;
}
