/** One subscription to the feed of changes: reads it at the pace of its client. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  changeFor,
  resync,
  type Change,
  type ChangeFilter,
  type ChangeKind,
} from '../../upstream/changes/change.js';
import { cursorAfter, type ChangeFeed, type FeedPlace } from '../../upstream/changes/feed.js';
import type { EventStream } from './event-stream.js';

export interface ChangeStreamOptions {
  stream: EventStream;
  feed: ChangeFeed;
  filter: ChangeFilter;
  /** Where to begin. */
  place: FeedPlace;
  /**
   * Executes the subscription for a change. `place` is the same for all streams that are told of the
   * change. Undefined while the gateway is overloaded.
   */
  execute: (told: {
    change: Change;
    cursor: string;
    place: string;
  }) => Promise<ChangeResult | undefined>;
  /** Called for each change that is sent. */
  onChange: (kind: ChangeKind) => void;
}

export interface ChangeResult {
  readonly status: number;
  readonly body: string;
}

/** How soon an overloaded gateway tries again. */
const OVERLOADED_RETRY_MS = 1_000;

/**
 * Holds a place in the feed and no changes, so that a slow client costs no memory. One that falls
 * behind what the feed holds is told to read everything again.
 */
export class ChangeStream {
  readonly #options: ChangeStreamOptions;
  readonly #stopListening: () => void;
  #position: number;
  /** How many changes of the entry at this position the client knows. */
  #told: number;
  #isReading = false;
  #isClosed = false;

  constructor(options: ChangeStreamOptions) {
    this.#options = options;
    this.#position = options.place.position;
    this.#told = options.place.told;
    this.#stopListening = options.feed.onChange(() => void this.#read());
    void this.#read();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
  }

  /** Tells of all changes up to the end of the feed, one after the other. */
  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    const { feed, stream, filter } = this.#options;
    for (;;) {
      await stream.writable();
      if (this.#isClosed) break;
      if (feed.isLost(this.#position)) {
        this.#position = feed.end;
        this.#told = 0;
        const place = `before ${this.#position}`;
        await this.#send({ change: resync(), cursor: feed.cursor, place });
        continue;
      }
      const entry = feed.read(this.#position);
      if (entry === undefined) break;
      const position = this.#position++;
      const known = this.#told;
      this.#told = 0;
      for (const [index, told] of entry.changes.entries()) {
        const change = index < known ? undefined : changeFor(filter, told);
        if (change === undefined) continue;
        const place = `${position}.${index}`;
        await this.#send({ change, cursor: cursorAfter(entry, index), place });
      }
      // Changes that it isn't about move its place as well, so that it can resume there.
      stream.mark(entry.id);
    }
    this.#isReading = false;
  }

  async #send(told: { change: Change; cursor: string; place: string }): Promise<void> {
    const { stream, execute, onChange } = this.#options;
    let result = await execute(told);
    while (result === undefined && !this.#isClosed) {
      await sleep(OVERLOADED_RETRY_MS, undefined, { ref: false });
      if (!this.#isClosed) result = await execute(told);
    }
    if (result === undefined || this.#isClosed) return;
    await stream.writable();
    stream.next(result.body, told.cursor);
    onChange(told.change.kind);
    // The token was withdrawn.
    if (result.status === 401) stream.complete();
  }
}
