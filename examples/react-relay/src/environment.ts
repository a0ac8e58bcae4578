import { createClient } from 'graphql-sse';
import {
  Environment,
  Network,
  Observable,
  RecordSource,
  Store,
  type CacheConfig,
  type FetchFunction,
  type GraphQLResponse,
} from 'relay-runtime';
import { problemOf, waitToReconnect, type ResponseError } from '../../design/index.js';
import type { KindeAuth } from '../../sign-in/index.js';

const GATEWAY_URL = import.meta.env.VITE_GATEWAY_URL ?? 'http://localhost:4000/graphql';

interface Result {
  data?: Record<string, unknown> | null;
  errors?: readonly ResponseError[];
}

/**
 * A response of which nothing could be read. Relay would show its fields as null, without the reason.
 * Partial data is passed on: there `@catch` tells which field failed.
 */
export class ResponseWithoutData extends Error {
  constructor(readonly errors: readonly ResponseError[]) {
    super(errors[0]?.message ?? 'The response has no data.');
  }
}

/** Metadata of a request whose results are streamed. */
export interface StreamOptions {
  /** Called each time that an interrupted stream is opened again. */
  onReconnect: () => void;
}

const streamOf = ({ metadata }: CacheConfig) => metadata?.['stream'] as StreamOptions | undefined;

/** Whether a result says that the stream's token has expired. */
const isExpired = ({ errors = [] }: Result) =>
  errors.some((error) => problemOf(error).kind === 'signed-out');

export function createEnvironment(getAccessToken: KindeAuth['getAccessToken']): Environment {
  // Asked for each request, so that a renewed token is used at once.
  const authorization = async () => `Bearer ${await getAccessToken()}`;
  const streams = createClient({
    url: GATEWAY_URL,
    headers: async () => ({ authorization: await authorization() }),
    retryAttempts: Infinity,
    retry: waitToReconnect,
  });

  const send: FetchFunction = async ({ text }, variables) => {
    const response = await fetch(GATEWAY_URL, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        authorization: await authorization(),
      },
      body: JSON.stringify({ query: text, variables }),
    });
    const result = (await response.json()) as Result;
    const isEmpty = Object.values(result.data ?? {}).every((field) => field === null);
    if (isEmpty && result.errors !== undefined) throw new ResponseWithoutData(result.errors);
    return result as GraphQLResponse;
  };

  const follow: FetchFunction = ({ text }, variables, cacheConfig) =>
    Observable.create((sink) =>
      streams.subscribe(
        { query: text!, variables },
        {
          // Relay would take a result without data for a failure. The stream is over, and can be opened again.
          next: (result) =>
            isExpired(result as Result) ? sink.complete() : sink.next(result as GraphQLResponse),
          error: (error) => sink.error(error as Error),
          complete: () => sink.complete(),
        },
        { connecting: (isAgain) => isAgain && streamOf(cacheConfig)?.onReconnect() },
      ),
    );

  return new Environment({
    // A `@live` query that isn't streamed is answered once.
    network: Network.create((request, variables, cacheConfig, uploadables) =>
      streamOf(cacheConfig)
        ? follow(request, variables, cacheConfig, uploadables)
        : send(request, variables, cacheConfig, uploadables),
    ),
    store: new Store(new RecordSource()),
  });
}
