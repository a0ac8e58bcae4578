/** Sends complete responses: compressed where that helps, with the headers that HTTP caches need. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MIN_LENGTH, negotiateEncoding } from './compression.js';
import type { CachedResponse } from './response-cache.js';

export interface SendOptions {
  /** For how long a browser may reuse the response to a GET without asking, in milliseconds. */
  maxAgeMs: number;
  /** Called when the response was compressed for this request. */
  onCompress: () => void;
}

/** Sends a response; 304 without a body to a client that has it already. */
export async function sendResponse(
  request: FastifyRequest,
  reply: FastifyReply,
  response: CachedResponse,
  { maxAgeMs, onCompress }: SendOptions,
): Promise<FastifyReply> {
  const { method, headers } = request;
  const encoding =
    response.body.length < MIN_LENGTH ? undefined : negotiateEncoding(request, reply);
  if (method === 'GET') {
    const etag = response.etag(encoding);
    const seconds = Math.floor(maxAgeMs / 1000);
    reply.header('etag', etag);
    reply.header('cache-control', `private, ${seconds > 0 ? `max-age=${seconds}` : 'no-cache'}`);
    if (matchesEtag(headers['if-none-match'], etag)) return reply.code(304).send();
  }
  if (encoding === undefined) return reply.send(response.body);
  reply.header('content-encoding', encoding);
  const body = response.compressed(encoding);
  if (body instanceof Buffer) return reply.send(body);
  await body;
  onCompress();
  return reply.send(await body);
}

/** Returns whether an `If-None-Match` header matches the validator (RFC 9110, section 13.1.2). */
function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .map((validator) => validator.trim().replace(/^W\//, ''))
    .some((validator) => validator === '*' || validator === etag);
}
