/** Summarizes each operation, for the log, the metrics and the traces. */
import type { FormattedExecutionResult } from 'graphql';
import type { OperationHooks, OperationPlugin } from './hooks.js';

/** Metrics and traces hold names until they are scraped or sent. */
const LONGEST_NAME = 128;

/** Fills `Context.summary` with the operation's name, type, outcome and error codes. */
export function outcome(): OperationPlugin {
  const hooks: OperationHooks = {
    didResolveOperation({ operation, operationName, contextValue: { summary } }) {
      summary.operationName = operationName == null ? undefined : held(operationName);
      summary.operationType = operation?.operation;
      summary.isLive = operation?.directives?.some(({ name }) => name.value === 'live') ?? false;
    },
    willSendResponse({ response: { body }, contextValue: { summary } }) {
      if (body.kind !== 'single') return;
      summary.outcome = outcomeOf(body.singleResult);
      const codes = body.singleResult.errors?.map(({ extensions }) => extensions?.['code']);
      summary.errorCodes = [...new Set(codes)].filter((code) => typeof code === 'string');
    },
  };
  return () => hooks;
}

/** Returns the beginning of a name, as a copy: a part of a document would keep the whole document. */
function held(name: string): string {
  const cut = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  return Buffer.from(cut).toString();
}

function outcomeOf(result: Pick<FormattedExecutionResult, 'data' | 'errors'>) {
  if (result.errors === undefined) return 'ok';
  if (result.data === undefined) return 'refused';
  return result.data === null ? 'failed' : 'partial';
}
