/** Slots, places of streams and the memory of bodies are free again however their clients leave. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { cachedGateways } from '../support/cached-gateway.js';
import { DISCONNECTED, openStream } from '../support/event-stream.js';
import type { TestGateway } from '../support/gateway.js';
import { rename } from '../support/replicas.js';
import { OPERATION_TIMEOUT_MS, stubTimeouts, TIMEOUTS } from '../support/timeouts.js';
import { waitFor } from '../support/wait-for.js';

const { gatewayWith, heldGatewayWith } = cachedGateways();
const timeouts = stubTimeouts();
const FEW = { MAX_CONCURRENT_OPERATIONS: '5', MAX_WAIT_MS: '500' };
const LISTING = '{ organizations(first: 3) { nodes { code } } }';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const codeOf = ({ emulator }: TestGateway) =>
  [...emulator.state.organizations.values()][1]!.profile.code;
const head = (query: string, more = '') => {
  const body = JSON.stringify({ query });
  return `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${more}content-length: ${body.length}\r\n\r\n${body}`;
};

async function connectTo({ url }: TestGateway): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
  sockets.push(socket.resume());
  await once(socket, 'connect');
  return socket;
}

/** Each operation differs, so that none shares the execution of another. */
const distinct = (count: number) =>
  Array.from({ length: count }, (_, n) => `{ a${n}: __typename }`);

/** Lets what was sent to the gateway before arrive there. */
async function arrive({ url }: TestGateway) {
  for (let time = 0; time < 5; time++) await fetch(`${url}/livez`);
}

/** As many operations as there are slots, and one more, are executed at once. */
async function expectAllSlots(gateway: TestGateway, headers: Record<string, string> = {}) {
  const results = await Promise.all(
    distinct(6).map((query) => gateway.execute(query.replace('a', 'last'), {}, headers)),
  );
  expect(results.map(({ errors }) => errors)).toEqual(results.map(() => undefined));
}

describe('a client', () => {
  test.each(['end', 'destroy', 'resetAndDestroy'] as const)(
    'that leaves by %s while its token is verified keeps no slot',
    async (leave) => {
      const gateway = await gatewayWith({ ...FEW, AUTH_MODE: 'jwt' });
      const authorization = `Bearer ${await gateway.emulator.issueToken()}`;
      await gateway.execute(LISTING, {}, { authorization });
      const forged = `${authorization.slice(0, -6)}AAAAAA`;
      for (const query of distinct(20)) {
        for (const token of [authorization, forged]) {
          const socket = await connectTo(gateway);
          socket.write(head(query, `authorization: ${token}\r\n`), () => socket[leave]());
          if (!socket.closed) await once(socket, 'close');
        }
      }
      await expectAllSlots(gateway, { authorization });
    },
  );

  test('that leaves while it waits for an execution which fails keeps no slot', async () => {
    const { gateway, proxy } = await heldGatewayWith(FEW);
    const query = '{ organizations(first: 3) { nodes { code } } nodes(ids: ["bad"]) { id } }';
    const held = proxy.hold('GET /api/v1/organizations');
    const first = gateway.execute(query);
    await held.made;
    const waiting = await Promise.all(Array.from({ length: 8 }, () => connectTo(gateway)));
    for (const socket of waiting) socket.write(head(query, 'accept: application/json\r\n'));
    await arrive(gateway);
    for (const socket of waiting) socket.destroy();
    await arrive(gateway);
    held.release();
    await first;
    await expectAllSlots(gateway);
  });

  test.each(['application/json', 'text/event-stream'])(
    'that leaves while its mutation is queued has nothing written: %s',
    async (accept) => {
      const { gateway, proxy } = await heldGatewayWith({ MAX_CONCURRENT_OPERATIONS: '1' });
      const held = proxy.hold('GET /api/v1/organizations');
      const first = gateway.execute(LISTING);
      await held.made;
      const input = `{ organizationCode: "${codeOf(gateway)}" }`;
      const mutation = `mutation { deleteOrganization(input: ${input}) { userErrors { code } } }`;
      const queued = await connectTo(gateway);
      queued.write(head(mutation, `accept: ${accept}\r\n`));
      await arrive(gateway);
      queued.destroy();
      await arrive(gateway);
      gateway.calls();
      held.release();
      await first;
      await gateway.execute('{ __typename }');
      expect(gateway.calls()).toEqual([]);
    },
  );

  test('that sends its body slowly during overload keeps no slot', async () => {
    const { gateway, proxy } = await heldGatewayWith({ ...FEW, REQUEST_TIMEOUT_MS: '600000' });
    const held = proxy.hold('GET /api/v1/organizations');
    const lists = Array.from(
      { length: 11 },
      (_, n) => `{ organizations(first: 3) { nodes { code a${n}: name } } }`,
    );
    // All wait for one call: five have a slot, five are queued, and one is shed.
    const results = lists.map((query) => gateway.execute(query));
    await held.made;
    await Promise.race(results);
    held.release();
    await Promise.all(results);
    const slow = await Promise.all(Array.from({ length: 5 }, () => connectTo(gateway)));
    for (const socket of slow) socket.write(head(LISTING).slice(0, -1));
    await arrive(gateway);
    await waitFor(async () => (await gateway.execute('{ __typename }')).errors === undefined);
    for (const socket of slow) socket.destroy();
  });
});

