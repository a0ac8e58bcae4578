import { useEffect, useState } from 'react';
import type { Problem } from './problem.js';

interface NoticeProps {
  problem: Problem;
  /** What can't be shown or wasn't done, for example "the members". */
  what: string;
  /** Reads or writes again. */
  onRetry: () => void;
  /** Reads the present state, after a write whose outcome is unknown. */
  onLook?: () => void;
  /** Whether to retry as soon as the wait is over. Reads can; a write is for the person to repeat. */
  isAutomatic?: boolean;
}

/** Says what is wrong, and offers what helps. A list that can't be read is never shown as empty. */
export function ProblemNotice({ problem, what, onRetry, onLook, isAutomatic }: NoticeProps) {
  switch (problem.kind) {
    case 'forbidden':
      return (
        <p role="alert" className="notice">
          You may not see or change {what}.
          {problem.scope !== undefined && (
            <>
              {' '}
              It takes <code>{problem.scope}</code>.
            </>
          )}
        </p>
      );
    case 'wait':
      return <RateLimitCountdown {...{ seconds: problem.seconds, onRetry, isAutomatic }} />;
    case 'unknown-outcome':
      return (
        <div role="alert" className="notice serious">
          <p>
            It is unknown whether this changed {what}. Look at the present state before you try
            again.
          </p>
          <button onClick={onLook ?? onRetry}>Look again</button>
        </div>
      );
    case 'refused':
      return (
        <p role="alert" className="notice serious">
          {problem.message}
        </p>
      );
    case 'signed-out':
      return (
        <p role="alert" className="notice serious">
          Your session has ended. Sign in again.
        </p>
      );
    case 'unreachable':
    case 'failed':
      return (
        <div role="alert" className="notice serious">
          <p>
            {problem.kind === 'unreachable'
              ? 'The gateway can’t be reached.'
              : `Something went wrong with ${what}.`}
            {problem.kind === 'failed' && problem.requestId !== undefined && (
              <>
                {' '}
                Support finds it by <code>{problem.requestId}</code>.
              </>
            )}
          </p>
          <button onClick={onRetry}>Try again</button>
        </div>
      );
  }
}

interface CountdownProps {
  seconds: number;
  onRetry: () => void;
  isAutomatic?: boolean | undefined;
}

/** Counts down the seconds that the gateway asked to wait. */
export function RateLimitCountdown({ seconds, onRetry, isAutomatic = false }: CountdownProps) {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    const end = Date.now() + seconds * 1000;
    const timer = setInterval(() => setLeft(Math.ceil((end - Date.now()) / 1000)), 250);
    return () => clearInterval(timer);
  }, [seconds]);
  const isOver = left <= 0;
  useEffect(() => {
    if (isOver && isAutomatic) onRetry();
    // One retry for each wait, though `onRetry` is another function in each render.
  }, [isOver, isAutomatic]);
  return (
    <div role="alert" className="notice">
      <p>
        Kinde is busy.{' '}
        {isOver ? 'You can try again now.' : <span role="timer">Wait {left} s.</span>}
      </p>
      {!isAutomatic && (
        <button disabled={!isOver} onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
