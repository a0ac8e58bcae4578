import type { Route } from '../upstream/endpoint.js';
import { endpoints } from '../upstream/endpoints/index.js';

const OAUTH_ROUTES = [
  'POST /oauth2/token',
  'GET /.well-known/jwks',
  'GET /.well-known/jwks.json',
  'GET /.well-known/openid-configuration',
] as const;

/** Every route of the emulator, as faults name it. */
export type FaultRoute = Route | (typeof OAUTH_ROUTES)[number];

export const FAULT_ROUTES: readonly FaultRoute[] = [
  ...Object.values(endpoints).flatMap((rows) => Object.values(rows).map(({ route }) => route)),
  ...OAUTH_ROUTES,
];

/** What a fault can match. */
export interface FaultTarget {
  /** The route of the table that the request matches; undefined where it matches none. */
  route: string | undefined;
  method: string;
  /** The path with the query, as sent. */
  path: string;
  body?: unknown;
}

/**
 * What happens in place of the response: another response; the one that a rate limit gives, with the
 * seconds until the next minute; the emulator's own with a successful body changed; the connection closed, before anything is done or after the write has been; or no response.
 */
export type FaultResponse =
  | { status: number; headers?: Record<string, string>; body?: string | object }
  | { rateLimitSeconds: number }
  | { reshape: (body: unknown) => unknown }
  | 'reset'
  | 'reset-after-write'
  | 'hang';

export interface Fault {
  /** One route; left out, with `match` left out too, every call of the Management API. */
  route?: FaultRoute;
  match?: (target: FaultTarget) => boolean;
  /** How many requests it affects. Defaults to all, until it is ended. */
  times?: number;
  /** How long the response is delayed, its own or its replacement. */
  delayMs?: number;
  /** Defaults to the emulator's own response. */
  respond?: FaultResponse;
}

/** The faults that are switched on. Of several that match, the one switched on last strikes. */
export class Faults {
  #faults: { fault: Fault; left: number }[] = [];

  /** Returns a function that ends it. */
  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? Infinity };
    this.#faults.unshift(entry);
    return () => {
      entry.left = 0;
    };
  }

  take(target: FaultTarget): Pick<Fault, 'delayMs' | 'respond'> | undefined {
    if (this.#faults.length === 0) return undefined;
    this.#faults = this.#faults.filter(({ left }) => left > 0);
    const struck = this.#faults.find(({ fault }) => strikes(fault, target));
    if (!struck) return undefined;
    struck.left--;
    return struck.fault;
  }

  clear(): void {
    this.#faults = [];
  }
}

function strikes({ route, match }: Fault, target: FaultTarget): boolean {
  if (route !== undefined && route !== target.route) return false;
  if (match) return match(target);
  return route !== undefined || target.path.startsWith('/api/v1/');
}
