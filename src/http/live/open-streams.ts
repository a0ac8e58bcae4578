/** The open streams of a process: their limits, heartbeat and end. */
import type { FastifyReply } from 'fastify';
import { keyOwner, responseGroup } from '../../auth/identity.js';
import type { Caller } from '../../auth/authenticate.js';
import type { Viewer } from '../../auth/viewer.js';
import type { UnreadResponses } from '../unread-responses.js';
import { callAt } from './call-at.js';
import { EventStream } from './event-stream.js';

export interface StreamLimits {
  maxStreams: number;
  maxStreamsPerCaller: number;
}

/** Whom a stream is for, and until when. */
export interface Audience {
  owner: string | undefined;
  /** In milliseconds since 1970; undefined for a caller without a token. */
  expiresAt: number | undefined;
}

const HEARTBEAT_MS = 15_000;

const expiredResult = (requestId: string) =>
  JSON.stringify({
    errors: [
      {
        message: 'The access token has expired. Open a stream with a new one.',
        extensions: { code: 'UNAUTHENTICATED', requestId },
      },
    ],
  });

/** Returns whom a caller's streams are for. */
export function audienceOf({ viewer, expiresAt }: Caller): Audience {
  return { owner: ownerOf(viewer), expiresAt };
}

/** Names a caller whose streams are counted; undefined where callers can't be told apart. */
function ownerOf(viewer: Viewer): string | undefined {
  return viewer.kind === 'everybody' ? undefined : (keyOwner(viewer) ?? responseGroup(viewer));
}

export class OpenStreams {
  readonly #limits: StreamLimits;
  readonly #streams = new Set<EventStream>();
  readonly #byOwner = new Map<string, number>();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(
    limits: StreamLimits,
    private readonly unread: UnreadResponses,
  ) {
    this.#limits = limits;
    this.#heartbeat = setInterval(() => {
      for (const stream of this.#streams) stream.beat();
    }, HEARTBEAT_MS).unref();
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Returns the HTTP error for a stream beyond the limits; undefined for one that may be opened. */
  limitProblem({ owner }: Audience) {
    const { maxStreams, maxStreamsPerCaller } = this.#limits;
    if (this.#streams.size >= maxStreams) {
      return {
        status: 503,
        message: `All ${maxStreams} streams of this gateway (\`MAX_STREAMS\`) are open. Try again later.`,
        code: 'OVERLOADED',
      };
    }
    if (owner !== undefined && (this.#byOwner.get(owner) ?? 0) >= maxStreamsPerCaller) {
      return {
        status: 429,
        message: `You have ${maxStreamsPerCaller} open streams (\`MAX_STREAMS_PER_CALLER\`). Close one first.`,
        code: 'RATE_LIMITED',
      };
    }
    return undefined;
  }

  /** Opens a stream, which ends with its caller's token. */
  open(reply: FastifyReply, { owner, expiresAt }: Audience, onEnd: () => void): EventStream {
    let cancelExpiry: (() => void) | undefined;
    const stream = EventStream.open(reply, this.unread, () => {
      cancelExpiry?.();
      this.#streams.delete(stream);
      if (owner !== undefined) this.#count(owner, -1);
      onEnd();
    });
    this.#streams.add(stream);
    reply.request.graphql.isStreamOpen = true;
    if (owner !== undefined) this.#count(owner, 1);
    if (expiresAt !== undefined) {
      cancelExpiry = callAt(expiresAt, () => {
        stream.next(expiredResult(reply.request.id));
        stream.complete();
      });
    }
    return stream;
  }

  /** Ends all streams in a way that has clients connect again, to another replica. */
  close(): void {
    clearInterval(this.#heartbeat);
    for (const stream of this.#streams) stream.disconnect();
  }

  #count(owner: string, change: number): void {
    const count = (this.#byOwner.get(owner) ?? 0) + change;
    if (count === 0) this.#byOwner.delete(owner);
    else this.#byOwner.set(owner, count);
  }
}
