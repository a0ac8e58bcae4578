/** A client of GraphQL over SSE, distinct connections mode, that keeps what it has received. */

export interface TestStream {
  readonly status: number;
  readonly headers: Headers;
  /**
   * Resolves to the next result, or to what ended the stream. Fails after a minute, or after the time that
   * is given; a result that comes later is the next one of the next call.
   */
  next(withinMs?: number): Promise<any>;
  /** The results that have come and were not asked for yet. */
  readonly waiting: number;
  close(): void;
}

export const COMPLETE = 'complete';
export const DISCONNECTED = 'disconnected';

export interface StreamOptions {
  variables?: object;
  headers?: Record<string, string>;
  method?: 'GET' | 'POST';
  /** How long the next result is waited for, in milliseconds. Defaults to a minute. */
  patienceMs?: number;
}

/** Sends an operation, and reads the stream of its results. */
export async function openStream(
  url: string,
  query: string,
  { variables, headers = {}, method = 'POST', patienceMs = 60_000 }: StreamOptions = {},
): Promise<TestStream> {
  const controller = new AbortController();
  const accept = { accept: 'text/event-stream', ...headers };
  const search = new URLSearchParams({ query, variables: JSON.stringify(variables ?? {}) });
  const response = await fetch(method === 'GET' ? `${url}/graphql?${search}` : `${url}/graphql`, {
    method,
    headers: method === 'GET' ? accept : { 'content-type': 'application/json', ...accept },
    ...(method === 'GET' ? {} : { body: JSON.stringify({ query, variables }) }),
    signal: controller.signal,
  });
  const events: unknown[] = [];
  const readers: ((event: unknown) => void)[] = [];
  const give = (event: unknown) => {
    const reader = readers.shift();
    if (reader === undefined) events.push(event);
    else reader(event);
  };
  void read(response, give).then(
    () => give(DISCONNECTED),
    () => give(DISCONNECTED),
  );
  return {
    status: response.status,
    headers: response.headers,
    next: (withinMs = patienceMs) => {
      if (events.length > 0) return Promise.resolve(events.shift());
      return new Promise((resolve, reject) => {
        const reader = (event: unknown) => {
          clearTimeout(timer);
          resolve(event);
        };
        const timer = setTimeout(() => {
          readers.splice(readers.indexOf(reader), 1);
          reject(new Error(`No event came within ${withinMs} ms`));
        }, withinMs);
        readers.push(reader);
      });
    },
    get waiting() {
      return events.length;
    },
    close: () => controller.abort(),
  };
}

async function read(response: Response, give: (event: unknown) => void): Promise<void> {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    give(await response.json());
    return;
  }
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (name: string) =>
        lines
          .find((line) => line.startsWith(`${name}:`))
          ?.slice(name.length + 1)
          .trim();
      if (field('event') === 'complete') give(COMPLETE);
      else if (field('event') === 'next') give(JSON.parse(field('data')!));
    }
  }
}
