/** Has operations wait while those in flight take as much memory as they may. */
import type { Context } from '../context.js';
import { overloaded } from '../errors.js';
import type { OperationHooks, OperationPlugin } from './hooks.js';

export function weightInFlight(): OperationPlugin {
  const hooks: OperationHooks = {
    beforeExecution({ contextValue }) {
      const mayBegin = contextValue.takeWeight(contextValue.summary.weight);
      return mayBegin === true ? undefined : refuseUnless(mayBegin, contextValue);
    },
  };
  return () => hooks;
}

async function refuseUnless(
  mayBegin: boolean | Promise<boolean>,
  contextValue: Context,
): Promise<void> {
  if (await mayBegin) return;
  const { account, charged } = contextValue;
  if (charged !== undefined) contextValue.charged = account?.refund(charged);
  throw overloaded();
}
