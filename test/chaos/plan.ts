/** Which faults happen when: the same for the same seed. */
import { random } from '../../src/emulator/seed/random.js';

/** What only one fault may have at a time: a second replica that is down would leave nobody to serve. */
export type Resource = 'replica' | 'redis' | 'upstream socket';

export interface FaultKind {
  readonly name: string;
  readonly resource?: Resource;
  /** How long it lasts, in milliseconds: from and to. */
  readonly lastsMs: readonly [number, number];
}

export interface Planned {
  readonly name: string;
  readonly atMs: number;
  readonly lastsMs: number;
  /** For what the fault itself chooses, such as the replica that it kills. */
  readonly choice: number;
}

/** Before the first fault, so that what fails at the start isn't taken for an effect of it. */
const CALM_MS = 1_500;
/** After the last fault: the breaker closes, Redis is trusted again, a replica has started. */
export const SETTLE_MS = 10_000;
const MOST_PAUSE_MS = 1_500;
/** After a replica or Redis is back, before it goes again. */
const REST_MS = 4_000;

/**
 * Plans faults over a time. Each kind happens once before any happens twice, and one starts while others
 * still last.
 */
export function makePlan(seed: string, durationMs: number, kinds: readonly FaultKind[]): Planned[] {
  const numbers = random('chaos', seed);
  const plan: Planned[] = [];
  const freeAt = new Map<Resource, number>();
  let deck: FaultKind[] = [];
  let now = CALM_MS;
  for (;;) {
    if (deck.length === 0) deck = [...kinds];
    const [kind] = deck.splice(numbers.below(deck.length), 1) as [FaultKind];
    const [least, most] = kind.lastsMs;
    const lastsMs = least + numbers.below(most - least + 1);
    const atMs = Math.max(now, kind.resource === undefined ? 0 : (freeAt.get(kind.resource) ?? 0));
    if (atMs + lastsMs > durationMs - SETTLE_MS) return plan;
    plan.push({ name: kind.name, atMs, lastsMs, choice: numbers.below(1 << 16) });
    if (kind.resource !== undefined) freeAt.set(kind.resource, atMs + lastsMs + REST_MS);
    now = atMs + numbers.below(MOST_PAUSE_MS);
  }
}
