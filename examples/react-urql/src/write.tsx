import { useState, type ReactNode } from 'react';
import type { CombinedError } from 'urql';
import { ProblemNotice, problemOfWrite, type Problem, type UserError } from '../../design/index.js';
import { errorsOf } from './errors.js';

interface WriteResult {
  data?: object | null | undefined;
  error?: CombinedError | undefined;
}

type Payload = { userErrors: readonly UserError[] } | null | undefined;

/**
 * Returns a function that writes and resolves to whether it was done, and what to show of a write that
 * wasn't. "Try again" sends the same write, so its `idempotencyKey` keeps it from happening twice.
 */
export function useWrite(what: string, onLook: () => void) {
  const [failure, setFailure] = useState<{
    problem: Problem;
    attempt: () => Promise<WriteResult>;
  }>();
  const write = async (attempt: () => Promise<WriteResult>): Promise<boolean> => {
    setFailure(undefined);
    const { data, error } = await attempt();
    // Beside it there is only `__typename`.
    const payload = Object.values(data ?? {}).find((value) => typeof value === 'object') as Payload;
    const problem = problemOfWrite(payload, errorsOf(error));
    if (problem !== undefined) setFailure({ problem, attempt });
    return problem === undefined;
  };
  const look = () => {
    setFailure(undefined);
    onLook();
  };
  const notice: ReactNode = failure && (
    <ProblemNotice
      problem={failure.problem}
      what={what}
      onRetry={() => void write(failure.attempt)}
      onLook={look}
    />
  );
  return [write, notice] as const;
}
