/** `POST /webhooks/kinde`: takes the events of Kinde, and invalidates what they have changed. */
import { setTimeout as sleep } from 'node:timers/promises';
import rateLimit from '@fastify/rate-limit';
import type { FastifyBaseLogger, FastifyPluginAsync } from 'fastify';
import type { CompactVerifyGetKey } from 'jose';
import { sendError } from '../http/error.js';
import type { DeliveryOutcome, DeliveryReport } from '../telemetry/reports.js';
import type { Change } from '../upstream/changes/change.js';
import { UpstreamError } from '../upstream/errors.js';
import type { ProcessedEvents } from './deduplicate.js';
import { changeOfEvent } from './changes.js';
import { tagsOfEvent, type KindeEvent } from './events.js';
import { InvalidEventError, verifyEvent } from './verify.js';

export const WEBHOOK_PATH = '/webhooks/kinde';

/** Kinde counts a late response as a failure, after a time that it doesn't tell. */
const TIME_LIMIT_MS = 1_000;
/** Anybody may post here. A verification takes about 0.1 ms, of the longest body some milliseconds. */
const MAX_PER_MINUTE = 3_000;

/** How a delivery ended, and with which event. */
interface Delivery {
  outcome: DeliveryOutcome;
  event: KindeEvent | undefined;
}

export interface ReceiverOptions {
  keys: CompactVerifyGetKey;
  processed: ProcessedEvents;
  /** Invalidates tags; resolves to whether every replica will know before its next read. */
  invalidate: (tags: readonly string[], change?: Change) => Promise<boolean>;
  /** How many requests an address may make in a minute. */
  maxPerMinute?: number;
  /** Is told of every delivery. */
  onDelivery?: ((report: DeliveryReport) => void) | undefined;
}

const STATUS: Readonly<Record<DeliveryOutcome, number>> = {
  processed: 200,
  ignored: 200,
  duplicate: 200,
  invalid: 400,
  deferred: 503,
};

/**
 * Returns a route that responds with 200 once an event's invalidation is announced to every replica,
 * with 400 to anything that is no event of this environment, and with 503 when the event could not be
 * verified or announced within a second, so that Kinde delivers it again.
 *
 * The order of events doesn't matter, nor how late they are: an event only makes the next read of what
 * it names go to Kinde. They are told apart by `event_id`. The header `webhook-id` is not signed, so
 * that by it anybody could suppress an event that is still to come.
 */
export function webhookRoute({
  maxPerMinute = MAX_PER_MINUTE,
  ...options
}: ReceiverOptions): FastifyPluginAsync {
  return async (app) => {
    await app.register(rateLimit, {
      global: false,
      max: maxPerMinute,
      timeWindow: '1 minute',
      errorResponseBuilder: (_request, { ttl }) =>
        Object.assign(new Error(`Too many requests. Try again in ${Math.ceil(ttl / 1000)} s.`), {
          statusCode: 429,
        }),
    });
    // Whatever the header says, since a proxy may have changed it: Fastify refuses a malformed type unread.
    app.addHook('onRequest', async ({ headers }) => {
      headers['content-type'] = 'application/jwt';
    });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/jwt', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    );
    // Unlike a forged body, a long one may be an event, which Kinde delivers in vain for 36 hours.
    app.addHook('onError', async ({ log }, _reply, { code }) => {
      if (code !== 'FST_ERR_CTP_BODY_TOO_LARGE') return;
      log.warn({ reason: 'the body is too long' }, 'webhook refused');
      options.onDelivery?.({ outcome: 'invalid', type: undefined, lagMs: undefined });
    });
    app.post(WEBHOOK_PATH, { config: { rateLimit: {} } }, async (request, reply) => {
      const body = typeof request.body === 'string' ? request.body : '';
      const { outcome, event } = await within(TIME_LIMIT_MS, deliver(body, options, request.log));
      options.onDelivery?.({
        outcome,
        type: event?.type,
        lagMs: event?.happenedAt && Date.now() - event.happenedAt,
      });
      const status = STATUS[outcome];
      if (status === 200) return reply.send({ outcome });
      const message =
        outcome === 'invalid'
          ? 'The body is not an event of this Kinde environment.'
          : 'The event can’t be processed now. Deliver it again later.';
      return sendError(request, reply, { status, message });
    });
  };
}

async function deliver(
  body: string,
  { keys, processed, invalidate }: ReceiverOptions,
  log: FastifyBaseLogger,
): Promise<Delivery> {
  let event: KindeEvent;
  try {
    event = await verifyEvent(body, keys);
  } catch (error) {
    if (error instanceof InvalidEventError) {
      log.info({ reason: error.message }, 'webhook refused');
      return { outcome: 'invalid', event: undefined };
    }
    if (!(error instanceof UpstreamError)) throw error;
    log.warn({ err: error }, 'no webhook can be verified');
    return { outcome: 'deferred', event: undefined };
  }
  const { id, type, source } = event;
  if (await processed.has(id)) return { outcome: 'duplicate', event };
  const tags = tagsOfEvent(event);
  if (tags.length > 0 && !(await invalidate(tags, changeOfEvent(event)))) {
    log.warn({ event: id, type }, 'webhook deferred: Redis can’t be told of the change');
    return { outcome: 'deferred', event };
  }
  processed.add(id);
  log.info({ event: id, type, source, tags }, 'webhook processed');
  return { outcome: tags.length > 0 ? 'processed' : 'ignored', event };
}

/** Returns a delivery's report, or one of a deferred delivery when it takes longer. */
async function within(milliseconds: number, delivery: Promise<Delivery>): Promise<Delivery> {
  const timer = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: timer.signal }).then((): Delivery => ({
    outcome: 'deferred',
    event: undefined,
  }));
  try {
    return await Promise.race([delivery, late]);
  } finally {
    late.catch(() => undefined);
    timer.abort();
    // It goes on, and may fail when nobody waits for it any more.
    delivery.catch(() => undefined);
  }
}
