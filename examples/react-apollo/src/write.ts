import { writeHook } from '../../design/index.js';
import { errorsOf } from './errors.js';

/** Returns `useAttempt` for what a mutation resolves to. */
export const useWrite = writeHook(errorsOf);
