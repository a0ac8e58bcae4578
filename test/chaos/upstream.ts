/** Kinde with faults: what stands between the replicas and the emulator. */
import type { Emulator } from '../../src/emulator/index.js';
import {
  startFaultProxy,
  type Fault,
  type FaultProxy,
  type Struck,
} from '../support/fault-proxy.js';
import type { WriteLedger } from './promises.js';

/** A fault that may look at the call that it strikes. */
export interface Striking {
  matches(call: string): boolean;
  strike: Fault;
  /** Whether Kinde's response says that nothing was done, so that a write may be sent again. */
  isRefusal?: boolean;
}

export interface Upstream {
  readonly proxy: FaultProxy;
  /** Switches a fault on. Returns a function that switches it off. */
  strike(striking: Striking): () => void;
  close(): Promise<void>;
}

/** Starts the proxy, which notes every write in the ledger. */
export async function startUpstream(
  emulator: () => Emulator,
  ledger: WriteLedger,
): Promise<Upstream> {
  const proxy = await startFaultProxy(() => emulator().url);
  let active: Striking[] = [];
  proxy.always('*', async (struck: Struck) => {
    const written = ledger.note(struck.call, struck.body);
    const striking = active.find(({ matches }) => matches(struck.call));
    const forward = () => struck.forward(ledger.passedOn(written));
    const swallow = () => struck.swallow(ledger.passedOn(written));
    if (striking === undefined) return forward();
    if (striking.isRefusal === true) ledger.refused(written);
    await striking.strike({ ...struck, forward, swallow });
  });
  return {
    proxy,
    strike: (striking) => {
      active = [striking, ...active];
      return () => void (active = active.filter((other) => other !== striking));
    },
    close: () => proxy.close(),
  };
}
