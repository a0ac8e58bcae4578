/** The clients of chaos: each sends a request and compares what comes back with what it must be. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/emulator/seed/random.js';
import { Clock, NotWritten, Register } from '../support/register.js';
import type { Judge } from './judge.js';
import { codesOf, userErrorCodes, type Body, type Caller } from './promises.js';
import {
  readList,
  readName,
  readNested,
  refusedRequest,
  rename,
  type GraphQLRequest,
} from './requests.js';
import type { System } from './system.js';

/** Codes of a response that is refused before its content counts. */
const NOT_NOW = ['OVERLOADED', 'UPSTREAM_UNAVAILABLE', 'RATE_LIMITED', 'REQUEST_TIMEOUT'];
/** After a write with an unknown outcome, until Kinde must have carried it out. */
const UNKNOWN_MS = 300;
/** How often a client sends a write with an `idempotencyKey`. */
const TRIES = 3;

interface NamedOrganization {
  code: string;
  name: string;
}

export class Clients {
  readonly #clock = new Clock();
  readonly #registers: ReadonlyMap<string, Register>;
  /** When the last acknowledged write of each organization began. */
  readonly #writtenAt = new Map<string, number>();
  #written = 0;

  constructor(
    readonly system: System,
    readonly judge: Judge,
  ) {
    const { organizations } = system.topology.emulator.state;
    this.#registers = new Map(
      system.codes.map((code) => [code, new Register(organizations.get(code)!.profile.name)]),
    );
  }

  /** The name that the organization must have, once every write was acknowledged. */
  nameOf = (code: string): string => this.#registers.get(code)!.value;

  /** Does one of the things that clients do. */
  async act(numbers: Random): Promise<void> {
    const { callers, codes } = this.system;
    const code = numbers.pick(codes);
    const target = numbers.pick(this.system.targets);
    const share = numbers.below(100);
    if (share < 25)
      return this.#read(
        'name',
        numbers.pick([callers.admin, callers.reader]),
        readName(code),
        target,
      );
    if (share < 40) return this.#read('nested', callers.admin, readNested(code), target);
    if (share < 50)
      return this.#read('list', callers.reader, readList(1 + numbers.below(20)), target);
    if (share < 60) return this.#readAsUser(numbers, target);
    if (share < 76) return void (await this.write(code, target));
    if (share < 84) return this.#writeWithKey(code, numbers);
    if (share < 88) return this.#writeWithoutRight(numbers, target);
    if (share < 92) return this.#asStranger(numbers, code, target);
    if (share < 97) return this.#refused(numbers, code, target);
    await this.system.atKinde('PATCH', `organization/${this.system.elsewhere}`, {
      name: `Elsewhere ${this.#written++}`,
    });
  }

  /** Renames an organization. Resolves to whether that was acknowledged. */
  async write(code: string, target: Target): Promise<boolean> {
    const name = `Chaos ${this.#written++}`;
    return this.#attempt(code, name, () => this.#sendWrite('rename', code, name, target));
  }

  /** Renames with a key: the request is sent until it's known what came of it, to any replica. */
  async #writeWithKey(code: string, numbers: Random): Promise<void> {
    const name = `Chaos ${this.#written++}`;
    const firstSentAt = Date.now();
    await this.#attempt(code, name, async () => {
      let outcome: Outcome = 'unknown';
      for (let tries = 0; tries < TRIES && outcome !== 'acknowledged'; tries++) {
        const target = numbers.pick(this.system.targets);
        const next = await this.#sendWrite('rename with a key', code, name, target, name);
        // What was refused after an unknown outcome doesn't tell what came of the first.
        outcome = tries > 0 && next === 'refused' ? outcome : next;
        if (outcome === 'refused') break;
      }
      return outcome;
    });
    const sent = this.system.ledger.sent(name);
    const { redis } = this.judge;
    const [from, until] = [firstSentAt, Date.now()];
    // A Redis that lost its data has forgotten the key: docs/scaling.md.
    const isForgotten = redis.overlaps(from, until) || redis.forgotWithin(from, until);
    if (sent > 1 && !isForgotten) {
      this.judge.violation('A write with a key is sent once', `${name} was sent ${sent} times`);
    }
  }

  async #attempt(code: string, name: string, send: () => Promise<Outcome>): Promise<boolean> {
    try {
      await this.#registers.get(code)!.write(
        this.#clock,
        () => name,
        async () => {
          const from = Date.now();
          const outcome = await send();
          if (outcome === 'refused') throw new NotWritten();
          if (outcome === 'unknown') {
            await sleep(UNKNOWN_MS);
            throw new Error('The outcome is unknown');
          }
          this.#writtenAt.set(code, from);
        },
      );
      return true;
    } catch {
      return false;
    }
  }

  async #sendWrite(
    kind: string,
    code: string,
    name: string,
    target: Target,
    idempotencyKey?: string,
  ): Promise<Outcome> {
    const { ledger, callers } = this.system;
    const body = await this.send(kind, callers.admin, rename(code, name, idempotencyKey), target);
    const outcome = outcomeOf(body);
    const [sent, applied] = [ledger.sent(name), ledger.applied(name)];
    if (idempotencyKey === undefined && sent > 1) {
      this.judge.violation('A write is sent once', `${name} was sent ${sent} times`);
    }
    if (outcome === 'acknowledged' && applied === 0) {
      this.judge.violation('An acknowledged write was carried out', JSON.stringify(body));
    }
    if (idempotencyKey === undefined && outcome === 'refused' && applied > 0) {
      this.judge.violation(
        'A write that is said not to have happened hasn’t',
        JSON.stringify(body),
      );
    }
    return outcome;
  }

  /** Reads, and compares each name with the writes before it. */
  async #read(
    kind: string,
    caller: Caller,
    request: GraphQLRequest,
    target: Target,
  ): Promise<void> {
    const [from, wall] = [this.#clock.tick(), Date.now()];
    const body = await this.send(kind, caller, request, target);
    const until = this.#clock.tick();
    for (const { code, name } of namedOrganizations(body?.data)) {
      const register = this.#registers.get(code);
      if (register === undefined) continue;
      this.judge.count('names read');
      const possible = register.possible(from, until);
      if (possible.includes(name)) continue;
      // A replica says that it can't reach Redis after the fact.
      await sleep(500);
      if (this.judge.redis.overlaps(this.#writtenAt.get(code) ?? wall, Date.now())) {
        this.judge.count('names read while Redis was away, which are older than a write');
      } else {
        this.judge.violation(
          'No read shows the state before an acknowledged write',
          `${code} at ${target.name} is ${name}, and must be ${possible.join(' or ')}`,
        );
      }
    }
  }

  async #readAsUser(numbers: Random, target: Target): Promise<void> {
    const { callers, codes } = this.system;
    const index = numbers.below(2) as 0 | 1;
    const caller = callers.users[index];
    const isOwn = numbers.chance(50);
    if (isOwn) return this.#read('own organization', caller, readNested(codes[index]!), target);
    const code = codes[index === 0 ? 1 : 0]!;
    const body = await this.send('other organization', caller, readNested(code), target);
    if (body?.data?.['organization'] != null) {
      this.judge.violation('A user reads its own organization alone', JSON.stringify(body));
    }
  }

  async #writeWithoutRight(numbers: Random, target: Target): Promise<void> {
    const { callers, codes, ledger } = this.system;
    const name = `Chaos ${this.#written++}`;
    const [caller, code] = numbers.pick([
      [callers.reader, codes[0]!],
      [callers.users[0], codes[1]!],
    ] as const);
    const body = await this.send('write without the right', caller, rename(code, name), target);
    if (ledger.sent(name) > 0 || outcomeOf(body) === 'acknowledged') {
      this.judge.violation('A caller without the right writes nothing', JSON.stringify(body));
    }
  }

  async #asStranger(numbers: Random, code: string, target: Target): Promise<void> {
    const caller = numbers.pick(this.system.callers.strangers);
    const body = await this.send(`read by ${caller.name}`, caller, readName(code), target);
    const codes = body === undefined ? [] : codesOf(body);
    if (body !== undefined && ![...NOT_NOW, 'UNAUTHENTICATED'].includes(String(codes[0]))) {
      this.judge.violation('An invalid token gets 401', `${caller.name}: ${JSON.stringify(body)}`);
    }
  }

  async #refused(numbers: Random, code: string, target: Target): Promise<void> {
    const { admin } = this.system.callers;
    const { name, body: text, headers, codes } = refusedRequest(numbers, code);
    const body = await this.send(name, admin, text, target, headers);
    if (body === undefined) return;
    const [got] = codesOf(body);
    if (![...codes, ...NOT_NOW].includes(String(got))) {
      this.judge.violation('What is over a limit is refused', `${name}: ${JSON.stringify(body)}`);
    }
  }

  /** Sends a request, and judges the response by itself. */
  async send(
    kind: string,
    caller: Caller,
    request: GraphQLRequest | string,
    target: Target,
    headers: Record<string, string> = {},
  ): Promise<Body | undefined> {
    const text = typeof request === 'string' ? request : JSON.stringify(request);
    const from = Date.now();
    const received = await post(`${target.url}/graphql`, text, { ...caller.headers, ...headers });
    return this.judge.examine({
      ...{ kind, caller, target: target.name, request: text, from, until: Date.now() },
      ...received,
    });
  }
}