/** Opens a connection on which the response to the first request is a stream that stays open. */
async function connectWithStream(gateway: TestGateway): Promise<Socket> {
  const socket = await connectTo(gateway);
  let received = '';
  socket.on('data', (text) => (received += String(text)));
  socket.write(head(liveIn(gateway), 'accept: text/event-stream\r\n'));
  await waitFor(() => received.includes('event: next'));
  return socket;
}

const liveIn = (gateway: TestGateway) =>
  `query @live { organization(code: "${codeOf(gateway)}") { name } }`;

/** The requests of all of these, to be sent at once. */
const heads = (queries: readonly string[]) => queries.map((query) => head(query)).join('');

describe('requests that follow another on their connection', () => {
  test('keep no slot while they wait behind an open stream', async () => {
    const gateway = await gatewayWith(FEW);
    const socket = await connectWithStream(gateway);
    socket.write(heads(distinct(8)));
    await arrive(gateway);
    await expectAllSlots(gateway);
  });

  test('end the connection when there are too many of them', async () => {
    const gateway = await gatewayWith(FEW);
    const socket = await connectWithStream(gateway);
    const closed = once(socket, 'close');
    socket.write(heads(distinct(17)));
    await closed;
    await expectAllSlots(gateway);
  });

  test('keep no slot, and no place for a stream, when the connection dies', async () => {
    const { gateway, proxy } = await heldGatewayWith({
      ...{ ...FEW, AUTH_MODE: 'passthrough', MAX_STREAMS_PER_CALLER: '2' },
    });
    const authorization = `Bearer ${await gateway.emulator.issueToken()}`;
    const live = liveIn(gateway);
    const held = proxy.hold('GET /api/v1/organizations');
    const socket = await connectTo(gateway);
    const more = `authorization: ${authorization}\r\n`;
    socket.write(
      [
        head(LISTING, more),
        ...[live, live].map((query) => head(query, `${more}accept: text/event-stream\r\n`)),
        ...distinct(3).map((query) => head(query, more)),
      ].join(''),
    );
    await held.made;
    await arrive(gateway);
    socket.destroy();
    held.release();
    await expectAllSlots(gateway, { authorization });
    await waitFor(async () => {
      const stream = await openStream(gateway.url, live, { headers: { authorization } });
      stream.close();
      return stream.status === 200;
    });
  });
});

/** Resolves when a connection has ended, by a reset too. */
const ended = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

describe('bodies that are still arriving', () => {
  const sendHead = (path: string, more: string) =>
    `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${more}\r\n\r\n`;

  test.each(['/graphql', '/nothing'])(
    'end the connection to %s when they come in too many pieces',
    async (path) => {
      const gateway = await gatewayWith();
      const socket = await connectTo(gateway);
      const closed = ended(socket);
      socket.write(sendHead(path, 'transfer-encoding: chunked') + '1\r\n \r\n'.repeat(16_385));
      await closed;
      expect(await gateway.query('{ __typename }')).toEqual({ __typename: 'Query' });
    },
  );

  test('make room by ending the oldest', async () => {
    const gateway = await gatewayWith({ REQUEST_TIMEOUT_MS: '600000' });
    const oldest = await connectTo(gateway);
    const closed = ended(oldest);
    const part = Buffer.alloc(1_040_000, ' ');
    const unfinished = sendHead('/graphql', `content-length: ${part.length + 1}`);
    oldest.write(unfinished + ' ');
    await arrive(gateway);
    const others = await Promise.all(Array.from({ length: 65 }, () => connectTo(gateway)));
    for (const socket of others) {
      socket.write(unfinished);
      socket.write(part);
    }
    await closed;
    expect(await gateway.query('{ __typename }')).toEqual({ __typename: 'Query' });
    for (const socket of others) socket.destroy();
  });
});

