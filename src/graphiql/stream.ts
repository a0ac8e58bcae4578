/** Streams the results of live queries and subscriptions. */
import type { ExecutionResult } from 'graphql';
import type { RequestParams } from 'graphql-sse';
import { unreachable } from './response.js';
import { session } from './session.js';
import { endpoint } from './settings.js';

const MAX_PAUSE_MS = 8_000;

export interface StreamRequest {
  body: RequestParams;
  headers: Headers;
  /** Returns the result in a response that is no stream. */
  read(response: Response): Promise<ExecutionResult>;
  /** Returns what is shown of a result. */
  show(result: ExecutionResult): ExecutionResult;
}

/**
 * Returns the results of a stream. One that is interrupted is opened again; one that is refused ends with
 * the reason as its result. The iterator can be ended while it waits for the next result.
 */
export async function stream({
  body,
  headers,
  read,
  show,
}: StreamRequest): Promise<AsyncIterableIterator<ExecutionResult>> {
  const { createClient } = await import('graphql-sse');
  let wasOpened = false;
  let refusal: ExecutionResult | undefined;
  const client = createClient({
    url: endpoint,
    headers: Object.fromEntries(headers),
    fetchFn: async (...request: Parameters<typeof fetch>) => {
      try {
        const response = await fetch(...request);
        const isFinal = !wasOpened || !isTemporary(response.status);
        if (!response.ok && isFinal) refusal = await read(response);
        return response;
      } catch (error) {
        if (!wasOpened) refusal = unreachable(error);
        throw error;
      }
    },
    retryAttempts: Infinity,
    retry: async (retries) => {
      // graphql-sse would send a refused request again.
      if (refusal !== undefined) throw new Error('The stream was refused.');
      session.set({ stream: 'interrupted' });
      await pause(Math.min(1_000 * 2 ** retries, MAX_PAUSE_MS));
    },
    on: {
      connected: () => {
        wasOpened = true;
        session.set({ stream: 'open' });
      },
    },
  });
  const results = client.iterate(body) as AsyncIterableIterator<ExecutionResult>;
  const end = () => {
    client.dispose();
    session.set({ stream: undefined });
  };
  const iterator: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      try {
        const { done, value } = await results.next();
        if (done !== true) return { done, value: show(value) };
      } catch (error) {
        end();
        if (refusal === undefined) throw error;
        return { done: false, value: show(refusal) };
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

/** Returns whether a status may be over after a moment: that of a gateway which restarts or has too much to do. */
const isTemporary = (status: number) => status >= 500 || status === 429;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
