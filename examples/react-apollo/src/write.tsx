import type { ErrorLike } from '@apollo/client';
import { problemOfWrite, useAttempt, type UserError } from '../../design/index.js';
import { errorsOf } from './errors.js';

interface WriteResult {
  data?: Record<string, unknown> | null | undefined;
  error?: ErrorLike | undefined;
}

type Payload = { userErrors: readonly UserError[] } | null | undefined;

/** Returns `useAttempt` for what a mutation resolves to. */
export function useWrite(what: string, onLook: () => void) {
  const [make, notice] = useAttempt(what, onLook);
  const write = (send: () => Promise<WriteResult>): Promise<boolean> =>
    make(async () => {
      const { data, error } = await send();
      // Beside it there is only `__typename`.
      const payload = Object.values(data ?? {}).find(
        (value) => typeof value === 'object',
      ) as Payload;
      return problemOfWrite(payload, errorsOf(error));
    });
  return [write, notice] as const;
}
