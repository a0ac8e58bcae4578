/** Media types of GraphQL over HTTP: which one a response has, and which bodies are read. */
import type { IncomingHttpHeaders } from 'node:http';
import Negotiator from 'negotiator';

/** In order of preference where the client has none. */
const RESPONSE_TYPES = ['application/json', 'application/graphql-response+json'] as const;

const STREAMABLE_TYPES = [...RESPONSE_TYPES, 'text/event-stream'] as const;

export type ResponseType = `${(typeof RESPONSE_TYPES)[number]}; charset=utf-8`;

/**
 * JSON is always UTF-8, so the parameter says nothing. `utf8` is a common spelling of it. The pattern
 * doesn't start with white space: a header of spaces would take time that grows with their square.
 */
const UTF8_PARAMETER = /;\s*charset\s*=\s*("?)utf-?8\1\s*(?=[;,]|$)/gi;

/** Returns whether the client wants a stream of events, and prefers nothing else that there is. */
export function wantsStream(accept: string | undefined): boolean {
  if (accept === undefined || !accept.includes('text/event-stream')) return false;
  const types = [...STREAMABLE_TYPES];
  return new Negotiator({ headers: { accept } }).mediaType(types) === 'text/event-stream';
}

/** Returns whether a browser opens a page: it prefers HTML to all that `/graphql` has, and sets no header of its own. */
export function isNavigation({ accept, ...headers }: IncomingHttpHeaders): boolean {
  if (
    accept === undefined ||
    'apollo-require-preflight' in headers ||
    !accept.includes('text/html')
  )
    return false;
  const types = [...STREAMABLE_TYPES, 'text/html'];
  return new Negotiator({ headers: { accept } }).mediaType(types) === 'text/html';
}

/** A header this long is of a client that few others resemble. */
const MAX_REMEMBERED_LENGTH = 200;
const MAX_REMEMBERED = 100;

const negotiated = new Map<string, ResponseType | undefined>();

/**
 * Returns the media type for an `Accept` header; undefined when it accepts none that there is. The
 * clients of a gateway send few different headers, so what each means is remembered.
 */
export function negotiateType(accept: string | undefined): ResponseType | undefined {
  if (accept === undefined || accept.length > MAX_REMEMBERED_LENGTH) return negotiate(accept);
  if (negotiated.has(accept)) return negotiated.get(accept);
  const type = negotiate(accept);
  if (negotiated.size >= MAX_REMEMBERED) negotiated.clear();
  negotiated.set(accept, type);
  return type;
}

function negotiate(accept: string | undefined): ResponseType | undefined {
  if (accept === undefined || accept.trim() === '') return `${RESPONSE_TYPES[0]}; charset=utf-8`;
  const headers = { accept: accept.replace(UTF8_PARAMETER, '') };
  const type = new Negotiator({ headers }).mediaType([...RESPONSE_TYPES]);
  return type === undefined ? undefined : (`${type}; charset=utf-8` as ResponseType);
}

/** Apollo Server parses the header in a time that grows with the square of its white space. */
const MAX_CONTENT_TYPE_LENGTH = 500;

/** Returns why a body with this `content-type` is not read; undefined for JSON in UTF-8. */
export function contentTypeProblem(contentType: string | undefined): string | undefined {
  if (contentType === undefined || contentType.trim() === '') {
    return 'The request has no content type. Send `content-type: application/json`.';
  }
  if (contentType.length > MAX_CONTENT_TYPE_LENGTH) {
    return `The content type is longer than ${MAX_CONTENT_TYPE_LENGTH} characters. Send \`content-type: application/json\`.`;
  }
  const [type = '', ...parameters] = contentType.replace(UTF8_PARAMETER, '').split(';');
  if (type.trim().toLowerCase() !== 'application/json') {
    return `The content type is "${contentType.slice(0, 100)}". Send \`content-type: application/json\`.`;
  }
  const charset = parameters.map((text) => text.trim()).find((text) => /^charset\s*=/i.test(text));
  if (charset === undefined) return undefined;
  return `The body must be UTF-8, not "${charset.slice(0, 100)}". Send \`content-type: application/json\`.`;
}
