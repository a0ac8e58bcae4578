/** What can be told of a request to `/graphql` by HTTP alone. */
import type { FastifyRequest } from 'fastify';
import { identityOf } from '../auth/viewer.js';

/** Headers that ask for something beside the answer, which is made anew for them. */
const ASIDE = ['x-graphql-cost', 'x-graphql-explain'];

/**
 * What tells an answer from all others: who asks, in which form, and what, by its text. A GET that may
 * not have been meant is left to Apollo Server to refuse.
 */
export async function keyOf({ method, url, headers, body, caller }: FastifyRequest) {
  if (ASIDE.some((name) => headers[name] !== undefined)) return undefined;
  const asked = method === 'POST' ? body : headers['apollo-require-preflight'] && url;
  if (typeof asked !== 'string' || asked === '') return undefined;
  try {
    const { viewer, token } = await caller!;
    return JSON.stringify([identityOf(viewer, token.authority), headers.accept, method]) + asked;
  } catch {
    // Apollo Server answers for it.
    return undefined;
  }
}

/**
 * Whether a request can only be a query. A document that has another operation has its keyword, which
 * cannot be written in any other way; one that is known by its hash alone may be anything.
 */
export function isQuery({ method, body }: FastifyRequest): boolean {
  if (method === 'GET') return true;
  const { query } = (body ?? {}) as { query?: unknown };
  return typeof query === 'string' && !/mutation|subscription/.test(query);
}

/** Whether a content type is read as UTF-8, which JSON is when nothing is said (RFC 8259, section 8.1). */
export function isUtf8(contentType = ''): boolean {
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(contentType)?.[1];
  return charset === undefined || charset.toLowerCase() === 'utf-8';
}

const GRAPHQL_TYPE = /application\/(graphql-response\+)?json/i;

/**
 * Whether a GET was sent by somebody who meant to ask GraphQL, and not by a page elsewhere that points
 * a browser here. Such a page cannot name GraphQL's types; a script in it can, but GET reads only,
 * carries no cookie and, without CORS, shows its answer to nobody. In development a GET may also say
 * nothing, unless the browser says that it comes from another site.
 */
export function isDeliberate({ headers }: FastifyRequest, isProduction: boolean): boolean {
  if (GRAPHQL_TYPE.test(headers.accept ?? '')) return true;
  const site = headers['sec-fetch-site'];
  return !isProduction && (site === undefined || site === 'same-origin' || site === 'none');
}
