/** Sends the operations of the page, with the token that all tabs share. */
import type { Fetcher, FetcherOpts, FetcherParams } from '@graphiql/toolkit';
import type { ExecutionResult } from 'graphql';
import { takeReport } from './explain-report.js';
import { isStreamed, operationIn } from './operation.js';
import { resultOf, unreachable } from './response.js';
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
    const headers = new Headers({
      ...(token === '' ? {} : { authorization }),
      ...(isExplained ? EXPLAIN : {}),
    });
    for (const [name, value] of Object.entries(typed ?? {})) headers.set(name, String(value));
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
    return isStreamed(operation)
      ? stream({ body, headers, read, show })
      : send(body, headers).then(read).catch(unreachable).then(show);
  };
}

function bodyOf({ query, variables }: FetcherParams, operationName: string | undefined) {
  return { query, variables, ...(operationName === undefined ? {} : { operationName }) };
}

function send(body: object, headers: Headers): Promise<Response> {
  headers.set('content-type', 'application/json');
  headers.set('accept', 'application/graphql-response+json, application/json');
  return fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(body) });
}

function showReport(whole: ExecutionResult): ExecutionResult {
  const { result, report } = takeReport(whole);
  session.set({ report: report ?? null });
  return result;
}
