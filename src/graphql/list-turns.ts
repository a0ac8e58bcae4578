/**
 * Completes long lists in parts, between which the event loop serves other requests. graphql-js
 * completes a list of any length at once: five thousand entries with twenty fields take a tenth of a
 * second.
 */
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  type GraphQLSchema,
} from 'graphql';
import { wrapResolvers } from './wrap-resolvers.js';

/**
 * How many entries of lists an operation completes at once. A multiple of what Kinde takes in one batch,
 * so that the parts need no more calls than the whole.
 */
const ENTRIES_PER_TURN = 200;

/** Entries that wait for their turn. */
interface Part {
  size: number;
  begin: () => void;
}

/** Shares the turns of the event loop among the lists of one operation. */
class Turns {
  /** How many more entries may be completed in this turn. */
  #left = ENTRIES_PER_TURN;
  #waiting: Part[] = [];
  #isScheduled = false;

  /** Returns the entries of a list, later ones as promises, or a promise of the list. */
  spread(list: readonly unknown[]): readonly unknown[] | Promise<readonly unknown[]> {
    this.#schedule();
    const now = Math.min(list.length, this.#left);
    if (now > 0) {
      this.#left -= now;
      return this.#split(list, now);
    }
    for (const entry of list) {
      // One that rejects before the list's turn has nobody who handles it, which would end the process.
      if (entry instanceof Promise) entry.catch(() => undefined);
    }
    const size = Math.min(list.length, ENTRIES_PER_TURN);
    return this.#turnFor(size).then(() => this.#split(list, size));
  }

  /** Returns the first entries as they are, and promises of the others. */
  #split(list: readonly unknown[], first: number): readonly unknown[] {
    if (first === list.length) return list;
    const entries = list.slice(0, first);
    for (let from = first; from < list.length; from += ENTRIES_PER_TURN) {
      const part = list.slice(from, from + ENTRIES_PER_TURN);
      const turn = this.#turnFor(part.length);
      for (const entry of part) {
        // A promise may reject before its turn, and nobody would handle it.
        entries.push(entry instanceof Promise ? entry : turn.then(() => entry));
      }
    }
    return entries;
  }

  #turnFor(size: number): Promise<void> {
    this.#schedule();
    return new Promise((begin) => this.#waiting.push({ size, begin }));
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#beginTurn());
  }

  #beginTurn(): void {
    this.#isScheduled = false;
    this.#left = ENTRIES_PER_TURN;
    let begun = 0;
    for (const { size, begin } of this.#waiting) {
      if (this.#left <= 0) break;
      this.#left = Math.max(0, this.#left - size);
      begun += 1;
      begin();
    }
    this.#waiting = this.#waiting.slice(begun);
    if (this.#waiting.length > 0) this.#schedule();
  }
}

const turnsOf = new WeakMap<object, Turns>();

function inTurns(value: unknown, context: object): unknown {
  if (!Array.isArray(value) || value.length === 0) return value;
  let turns = turnsOf.get(context);
  if (turns === undefined) turnsOf.set(context, (turns = new Turns()));
  return turns.spread(value);
}

/** Has long lists of objects completed in parts. */
export function completeListsInTurns(schema: GraphQLSchema): GraphQLSchema {
  return wrapResolvers(schema, ({ type }, _, resolve) => {
    if (!isListType(getNullableType(type)) || !isCompositeType(getNamedType(type)))
      return undefined;
    return (parent, args, context, info) => {
      const value: unknown = resolve(parent, args, context, info);
      return value instanceof Promise
        ? value.then((list) => inTurns(list, context))
        : inTurns(value, context);
    };
  });
}
