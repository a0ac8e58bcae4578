import type { CombinedError } from 'urql';
import type { ResponseError } from '../../design/index.js';

/** Returns the errors of a response; undefined if there was no response. */
export const errorsOf = (error: CombinedError | undefined): readonly ResponseError[] | undefined =>
  error === undefined || error.networkError !== undefined ? undefined : error.graphQLErrors;
