import type { Faults } from './faults.js';
import type { ConcurrencyLimit, RateLimit } from './rate-limit.js';
import type { State } from './state.js';
import type { Switches } from './switches.js';
import type { Tokens } from './tokens.js';
import type { Webhooks } from './webhooks/deliveries.js';

export interface RecordedRequest {
  method: string;
  /** With the query, as sent. */
  path: string;
  /** The row of the table, e.g. "organizations.users"; undefined where no row matches. */
  endpoint?: string;
  /** The scope that the row asks for. */
  scope?: string;
  /** The trace that it belongs to, where it says so: a W3C trace context. */
  traceparent?: string;
  /** Of a token request without the secret. */
  body?: unknown;
  /** Undefined until there is a response, and where the connection is closed instead. */
  status?: number;
}

/** What the server works on. The emulator may replace its parts while it runs. */
export interface Environment {
  state: State;
  tokens: Tokens;
  faults: Faults;
  rateLimit: RateLimit;
  readonly concurrencyLimit: ConcurrencyLimit;
  latencyMs: number;
  switches: Switches;
  webhooks: Webhooks;
  recordsRequests: boolean;
  /** The calls of the Management API, in the order of their arrival. */
  requests: RecordedRequest[];
  tokenRequests: RecordedRequest[];
}