export interface Target {
  name: string;
  url: string;
}

/** How a write ended, as far as its client knows. */
type Outcome = 'acknowledged' | 'refused' | 'unknown';

function outcomeOf(body: Body | undefined): Outcome {
  if (body === undefined) return 'unknown';
  const codes = [...codesOf(body), ...userErrorCodes(body.data)];
  if (codes.includes('WRITE_OUTCOME_UNKNOWN')) return 'unknown';
  const payload = body.data?.['updateOrganization'];
  const isDone = payload != null && userErrorCodes(payload).length === 0;
  return isDone ? 'acknowledged' : 'refused';
}

async function post(url: string, body: string, headers: Record<string, string>) {
  try {
    const response = await fetch(url, {
      ...{ method: 'POST', body },
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    });
    return { status: response.status, text: await response.text() };
  } catch {
    return { status: undefined, text: '' };
  }
}

/** Returns every organization in a response's data that has a code and a name. */
function namedOrganizations(value: unknown): NamedOrganization[] {
  if (Array.isArray(value)) return value.flatMap(namedOrganizations);
  if (typeof value !== 'object' || value === null) return [];
  const { code, name } = value as Partial<NamedOrganization>;
  return [
    ...(typeof code === 'string' && typeof name === 'string' ? [{ code, name }] : []),
    ...Object.values(value).flatMap(namedOrganizations),
  ];
}
