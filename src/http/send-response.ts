/** Sends complete responses, with the headers that HTTP caches need. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { matchesEtag, type CachedResponse } from './response-cache.js';

/** Sends a response; 304 without a body to a client that has it already. */
export function sendResponse(
  { method, headers }: FastifyRequest,
  reply: FastifyReply,
  { body, contentType, etag }: CachedResponse,
  maxAgeSeconds: number | undefined,
): FastifyReply {
  reply.header('content-type', contentType);
  if (method !== 'GET') return reply.send(body);
  const lifetime = maxAgeSeconds === undefined ? 'no-cache' : `max-age=${maxAgeSeconds}`;
  const vary = [reply.getHeader('vary'), 'Accept', 'Authorization'].filter(Boolean).join(', ');
  reply.headers({ etag, 'cache-control': `private, ${lifetime}`, vary });
  return matchesEtag(headers['if-none-match'], etag) ? reply.code(304).send() : reply.send(body);
}
