/** What the resolvers of one operation share. */
import type { BaseContext } from '@apollo/server';
import type { FastifyBaseLogger } from 'fastify';
import type { Audit } from './audit-event.js';
import type { OperationTypeNode } from 'graphql';
import type { Caller } from '../auth/authenticate.js';
import { upstreamGroup } from '../auth/identity.js';
import { authorizeCall, type Viewer } from '../auth/viewer.js';
import type { Idempotency } from '../idempotency/index.js';
import { createLoaders, type Loaders } from '../loaders/index.js';
import type { DifferingOrganizations } from '../loaders/permission-plan.js';
import type { OperationBudget } from '../upstream/policy/call-budget.js';
import type { Delivery } from '../upstream/changes/change.js';
import type { ChangeFeed } from '../upstream/changes/feed.js';
import { ResponseDependencies } from '../upstream/cache/dependencies.js';
import type { CallReport, CallScope } from '../upstream/call.js';
import type { createClient, Upstream } from '../upstream/client.js';

/** Facts about an operation that are known once its response is. */
export interface OperationSummary {
  /** Whether the response may be cached and shared: a query's, without errors and extensions. */
  isCacheable: boolean;
  operationName: string | undefined;
  /** Whether a stream of its results goes on after the first one: `@live`. */
  isLive: boolean;
  /** Undefined for a document that does not parse or validate. */
  operationType: `${OperationTypeNode}` | undefined;
  /**
   * `refused` before execution, `failed` without any data, `partial` with some of it missing; undefined
   * until the response is known.
   */
  outcome: 'ok' | 'partial' | 'failed' | 'refused' | undefined;
  /** The codes of its errors, each once. */
  errorCodes: readonly string[];
  /** What it may cost; undefined when it was refused before that was known. */
  cost: number | undefined;
  /** What it may take of the memory while it runs, in units of cost. */
  weight: number;
  /** Whether no limit of operations or of its caller refuses it. */
  isWithinLimits: boolean;
}

/** Encrypts texts that clients keep but can't read, the same text to the same result. */
export interface TextSeal {
  /** Returns the sealed text. `purpose` says what it belongs to: it opens for nothing else. */
  seal(text: string, purpose: string): string;
  /** Returns undefined for a text that was altered, or sealed with another secret or purpose. */
  open(sealed: string, purpose: string): string | undefined;
  /** Returns a fingerprint that nobody without the secret can compare a guess with. */
  fingerprint(text: string): string;
  /** Returns whether a fingerprint is of this text, made with the present secret or an earlier one. */
  isFingerprint(fingerprint: string, text: string): boolean;
}

/** What came of taking an operation's cost from what its caller may use in a minute. */
export interface Charge {
  readonly isAllowed: boolean;
  readonly cost: number;
  /** How much cost a caller may use in a minute. */
  readonly limit: number;
  /** How much of it is left. */
  readonly remaining: number;
  /** When all of it is there again, in milliseconds since 1970. */
  readonly resetsAt: number;
  /** Seconds until then, rounded up. */
  readonly retryAfterSeconds: number;
}

/** What one caller may use in a minute. */
export interface CallerAccount {
  /** Whether the request was charged. */
  readonly isCharged: boolean;
  /** Takes a cost from it. A request is charged once: the later results of a stream are free. */
  charge(cost: number): Charge;
  /** Gives the charge of an operation back that wasn't begun. Returns what is left of the charge. */
  refund(charge: Charge): Charge;
}

