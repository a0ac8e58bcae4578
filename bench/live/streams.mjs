/** Clients of live queries, each with a connection of its own, as browsers have. */
import { Agent, get } from 'node:http';

const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
/** So many connections are made at a time. */
const BATCH = 50;
const LONGEST_RETRY_MS = 1_000;

/** A stream of an organization's name, which is opened again whenever its connection ends. */
class Stream {
  /** The latest name, and when it came. */
  name;
  at;
  #url;
  #alias;
  #request;
  #isClosed = false;
  #onFirst;

  constructor(url, code, alias, version) {
    this.code = code;
    this.#alias = alias;
    // Text that the parser skips, so that the stream has a query of its own.
    const query = `query @live { organization(code: "${code}") { ${alias}: name } } # ${version}`;
    this.#url = `${url}/graphql?${new URLSearchParams({ query })}`;
  }

  /** Resolves at the first result. */
  open() {
    const opened = new Promise((resolve) => (this.#onFirst = resolve));
    this.#connect();
    return opened;
  }

  close() {
    this.#isClosed = true;
    this.#request.destroy();
  }

  #connect() {
    const headers = { accept: 'text/event-stream' };
    this.#request = get(this.#url, { agent, headers }, (response) => {
      response.setEncoding('utf8');
      response.on('error', () => undefined);
      response.once('close', () => this.#retry());
      if (response.statusCode === 200) this.#read(response);
      else response.resume();
    });
    this.#request.on('error', () => {
      if (this.#request.res == null) this.#retry();
    });
  }

  #read(response) {
    let text = '';
    response.on('data', (chunk) => {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
        text = text.slice(end + 2);
        const name = data && JSON.parse(data).data?.organization?.[this.#alias];
        if (typeof name !== 'string') continue;
        this.name = name;
        this.at = performance.now();
        this.#onFirst();
      }
    });
  }

  #retry() {
    if (this.#isClosed) return;
    // At random, so that all clients of a replica that died don't come at once.
    setTimeout(() => this.#isClosed || this.#connect(), Math.random() * LONGEST_RETRY_MS);
  }
}

let version = 0;

/** Opens so many streams. `targetOf` returns the organization and the alias of each. */
export async function openStreams(url, count, targetOf) {
  version++;
  const streams = [];
  while (streams.length < count) {
    const batch = Array.from({ length: Math.min(BATCH, count - streams.length) }, (_, n) => {
      const { code, alias } = targetOf(streams.length + n);
      return new Stream(url, code, alias, version);
    });
    await Promise.all(batch.map((stream) => stream.open()));
    streams.push(...batch);
  }
  return streams;
}

/** Waits until all of these show a name, and returns how many don't within a time. */
export async function showing(streams, name, timeoutMs) {
  const missing = () => streams.filter((stream) => stream.name !== name).length;
  const until = performance.now() + timeoutMs;
  while (missing() > 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return missing();
}
