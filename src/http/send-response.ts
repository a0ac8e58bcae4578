/** Sends complete responses: compressed where that helps, with the headers that HTTP caches need. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MIN_LENGTH, negotiateEncoding } from './compression.js';
import type { CachedResponse } from './response-cache.js';

export interface SendOptions {
  /** For how long a browser may reuse the response to a GET without asking, in milliseconds. */
  maxAgeMs: number;
  /** Whether other operations are executed meanwhile, whose responses may be ready at the same time. */
  isOneOfMany?: boolean;
  /** Called when the response was compressed for this request. */
  onCompress: () => void;
}

/** Sends a response; 304 without a body to a client that has it already. */
export async function sendResponse(
  request: FastifyRequest,
  reply: FastifyReply,
  response: CachedResponse,
  { maxAgeMs, isOneOfMany, onCompress }: SendOptions,
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
  if (encoding === undefined) {
    if (isOneOfMany) await endOfTurn();
    return reply.send(response.body);
  }
  reply.header('content-encoding', encoding);
  const body = response.compressed(encoding);
  if (body instanceof Buffer) return reply.send(body);
  await body;
  onCompress();
  return reply.send(await body);
}

let turn: Promise<void> | undefined;

/**
 * Waits for the end of this turn of the event loop, so that all responses of operations that ended in it
 * are written one right after the other. The first write wakes their reader, which costs more than the
 * write, and the others don't.
 */
function endOfTurn(): Promise<void> {
  turn ??= new Promise((resolve) => {
    setImmediate(() => {
      turn = undefined;
      resolve();
    });
  });
  return turn;
}

/** Returns whether an `If-None-Match` header matches the validator (RFC 9110, section 13.1.2). */
function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .map((validator) => validator.trim().replace(/^W\//, ''))
    .some((validator) => validator === '*' || validator === etag);
}