describe('responses that nobody reads', () => {
  // 10 MB each: more than the operating system buffers.
  const names = Array.from({ length: 99 }, (_, n) => `${'n'.repeat(180)}${n}: name`).join(' ');
  const query = `{ organizations(first: 500) { nodes { ${names} } } }`;
  const gatewayFor25MB = () =>
    gatewayWith(
      { CACHE: 'off' },
      { emulator: { organizations: 500, usersPerOrganization: 0 }, maxUnreadBytes: 25_000_000 },
    );
  /** Sends a request whose response is read no further than to its beginning. */
  async function begin(gateway: TestGateway, document: string, accept: string) {
    const reader = await connectTo(gateway);
    reader.pause().write(head(document, `accept: ${accept}\r\n`));
    await waitFor(() => reader.readableLength > 1_000);
    return reader;
  }

  test('end the oldest connections when they take too much memory', async () => {
    const gateway = await gatewayFor25MB();
    const readers = await Promise.all([1, 2, 3].map(() => connectTo(gateway)));
    const ended = readers.map((reader) => once(reader, 'close'));
    for (const reader of readers) {
      reader.pause().write(head(query, 'accept: application/json\r\n'));
      await waitFor(() => reader.readableLength > 0);
    }
    readers[0]!.resume();
    await ended[0];
    for (const reader of readers.slice(1)) {
      let text = '';
      reader.on('data', (chunk: Buffer) => (text += chunk.toString('latin1'))).resume();
      await waitFor(() => text.slice(-3).trimEnd().endsWith('}}'));
    }
    expect((await gateway.execute(query)).data.organizations.nodes).toHaveLength(500);
  });

  test('are sent to their end during a shutdown, which waits for no live query', async () => {
    const gateway = await gatewayWith(
      { CACHE: 'off', SHUTDOWN_GRACE_MS: '600000' },
      { emulator: { organizations: 500, usersPerOrganization: 0 } },
    );
    await begin(gateway, `query @live ${query}`, 'text/event-stream');
    const readers: Socket[] = [];
    for (const accept of ['application/json', 'text/event-stream']) {
      readers.push(await begin(gateway, query, accept));
    }
    const read = readers.map((reader) => once(reader, 'close'));
    const ends = readers.map(() => '');
    const closed = gateway.close();
    await waitFor(() =>
      fetch(`${gateway.url}/livez`).then(
        () => false,
        () => true,
      ),
    );
    for (const [n, reader] of readers.entries()) {
      reader.on('data', (chunk) => (ends[n] = ends[n]!.slice(-50) + String(chunk))).resume();
    }
    await Promise.all([closed, ...read]);
    expect(ends[0]!.trimEnd().endsWith('}}')).toBe(true);
    expect(ends[1]).toContain('event: complete');
  });

  test('end the oldest connections as streams, too', async () => {
    const gateway = await gatewayFor25MB();
    const readers: Socket[] = [];
    for (const name of ['A', 'B', 'C']) {
      readers.push(await begin(gateway, `query ${name} ${query}`, 'text/event-stream'));
    }
    const [oldest, newer] = readers.map((reader) => {
      const received = { end: '', isClosed: false };
      reader.on('data', (chunk) => (received.end = received.end.slice(-50) + String(chunk)));
      reader.on('close', () => (received.isClosed = true));
      return received;
    });
    for (const reader of readers) reader.resume();
    await waitFor(() => newer!.end.includes('event: complete'));
    await waitFor(() => oldest!.isClosed || oldest!.end.includes('event: complete'));
    expect(oldest).toMatchObject({ isClosed: true });
  });

  test('have the bytes of a live query in common', async () => {
    const gateway = await gatewayFor25MB();
    const readers: Socket[] = [];
    for (let count = 0; count < 3; count++) {
      readers.push(await begin(gateway, `query @live ${query}`, 'text/event-stream'));
    }
    let text = '';
    readers[0]!.on('data', (chunk: Buffer) => (text = text.slice(-9) + chunk.toString('latin1')));
    readers[0]!.resume();
    await waitFor(() => text.trimEnd().endsWith('}}'));
  });
});

test('live queries whose results take too much memory together are refused', async () => {
  const { url } = await gatewayWith(
    {},
    { emulator: { organizations: 500, usersPerOrganization: 0 }, maxUnreadBytes: 50_000 },
  );
  const live = (fields: string) =>
    `query @live { organizations(first: 500) { nodes { ${fields} } } }`;
  const first = await openStream(url, live('id code'));
  const second = await openStream(url, live('code id'));
  expect([first.status, second.status]).toEqual([200, 503]);
  first.close();
  await waitFor(async () => {
    const again = await openStream(url, live('code id'));
    again.close();
    return again.status === 200;
  });
});

test('a live query whose result grows too large loses its streams', async () => {
  const gateway = await gatewayWith({}, { maxUnreadBytes: 20_000 });
  const code = codeOf(gateway);
  const names = Array.from({ length: 99 }, (_, n) => `n${n}: name`).join(' ');
  const live = `query @live { organization(code: "${code}") { ${names} } }`;
  const stream = await openStream(gateway.url, live);
  const other = await openStream(gateway.url, liveIn(gateway));
  const [, small] = [await stream.next(), await other.next()];
  expect(small).toEqual({ data: { organization: { name: expect.any(String) } } });
  await rename(gateway, code, 'n'.repeat(200));
  expect(await stream.next()).toBe(DISCONNECTED);
  expect(await other.next()).toEqual({ data: { organization: { name: 'n'.repeat(200) } } });
  expect((await openStream(gateway.url, live)).status).toBe(503);
  other.close();
});

