/** What a request for a stream tells before it is executed. */
import type { FastifyRequest } from 'fastify';
import { isQuery, searchOf } from '../request.js';

/** Whether the request may be for a live query. */
export function mayBeLive(request: FastifyRequest): boolean {
  return isQuery(request) && /@\s*live\b/.test(documentOf(request));
}

/** Whether more results may follow the first one. */
export function mayFollow(request: FastifyRequest): boolean {
  return mayBeLive(request) || documentOf(request).includes('subscription');
}

export function documentOf({ method, url, body }: FastifyRequest): string {
  const { query } =
    method === 'GET'
      ? { query: new URLSearchParams(searchOf(url)).get('query') }
      : ((body ?? {}) as { query?: unknown });
  return String(query);
}
