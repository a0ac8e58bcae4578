/** HTTP errors in the form of a GraphQL response, so that clients have to parse one form only. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { withRequestId } from '../graphql/errors.js';

const HTTP_CODES: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  406: 'NOT_ACCEPTABLE',
  408: 'REQUEST_TIMEOUT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
  431: 'HEADERS_TOO_LARGE',
};

/** Returns the body of an HTTP error. */
export function httpError(
  status: number,
  message: string,
  { id }: Pick<FastifyRequest, 'id'>,
  code = HTTP_CODES[status] ?? (status >= 500 ? 'INTERNAL_SERVER_ERROR' : 'BAD_REQUEST'),
  extensions: object = {},
) {
  return { errors: [{ message, extensions: { code, ...extensions, requestId: id } }] };
}

/** Sends an HTTP error. */
export function sendError(
  request: FastifyRequest,
  reply: FastifyReply,
  {
    status,
    message,
    code,
    extensions,
  }: { status: number; message: string; code?: string; extensions?: object },
): FastifyReply {
  // Fastify drops the type that was set when an error is thrown. Only /graphql negotiates one.
  const { graphql: state }: Partial<Pick<FastifyRequest, 'graphql'>> = request;
  if (state?.responseType !== undefined) reply.type(state.responseType);
  return reply.code(status).send(httpError(status, message, request, code, extensions));
}

/** Sends the error of an authentication, with its status and challenge. Throws any other error. */
export function sendAuthenticationError(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  if (!(error instanceof GraphQLError)) throw error;
  const { code, http } = error.extensions as {
    code: string;
    http: { status: number; headers?: Map<string, string> };
  };
  reply.headers(Object.fromEntries(http.headers ?? []));
  return sendError(request, reply, { status: http.status, message: error.message, code });
}

/**
 * Adds the request id to each error of a body. Errors before execution have no context, so that the
 * plugin which adds it to the others does not see them.
 */
export function addRequestId(body: string, { id }: FastifyRequest): string {
  const { errors, ...rest } = JSON.parse(body) as { errors?: GraphQLFormattedError[] };
  return JSON.stringify({ errors: errors && withRequestId(errors, id), ...rest });
}
