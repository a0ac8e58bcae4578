import { useState, type ReactNode } from 'react';
import { ProblemNotice } from './problem-notice.js';
import type { Problem } from './problem.js';

/** Writes, and resolves to why it wasn't done. */
export type Attempt = () => Promise<Problem | undefined>;

/**
 * Returns a function that makes an attempt and resolves to whether it was done, and what to show of one
 * that wasn't. "Try again" makes the same attempt, so its `idempotencyKey` keeps it from happening twice.
 */
export function useAttempt(what: string, onLook: () => void) {
  const [failure, setFailure] = useState<{ problem: Problem; attempt: Attempt }>();
  const make = async (attempt: Attempt): Promise<boolean> => {
    setFailure(undefined);
    const problem = await attempt();
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
      onRetry={() => void make(failure.attempt)}
      onLook={look}
    />
  );
  return [make, notice] as const;
}