export interface Context extends BaseContext {
  /** Who sends the operation. What a viewer may do is decided in src/auth alone. */
  viewer: Viewer;
  /** Every read goes through these. */
  loaders: Loaders;
  /** Every write goes through this. */
  upstream: Upstream;
  /** Every write with an idempotency key goes through this. */
  idempotency: Idempotency;
  /** Undefined where callers have no limit. */
  account: CallerAccount | undefined;
  /** What it was charged for the operation, once the cost is known. */
  charged: Charge | undefined;
  /** Takes a weight from what the operations in flight may weigh: whether this one may begin. */
  takeWeight: (weight: number) => boolean | Promise<boolean>;
  /** How long the operation may still take. */
  budget: Pick<
    OperationBudget,
    'remainingMs' | 'refusedCalls' | 'calls' | 'callsLeft' | 'beginMutation' | 'endMutation'
  >;
  audit: Audit;
  /** Seals the personal data in cursors; undefined where replicas share no secret. */
  seal: TextSeal | undefined;
  /** The payloads and errors of mutations that replay an earlier request. */
  replays: WeakSet<object>;
  /** Has all reads from now on go to Kinde: another replica has written since the operation began. */
  skipCache: () => void;
  /** Taken from `x-request-id` when that is well-formed; returned in it and in every error. */
  requestId: string;
  log: FastifyBaseLogger;
  /** The upstream calls so far, those answered from the cache included. */
  calls: CallReport[];
  changes: SharedParts['changes'];
  /** The cache tags that the response depends on. */
  dependencies: ResponseDependencies;
  /** The change that a subscription is executed for; undefined where no stream is responded with. */
  delivery: Delivery | undefined;
  /** In an object of its own, since Apollo Server copies the context before plugins fill it. */
  summary: OperationSummary;
}

/** What all operations of a process share. */
export interface SharedParts {
  client: ReturnType<typeof createClient>;
  idempotency: Idempotency;
  audit: Audit;
  seal: TextSeal | undefined;
  /** Where members' permissions can't be read by their keys. */
  differing: DifferingOrganizations;
  /** Tells when Kinde's last event happened. */
  changes: Pick<ChangeFeed, 'lastEventAt'>;
}

/** One operation, as far as its request tells. */
export interface OperationRequest {
  caller: Caller;
  requestId: string;
  log: FastifyBaseLogger;
  /** False when writes through other replicas may be unknown here, so that nothing is read from the cache. */
  isCurrent: boolean;
  budget: OperationBudget;
  delivery: Delivery | undefined;
  account?: CallerAccount | undefined;
  takeWeight: Context['takeWeight'];
  onCall: (report: CallReport) => void;
  beginExchange: CallScope['beginExchange'];
}

/** Creates the context of one operation. */
export function createContext(
  { client, idempotency, audit, seal, differing, changes }: SharedParts,
  request: OperationRequest,
): Context {
  const { caller, requestId, log, isCurrent, budget, onCall, beginExchange } = request;
  const { viewer, token } = caller;
  const calls: CallReport[] = [];
  const dependencies = new ResponseDependencies();
  const scope: CallScope = {
    token,
    group: upstreamGroup(viewer),
    authorize: authorizeCall(viewer),
    budget,
    isCurrent,
    dependencies,
    beginExchange,
    onCall: (report) => {
      calls.push(report);
      onCall(report);
      // One that this operation has joined is in the log of the operation that made it.
      if (report.error !== undefined && report.source === 'upstream') logFailedCall(log, report);
    },
  };
  const upstream = client.scope(scope);
  const grantedScopes = () => {
    const current = token.get();
    return current instanceof Promise ? current.then(({ scopes }) => scopes) : current.scopes;
  };
  return {
    viewer,
    upstream,
    loaders: createLoaders({
      upstream,
      differing,
      granted: grantedScopes,
      maxPageSize: client.maxPageSize,
    }),
    idempotency,
    audit,
    seal,
    requestId,
    log,
    calls,
    dependencies,
    changes,
    delivery: request.delivery,
    account: request.account,
    takeWeight: request.takeWeight,
    charged: undefined,
    budget,
    replays: new WeakSet(),
    skipCache: () => {
      scope.isCurrent = false;
    },
    summary: {
      isCacheable: false,
      operationName: undefined,
      isLive: false,
      operationType: undefined,
      outcome: undefined,
      errorCodes: [],
      cost: undefined,
      weight: 0,
      isWithinLimits: false,
    },
  };
}

function logFailedCall(log: FastifyBaseLogger, report: CallReport): void {
  const { endpoint, status, attempts, milliseconds, error } = report;
  log.warn(
    {
      route: endpoint.route,
      status,
      attempts,
      milliseconds: Math.round(milliseconds),
      failure: error?.failure,
      reasons: error?.reasons.map(({ code }) => code),
      detail: error?.message,
    },
    'upstream call failed',
  );
}
