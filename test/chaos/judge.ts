/** Compares what comes out of the gateway with what is promised, and keeps what differs. */
import type { ReplicaName } from '../support/topology.js';
import { MAX_CALL_MS } from './faults.js';
import {
  codesOf,
  documentedCodes,
  foreignIn,
  leaksOfLog,
  leaksOfResponse,
  RedisTrouble,
  userErrorCodes,
  type Body,
  type Caller,
  type Secrets,
} from './promises.js';
import { MAX_OPERATION_MS } from './system.js';

/** What a response may take beyond the limits of calls and operations, on a busy machine. */
const SLACK_MS = 5_000;
/** How long after a replica's restart a request that began before may still fail by it. */
const RESTART_MS = 1_000;
/** How many violations of each promise are kept. */
const MOST_VIOLATIONS = 10;
const STATUSES = [200, 400, 401, 403, 404, 405, 406, 408, 413, 415, 429, 431, 502, 503];

/** A request with what came back. */
export interface Exchange {
  kind: string;
  caller: Caller;
  target: string;
  request: string;
  /** Milliseconds since 1970. */
  from: number;
  until: number;
  /** Undefined when the connection broke. */
  status: number | undefined;
  text: string;
}

export class Judge {
  readonly violations: string[] = [];
  readonly counts: Record<string, number> = {};
  readonly redis = new RedisTrouble();
  /** The names of the faults that last. */
  readonly faults = new Set<string>();
  readonly #onViolation: (violation: string) => void;
  readonly #documented = documentedCodes();
  readonly #restarts: { from: number; until: number }[] = [];
  /** Of the last piece of output, by replica: a line that isn't whole yet. */
  readonly #partial = new Map<ReplicaName, string>();
  #secrets: Secrets = { credentials: [], addresses: [] };

  /** `onViolation` receives each violation that is kept, as it is seen. */
  constructor(onViolation: (violation: string) => void = () => undefined) {
    this.#onViolation = onViolation;
  }

  /** Tells what may not be seen, once it is known. */
  set secrets(secrets: Secrets) {
    this.#secrets = secrets;
  }

  count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  violation(promise: string, what: string): void {
    const name = `VIOLATION: ${promise}`;
    this.count(name);
    if (this.counts[name]! > MOST_VIOLATIONS) return;
    const during = [...this.faults].join(', ') || 'no fault';
    const violation = `${new Date().toISOString()} ${promise}: ${what.slice(0, 1_000)} (during: ${during})`;
    this.violations.push(violation);
    this.#onViolation(violation);
  }

  /** Notes that a replica is going. Returns what notes that it is back. */
  restarting(name: ReplicaName): () => void {
    const interval = { from: Date.now(), until: Infinity };
    this.#restarts.push(interval);
    return () => {
      interval.until = Date.now() + RESTART_MS;
      this.redis.died(name, interval.from);
    };
  }

  /** Reads what a replica logs. */
  output(name: ReplicaName, text: string): void {
    const lines = `${this.#partial.get(name) ?? ''}${text}`.split('\n');
    this.#partial.set(name, lines.pop()!);
    for (const line of lines) {
      this.count('log lines');
      this.redis.log(name, line, Date.now());
      for (const leak of leaksOfLog(line, this.#secrets)) {
        this.violation('No log line reveals a secret', `${leak} in ${line}`);
      }
    }
  }

  /** Judges a response by itself. Returns its body; undefined when there is none. */
  examine(exchange: Exchange): Body | undefined {
    const { kind, caller, target, request, from, until, status, text } = exchange;
    const about = `${kind} by ${caller.name} at ${target}: ${status} ${text.slice(0, 500)}`;
    const isRestart = this.#restarts.some((one) => one.from <= until && one.until >= from);
    if (until - from > MAX_OPERATION_MS + MAX_CALL_MS + SLACK_MS) {
      this.violation('An operation has a time limit', `${until - from} ms: ${about}`);
    }
    if (status === undefined || status === 502) {
      this.count(`${kind}: ${status ?? 'connection broken'}`);
      if (!isRestart) this.violation('A request is answered', about);
      return undefined;
    }
    for (const leak of leaksOfResponse(text, this.#secrets)) {
      this.violation('No response reveals a secret', `${leak} in ${about}`);
    }
    for (const value of foreignIn(text, caller, request)) {
      this.violation('A caller reads nothing of others', `${value} in ${about}`);
    }
    const body = parse(text);
    if (body === undefined || !STATUSES.includes(status)) {
      this.violation('Every response is JSON with a known status', about);
      return undefined;
    }
    this.#examineCodes(kind, status, body, about);
    return body;
  }

  #examineCodes(kind: string, status: number, body: Body, about: string): void {
    const codes = codesOf(body);
    this.count(`${kind}: ${status} ${[...new Set(codes)].sort().join(' ')}`.trim());
    if (status !== 200 && codes.length === 0) {
      this.violation('A failure has a code', about);
    }
    const unknown = [
      ...codes.filter((code) => !this.#documented.errors.has(String(code))),
      ...userErrorCodes(body.data).filter((code) => !this.#documented.userErrors.has(String(code))),
    ];
    if (unknown.length > 0) {
      this.violation('Every code is documented', `${unknown.join(' ')} in ${about}`);
    }
    if (codes.includes('INTERNAL_SERVER_ERROR')) {
      this.violation('No fault is the gateway’s own', about);
    }
  }
}

function parse(text: string): Body | undefined {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return undefined;
  }
}