test('the largest live query loses its streams, also where a small one has grown', async () => {
  const gateway = await gatewayWith({}, { maxUnreadBytes: 20_000 });
  const large = [...gateway.emulator.state.organizations.values()][0]!.profile.code;
  await rename(gateway, large, 'n'.repeat(185));
  const names = Array.from({ length: 99 }, (_, n) => `n${n}: name`).join(' ');
  const live = `query @live { organization(code: "${large}") { ${names} } }`;
  const stream = await openStream(gateway.url, live);
  const other = await openStream(gateway.url, liveIn(gateway));
  await Promise.all([stream.next(), other.next()]);
  await rename(gateway, codeOf(gateway), 'n'.repeat(1_000));
  expect(await other.next()).toEqual({ data: { organization: { name: 'n'.repeat(1_000) } } });
  expect(await stream.next()).toBe(DISCONNECTED);
  other.close();
});

describe('operations of a high cost', () => {
  // Two of cost 41 fit together, three don't, and none of cost 601 fits beside another.
  const LIMITED = { MAX_COST_IN_FLIGHT: '100' };
  const large = (name: string) =>
    `query ${name} { organizations(first: 200) { nodes { code users(first: 1) { nodes { userId } } } } }`;

  test('wait for one another, and hold up neither small ones nor the slots', async () => {
    const { gateway, proxy } = await heldGatewayWith({ ...LIMITED, ...FEW });
    const held = proxy.hold('GET /api/v1/organizations');
    const first = gateway.execute(large('First'));
    await held.made;
    const others = ['A', 'B', 'C', 'D', 'E', 'F'].map((name) => gateway.execute(large(name)));
    const isOver = Promise.race(others).then(() => true);
    await arrive(gateway);
    await expectAllSlots(gateway);
    expect(await Promise.race([isOver, false])).toBe(false);
    gateway.calls();
    held.release();
    for (const { data, errors } of await Promise.all([first, ...others])) {
      expect(errors).toBeUndefined();
      expect(data.organizations.nodes).toHaveLength(3);
    }
  });

  test('are refused once they have waited for a third of their time, at the cost of a refusal', async () => {
    const { gateway, proxy } = await heldGatewayWith({
      ...{ ...LIMITED, ...TIMEOUTS, CALLER_COST_PER_MINUTE: '1000000' },
    });
    const held = proxy.hold('GET /api/v1/organizations');
    const first = gateway.execute(large('First'));
    await held.made;
    gateway.calls();
    const asked = fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: large('Second') }),
    });
    await waitFor(() => timeouts.end(OPERATION_TIMEOUT_MS / 3));
    const response = await asked;
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '3']);
    expect(response.headers.get('ratelimit')).toMatch(/^"cost";r=999398;/);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'OVERLOADED', requestId: expect.any(String) } }],
    });
    expect(gateway.calls()).toEqual([]);
    held.release();
    await first;
    expect((await gateway.execute(large('Third'))).errors).toBeUndefined();
  });

  test.each(['application/json', 'text/event-stream'])(
    'give their places back when their clients leave: %s',
    async (accept) => {
      const { gateway, proxy } = await heldGatewayWith(LIMITED);
      const held = proxy.hold('GET /api/v1/organizations');
      const first = gateway.execute(large('First'));
      await held.made;
      // As many as may wait.
      const waiting = await Promise.all(Array.from({ length: 100 }, () => connectTo(gateway)));
      for (const [n, each] of waiting.entries()) {
        each.write(head(large(`Dead${n}`), `accept: ${accept}\r\n`));
      }
      await arrive(gateway);
      for (const each of waiting) each.destroy();
      await arrive(gateway);
      const last = gateway.execute(large('Last'));
      await arrive(gateway);
      held.release();
      expect((await last).errors).toBeUndefined();
      await first;
    },
  );

  test('of the same size run together as far as they fit', async () => {
    const { gateway, proxy } = await heldGatewayWith({ ...LIMITED, CACHE: 'off' });
    const small = (first: number) => `{ organizations(first: ${first}) { nodes { code } } }`;
    const held = [1, 2, 3].map(() => proxy.hold('GET /api/v1/organizations'));
    const results = [39, 40, 41].map((first) => gateway.execute(small(first)));
    await held[1]!.made;
    await arrive(gateway);
    expect(gateway.calls()).toHaveLength(2);
    for (const { release } of held) release();
    expect((await Promise.all(results)).map(({ errors }) => errors)).toEqual([
      ...[undefined, undefined, undefined],
    ]);
  });
});
