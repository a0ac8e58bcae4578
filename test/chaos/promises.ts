/** What docs/security.md promises, as far as one response or one log line shows it. */
import { read } from '../support/topology.js';

/** What may leave the gateway neither in a response nor in the log. */
export interface Secrets {
  /** Tokens and the application's secret. */
  readonly credentials: readonly string[];
  /** Hosts and ports behind the gateway. */
  readonly addresses: readonly string[];
}

const JWT = /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}/;
/** A frame of a stack, also where JSON has escaped the line's end. */
const FRAME = /(?:\n|\\n)\s+at .+:\d+:\d+|node:internal\/|file:\/\/\//;
const EMAIL = /\b[\w.+-]+@[\w-]+\.[a-z]{2,}\b/i;
/** The names that chaos writes. */
export const WRITTEN = /Chaos \d+/;

/** Returns what a response reveals that it must not. */
export function leaksOfResponse(text: string, { credentials, addresses }: Secrets): string[] {
  return [
    ...(JWT.test(text) || includesAny(text, credentials) ? ['a token or secret'] : []),
    ...(includesAny(text, addresses) ? ['an address behind the gateway'] : []),
    ...(FRAME.test(text) ? ['a stack trace'] : []),
  ];
}

/** Returns what a log line reveals that it must not. */
export function leaksOfLog(line: string, { credentials }: Secrets): string[] {
  return [
    ...(JWT.test(line) || includesAny(line, credentials) ? ['a token or secret'] : []),
    ...(EMAIL.test(line) ? ['an e-mail address'] : []),
    ...(WRITTEN.test(line) ? ['a written value'] : []),
    ...(FRAME.test(line) ? ['a stack trace'] : []),
  ];
}

const includesAny = (text: string, parts: readonly string[]) =>
  parts.some((part) => text.includes(part));

/** What a caller may never be shown. */
export interface Caller {
  readonly name: string;
  readonly headers: Record<string, string>;
  /** Codes and e-mail addresses of what is not the caller's. */
  readonly foreign: readonly string[];
}

/** Returns what a response shows that isn't the caller's. What the request itself named doesn't count. */
export function foreignIn(text: string, caller: Caller, request: string): string[] {
  return caller.foreign.filter((value) => text.includes(value) && !request.includes(value));
}

/** Reads the codes that docs/errors.md documents for errors, and those for `userErrors`. */
export function documentedCodes(): { errors: Set<string>; userErrors: Set<string> } {
  const [ofOperations = '', ofInput = ''] = read('docs/errors.md').split('## Codes in userErrors');
  const codes = (text: string) =>
    [...text.matchAll(/^\| `([A-Z][A-Z_]+)`/gm)].map(([, code]) => code!);
  const errors = new Set(codes(ofOperations));
  // nginx's own, for a replica that died with the request.
  return {
    errors: new Set([...errors, 'BAD_GATEWAY']),
    userErrors: new Set([...errors, ...codes(ofInput)]),
  };
}

interface ErrorEntry {
  extensions?: { code?: unknown };
}

/** The body of a response, as far as chaos looks into it. */
export interface Body {
  data?: Record<string, unknown> | null;
  errors?: ErrorEntry[];
}

/** Returns the codes of a body's errors. An error without one is `undefined`. */
export const codesOf = ({ errors = [] }: Body): unknown[] =>
  errors.map(({ extensions }) => extensions?.code);

/** Returns the codes of all `userErrors` in a body. */
export function userErrorCodes(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(userErrorCodes);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'userErrors' && Array.isArray(inner)
      ? inner.map((entry: { code?: unknown }) => entry.code)
      : userErrorCodes(inner),
  );
}

/** Statuses by which Kinde refuses a call whatever is in it. */
const UNREAD = [401, 403, 429];

/** How often each write was sent to Kinde, by the unique text in its body. */
export class WriteLedger {
  readonly #sent = new Map<string, number>();
  readonly #applied = new Map<string, number>();

  /** Notes a call as it arrives, and returns its write's text; undefined for any other call. */
  note(call: string, body: Buffer): string | undefined {
    if (call.startsWith('GET ')) return undefined;
    const written = WRITTEN.exec(body.toString())?.[0];
    if (written !== undefined) add(this.#sent, written, 1);
    return written;
  }

  /** Notes that Kinde refused the call without looking at it, after which it may be sent again. */
  refused(written: string | undefined): void {
    if (written !== undefined) add(this.#sent, written, -1);
  }

  /**
   * Notes that the call is on its way to Kinde, and counts it as carried out until the returned function
   * is called with the status of a refusal.
   */
  passedOn(written: string | undefined): (status: number) => void {
    if (written === undefined) return () => undefined;
    add(this.#applied, written, 1);
    return (status) => {
      if (status < 400) return;
      add(this.#applied, written, -1);
      if (UNREAD.includes(status)) this.refused(written);
    };
  }

  sent = (written: string): number => this.#sent.get(written) ?? 0;
  applied = (written: string): number => this.#applied.get(written) ?? 0;
}

const add = (counts: Map<string, number>, key: string, number: number) =>
  void counts.set(key, (counts.get(key) ?? 0) + number);

/**
 * When a replica could not use Redis, by its log. docs/caching.md excepts a write that was made then
 * from what other replicas must know.
 */
export class RedisTrouble {
  readonly #intervals: { from: number; until: number }[] = [];
  readonly #open = new Map<string, { from: number; until: number }>();
  readonly #losses: number[] = [];
  /** A slow reply is logged after the fact. */
  static readonly BEFORE_MS = 1_500;
  /** A replica that is back waits for the others' announcements. */
  static readonly AFTER_MS = 2_500;
  /** A replica that died with a write unannounced leaves it so until the cache expires. */
  static readonly UNANNOUNCED_MS = 32_000;

  /** Reads a line of a replica's log. */
  log(replica: string, line: string, now: number): void {
    if (line.includes('Redis cannot be reached')) {
      if (this.#open.has(replica)) return;
      const interval = { from: now - RedisTrouble.BEFORE_MS, until: Infinity };
      this.#intervals.push(interval);
      this.#open.set(replica, interval);
    } else if (line.includes('Redis can be reached'))
      this.#end(replica, now + RedisTrouble.AFTER_MS);
  }

  /** Notes that a replica has died. */
  died(replica: string, now: number): void {
    this.#end(replica, now + RedisTrouble.UNANNOUNCED_MS);
  }

  /** Notes that Redis has lost its data, which no replica notices as an outage. */
  forgot(now: number): void {
    this.#losses.push(now);
  }

  /** Returns whether Redis lost data in this time, after which a retry with a key may write again. */
  forgotWithin(from: number, until: number): boolean {
    return this.#losses.some((at) => from <= at && at <= until);
  }

  overlaps(from: number, until: number): boolean {
    return this.#intervals.some((interval) => interval.from <= until && interval.until >= from);
  }

  #end(replica: string, until: number): void {
    const interval = this.#open.get(replica);
    if (interval === undefined) return;
    interval.until = until;
    this.#open.delete(replica);
  }
}
