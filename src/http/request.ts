/** State and properties of a request to `/graphql`. */
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../auth/authenticate.js';
import { responseGroup } from '../auth/identity.js';
import type { CallerAccount, Context } from '../graphql/context.js';
import type { Delivery } from '../upstream/changes/change.js';
import type { OperationReport } from '../telemetry/reports.js';
import type { OperationSpan } from '../telemetry/traces.js';
import type { CoalescedExecution } from './coalesce.js';
import type { ResponseType } from './media-type.js';
import type { CachedResponse } from './response-cache.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for requests to `/graphql` alone. */
    graphql: RequestState;
  }
}

/** A response that was made for another request. */
export interface SharedResponse {
  readonly response: CachedResponse;
  /** `merged`: from an identical execution in flight. */
  readonly from: 'memory' | 'merged';
}

/** How long a request may hold a slot while its body arrives, in milliseconds. */
const LONGEST_BODY_MS = 250;

/** The state of a request to `/graphql`. The steps of the route fill it in, in their order. */
export class RequestState {
  /** The media type of the response, as negotiated. */
  responseType: ResponseType | undefined;
  /** Whether the response is a stream of results, each of the type above. */
  isStream = false;
  /** The change that the operation is executed for, if it is a subscription. */
  delivery: Delivery | undefined;
  /** Whether a first result was sent and more may follow. */
  isStreamOpen = false;
  /** What is reported of the first execution, where the response is a stream. */
  streamed: OperationReport | undefined;
  /** The span of the request; undefined where tracing is off. */
  span: OperationSpan | undefined;
  /** Frees the admission slot, or leaves the queue for one. */
  releaseSlot: (() => void) | undefined;
  /** Set once the caller is authenticated. */
  caller: Caller | undefined;
  /** Undefined when the response can be neither cached nor shared. */
  cacheKey: string | undefined;
  /** False when writes through other replicas may be unknown here, so that nothing is read from the cache. */
  isCurrent = true;
  /** What the caller may use in a minute; undefined where callers have no limit. */
  account: CallerAccount | undefined;
  /** The execution of this request, if others can wait for it. */
  execution: CoalescedExecution | undefined;
  sharedResponse: SharedResponse | undefined;
  /** How many characters a POST has. */
  textLength = 0;
  /** Set once Apollo Server executes the operation. */
  operation: Context | undefined;
  /** The code of the first error in a response with a status of 4xx or 5xx. */
  errorCode: string | undefined;
  #bodyTimer: NodeJS.Timeout | undefined;

  /** Frees the slot. The request may apply for one again. */
  giveSlotBack(): void {
    this.releaseSlot?.();
    this.releaseSlot = undefined;
  }

  /** Gives the slot back unless the body arrives soon, or clients that send slowly would hold all slots. */
  awaitBody(): void {
    this.#bodyTimer = setTimeout(() => this.giveSlotBack(), LONGEST_BODY_MS).unref();
  }

  bodyArrived(): void {
    clearTimeout(this.#bodyTimer);
  }
}

/** Headers that add `extensions` to the response, which is then neither cached nor shared. */
const EXTENSION_HEADERS = ['x-graphql-cost', 'x-graphql-explain'];

/**
 * Returns the key of the response: the caller's rights, the media type and the text of the request.
 * Undefined for a request without a cacheable response, including a GET that fails the CSRF check:
 * Apollo Server sends the error.
 */
export function cacheKeyOf(request: FastifyRequest): string | undefined {
  const { method, url, headers, body, graphql } = request;
  if (EXTENSION_HEADERS.some((name) => headers[name] !== undefined)) return undefined;
  const text = method === 'POST' ? body : headers['apollo-require-preflight'] && url;
  if (typeof text !== 'string' || text === '') return undefined;
  const group = responseGroup(graphql.caller!.viewer);
  return JSON.stringify([group, graphql.responseType, method]) + text;
}

/**
 * Returns whether a request can only be a query. A document with another operation contains its
 * keyword, which has no other spelling. A persisted query's hash may stand for any operation.
 */
export function isQuery({ method, body }: FastifyRequest): boolean {
  if (method === 'GET') return true;
  const { query } = (body ?? {}) as { query?: unknown };
  return typeof query === 'string' && !/mutation|subscription/.test(query);
}

const FORBIDDEN_KEY =
  'The body has a key that could change the prototype of an object: `__proto__`, or `prototype` in `constructor`. Leave it out.';

/** Returns the error for a body that Fastify took for no JSON. It refuses some keys, too. */
export function unreadableBody(text: string, error: Error): Error {
  try {
    JSON.parse(text);
    return Object.assign(new Error(FORBIDDEN_KEY), { statusCode: 400 });
  } catch {
    return error;
  }
}

/** The parameters of a GraphQL request that have no meaning when they are empty. */
const PARAMETERS = ['query', 'operationName', 'variables', 'extensions'];

/** Returns the body of a POST with null for empty parameters: some clients always send them all. */
export function withoutEmptyParameters(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const entries = Object.entries(body);
  const isEmpty = ([name, value]: [string, unknown]) => value === '' && PARAMETERS.includes(name);
  if (!entries.some(isEmpty)) return body;
  return Object.fromEntries(entries.map((entry) => (isEmpty(entry) ? [entry[0], null] : entry)));
}

/** Returns the query string of a GET without its empty parameters. */
export function searchOf(url: string): string {
  const start = url.indexOf('?');
  if (start < 0) return '';
  const parameters = new URLSearchParams(url.slice(start));
  for (const name of PARAMETERS) {
    if (parameters.getAll(name).every((value) => value === '')) parameters.delete(name);
  }
  return `?${parameters.toString()}`;
}

const GRAPHQL_TYPE = /application\/(graphql-response\+)?json|text\/event-stream/i;

/**
 * Returns whether a GET was sent by a GraphQL client, and not by a browser that follows another site's
 * link. A link cannot set `Accept`. A script can, but a GET only reads, carries no cookie and, without
 * CORS, hides its response. In development a GET needs no `Accept`, unless the browser says that it
 * comes from another site.
 */
export function isDeliberateGet({ headers }: FastifyRequest, isProduction: boolean): boolean {
  if (GRAPHQL_TYPE.test(headers.accept ?? '')) return true;
  const site = headers['sec-fetch-site'];
  return !isProduction && (site === undefined || site === 'same-origin' || site === 'none');
}
