/** Failures of HTTP, in the form of a GraphQL response. */
import type { FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { withRequestId } from '../graphql/errors.js';

const HTTP_CODES: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  431: 'HEADERS_TOO_LARGE',
};

/** A failure of HTTP in the form of a GraphQL response, so that clients need to know one form only. */
export function httpError(
  status: number,
  message: string,
  { id }: Pick<FastifyRequest, 'id'>,
  code = HTTP_CODES[status] ?? (status >= 500 ? 'INTERNAL_SERVER_ERROR' : 'BAD_REQUEST'),
) {
  return { errors: [{ message, extensions: { code, requestId: id } }] };
}

/** What failed before it was an operation has no context, and so no plugin that names its request. */
export function nameRequest(answer: unknown, { id }: FastifyRequest): unknown {
  if (typeof answer !== 'string') return answer;
  const { errors, ...rest } = JSON.parse(answer) as { errors?: GraphQLFormattedError[] };
  return JSON.stringify({ errors: errors && withRequestId(errors, id), ...rest });
}
