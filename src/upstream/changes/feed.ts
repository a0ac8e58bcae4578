/** The feed of changes: the latest ones, in the order in which all replicas tell them. */
import type { Change } from './change.js';

/** What one entry of the log tells; nothing where it only invalidates. */
export interface FeedEntry {
  readonly id: string;
  readonly changes: readonly Change[];
}

/** A place in the feed: before the entry at `position`, or after the first `told` changes of it. */
export interface FeedPlace {
  readonly position: number;
  readonly told: number;
}

/** Returns the cursor after one of an entry's changes: the entry's own id after the last one. */
export function cursorAfter({ id, changes }: FeedEntry, index: number): string {
  return index === changes.length - 1 ? id : `${id}~${index + 1}`;
}

/** How many entries can be read again: the log of Redis is read back as far when a replica starts. */
export const FEED_LENGTH = 1_000;

/**
 * Holds the latest entries. Readers keep a position and read at their own pace; one that falls behind
 * has lost its place, so that a slow reader takes no memory.
 */
export class ChangeFeed {
  readonly #listeners = new Set<() => void>();
  #entries: FeedEntry[] = [];
  #lastEventAt: number | undefined;
  /** The position of the first entry. */
  #start = 0;
  #cursor: string;
  /** The cursor of the place before the first entry; undefined where it isn't known. */
  #startCursor: string | undefined;

  /** `cursor` is the place before the first entry. */
  constructor(cursor: string) {
    this.#cursor = cursor;
    this.#startCursor = cursor;
  }

  /** The position after the last entry. */
  get end(): number {
    return this.#start + this.#entries.length;
  }

  /** The same for clients, good on all replicas that share a log. */
  get cursor(): string {
    return this.#cursor;
  }

  /** When the latest change happened that Kinde sent an event for, in milliseconds since 1970. */
  get lastEventAt(): number | undefined {
    return this.#lastEventAt;
  }

  /** Whether anybody reads. */
  get isObserved(): boolean {
    return this.#listeners.size > 0;
  }

  /** Calls the listener after there is something new to read. Returns a function that ends this. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  append(entry: FeedEntry): void {
    this.#entries.push(entry);
    this.#cursor = entry.id;
    this.#noteEvents(entry);
    // In larger steps, since each moves all entries.
    if (this.#entries.length > 2 * FEED_LENGTH) {
      this.#start += FEED_LENGTH;
      this.#startCursor = this.#entries.splice(0, FEED_LENGTH).at(-1)!.id;
    }
    for (const listener of this.#listeners) listener();
  }

  /** Replaces all entries, after some may have been missed: all readers have lost their place. */
  restart(entries: readonly FeedEntry[]): void {
    this.#start = this.end + 1;
    this.#entries = [...entries];
    this.#cursor = entries.at(-1)?.id ?? this.#cursor;
    this.#startCursor = undefined;
    for (const entry of entries) this.#noteEvents(entry);
    for (const listener of this.#listeners) listener();
  }

  #noteEvents({ changes }: FeedEntry): void {
    for (const { source, at } of changes) {
      if (source === 'WEBHOOK') this.#lastEventAt = Math.max(this.#lastEventAt ?? 0, at);
    }
  }

  /** Returns the entry at a position; undefined at the end. */
  read(position: number): FeedEntry | undefined {
    return this.#entries[position - this.#start];
  }

  /** Whether entries from this position on are gone. */
  isLost(position: number): boolean {
    return position < this.#start;
  }

  /** Returns the place after the change that a client names; undefined when it can't be known. */
  placeAfter(cursor: string): FeedPlace | undefined {
    if (cursor === this.#cursor) return { position: this.end, told: 0 };
    if (cursor === this.#startCursor) return { position: this.#start, told: 0 };
    const [, entryId = cursor, told] = /^(.+)~(\d{1,6})$/.exec(cursor) ?? [];
    const index = this.#entries.findIndex(({ id }) => id === entryId);
    if (index < 0) return undefined;
    const position = this.#start + index;
    return told === undefined
      ? { position: position + 1, told: 0 }
      : { position, told: Number(told) };
  }
}
