import { useState, type ReactNode } from 'react';
import { ProblemNotice } from './problem-notice.js';
import { problemOfWrite, type Problem, type ResponseError, type UserError } from './problem.js';

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

interface WriteResult<E> {
  data?: object | null | undefined;
  error?: E | undefined;
}

type Payload = { userErrors: readonly UserError[] } | null | undefined;

/**
 * Returns `useAttempt` for what a client's mutation resolves to. `errorsOf` returns the errors of a
 * response; undefined if there was no response.
 */
export function writeHook<E>(
  errorsOf: (error: E | undefined) => readonly ResponseError[] | undefined,
) {
  return function useWrite(what: string, onLook: () => void) {
    const [make, notice] = useAttempt(what, onLook);
    const write = (send: () => Promise<WriteResult<E>>): Promise<boolean> =>
      make(async () => {
        const { data, error } = await send();
        // Beside it there is only `__typename`.
        const payload = Object.values(data ?? {}).find(
          (value) => typeof value === 'object',
        ) as Payload;
        return problemOfWrite(payload, errorsOf(error));
      });
    return [write, notice] as const;
  };
}
