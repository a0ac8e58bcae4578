/** The environment's webhooks: their event types, and the attempts to deliver events. */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Switches } from '../switches.js';
import type { Tokens } from '../tokens.js';
import type { EmulatedEvent } from './events.js';

export interface Webhook {
  id: string;
  name: string;
  endpoint: string;
  description: string | null;
  event_types: string[];
  created_on: string;
}

/** An attempt to deliver an event. */
export interface Delivery {
  webhook: string;
  eventId: string;
  type: string;
  /** Of the response; undefined where there was none. */
  status: number | undefined;
}

/** After which time Kinde tries again, in seconds; then every 12 hours until 36 hours are over. */
const RETRY_AFTER_SECONDS = [
  ...[5, 30, 2 * 60, 10 * 60, 3_600, 4 * 3_600],
  ...[12 * 3_600, 12 * 3_600, 7 * 3_600],
];
/** Kinde's own limit isn't documented. */
const TIMEOUT_MS = 10_000;
/** How many attempts are recorded. */
const MAX_DELIVERIES = 1_000;

export interface WebhooksOptions {
  tokens: Tokens;
  /** Read at each delivery, so that a change holds at once. */
  switches: () => Switches;
}

export class Webhooks {
  readonly registered = new Map<string, Webhook>();
  readonly deliveries: Delivery[] = [];
  readonly #options: WebhooksOptions;
  #stop = newStop();

  constructor(options: WebhooksOptions) {
    this.#options = options;
  }

  /** Adds a webhook. */
  register(webhook: Omit<Webhook, 'id' | 'created_on'>): Webhook {
    const id = `webhook_${randomUUID().replaceAll('-', '')}`;
    const added: Webhook = { id, ...webhook, created_on: new Date().toISOString() };
    this.registered.set(id, added);
    return added;
  }

  /** Delivers an event to every webhook that wants its type, in the background. */
  publish({ type, data }: EmulatedEvent): void {
    const eventId = `event_${randomUUID().replaceAll('-', '')}`;
    const now = new Date().toISOString();
    const claims = { type, data, event_id: eventId, event_timestamp: now, timestamp: now };
    for (const webhook of this.registered.values()) {
      if (!webhook.event_types.includes(type)) continue;
      void this.#deliver(webhook, { ...claims, source: 'api' }).catch(() => undefined);
      if (this.#options.switches().repeatsEvents) {
        void this.#deliver(webhook, { ...claims, source: 'api' }).catch(() => undefined);
      }
    }
  }

  /** Removes all webhooks, and cancels what is still to be delivered. */
  reset(): void {
    this.#stop.abort();
    this.#stop = newStop();
    this.registered.clear();
    this.deliveries.length = 0;
  }

  /** Cancels all attempts. */
  close(): void {
    this.#stop.abort();
  }

  async #deliver(
    webhook: Webhook,
    event: { type: string; event_id: string } & Record<string, unknown>,
  ): Promise<void> {
    const { signal } = this.#stop;
    const { tokens, switches } = this.#options;
    // Later events overtake it, as they may in Kinde.
    await sleep(Math.random() * switches().eventDelayMs, undefined, { signal });
    const webhookId = `${webhook.id}:${event.event_id}`;
    for (const seconds of [...RETRY_AFTER_SECONDS, undefined]) {
      if (!this.registered.has(webhook.id)) return;
      const body = await tokens.signEvent(event);
      const status = await this.#attempt(webhook, { id: webhookId, body, signal });
      if (signal.aborted) return;
      if (this.deliveries.length >= MAX_DELIVERIES) this.deliveries.shift();
      this.deliveries.push({
        webhook: webhook.id,
        eventId: event.event_id,
        type: event.type,
        status,
      });
      if (status === 200 || seconds === undefined) return;
      await sleep(seconds * 1000 * switches().eventRetryScale, undefined, { signal });
    }
  }

  async #attempt(
    { endpoint }: Webhook,
    { id, body, signal }: { id: string; body: string; signal: AbortSignal },
  ): Promise<number | undefined> {
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/jwt', 'webhook-id': id },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return undefined;
    }
  }
}

function newStop(): AbortController {
  const stop = new AbortController();
  // Any number of deliveries may be waiting.
  setMaxListeners(0, stop.signal);
  return stop;
}
