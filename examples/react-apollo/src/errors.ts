import { CombinedGraphQLErrors } from '@apollo/client/errors';
import type { ResponseError } from '../../design/index.js';

/** Returns the errors of a response; undefined if there was no response. */
export const errorsOf = (error: unknown): readonly ResponseError[] | undefined =>
  CombinedGraphQLErrors.is(error) ? error.errors : undefined;
