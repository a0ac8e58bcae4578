/** Has operations wait while those in flight take as much memory as they may. */
import { overloaded } from '../errors.js';
import type { OperationHooks, OperationPlugin } from './hooks.js';

export function weightInFlight(): OperationPlugin {
  const hooks: OperationHooks = {
    beforeExecution({ contextValue: { takeWeight, summary } }) {
      const mayBegin = takeWeight(summary.weight);
      return mayBegin === true ? undefined : refuseUnless(mayBegin);
    },
  };
  return () => hooks;
}

async function refuseUnless(mayBegin: boolean | Promise<boolean>): Promise<void> {
  if (!(await mayBegin)) throw overloaded();
}
