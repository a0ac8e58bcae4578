/** Encodes a call's arguments. */
import { randomUUID } from 'node:crypto';
import type { Endpoint, FileUpload } from './endpoint.js';
import { UpstreamError } from './errors.js';
import { isId } from './id.js';

/** A call's URL and body. */
export interface EncodedCall {
  url: string;
  body: RequestBody | undefined;
}

export interface RequestBody {
  type: string;
  content: string | Buffer;
}

/** Returns the URL and body of a call's arguments. Drops only undefined: `0`, `false` and "" are sent. */
export function encode(
  baseUrl: string,
  endpoint: Endpoint,
  args: Readonly<Record<string, unknown>>,
): EncodedCall {
  const path = endpoint.fillPath((name) =>
    encodeURIComponent(requireId(endpoint, name, args[name])),
  );
  let query = '';
  const body: Record<string, unknown> = {};
  for (const name of Object.keys(args)) {
    const value = args[name];
    if (value === undefined || endpoint.pathParameters.includes(name)) continue;
    const schema: object | undefined = endpoint.query.properties[name];
    if (schema !== undefined) {
      const text = String(value);
      if (endpoint.ids.includes(name)) requireId(endpoint, name, value);
      if (!isWellFormed(text)) throw invalidText(endpoint, name);
      query += `${query === '' ? '?' : '&'}${name}=${encodeURIComponent(text)}`;
    } else if (endpoint.body !== undefined && name in endpoint.body.properties) {
      if (endpoint.bodyType === 'json' && !isWellFormed(value)) throw invalidText(endpoint, name);
      body[name] = value;
    } else {
      throw new TypeError(`${endpoint.route} takes no parameter ${name}`);
    }
  }
  return {
    url: baseUrl + path + query,
    body: endpoint.body === undefined ? undefined : encodeBody(endpoint, body),
  };
}

function encodeBody({ bodyType }: Endpoint, body: Record<string, unknown>): RequestBody {
  return bodyType === 'json'
    ? { type: 'application/json', content: JSON.stringify(body) }
    : encodeForm(body as Record<string, FileUpload>);
}

/** Escapes a name in a form's header, as browsers do: https://html.spec.whatwg.org/#multipart-form-data. */
const escapeName = (name: string) =>
  name.replace(/[\r\n"]/g, (character) => encodeURIComponent(character));

/** A form by RFC 7578. The boundary is random, so that no file can hold it on purpose. */
function encodeForm(files: Readonly<Record<string, FileUpload>>): RequestBody {
  const boundary = randomUUID();
  const parts = Object.entries(files).flatMap(([field, { name, type, content }]) => [
    `--${boundary}\r\n`,
    `content-disposition: form-data; name="${field}"; filename="${escapeName(name)}"\r\n`,
    `content-type: ${type}\r\n\r\n`,
    content,
    '\r\n',
  ]);
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    content: Buffer.concat([...parts, `--${boundary}--\r\n`].map((part) => Buffer.from(part))),
  };
}

function requireId(endpoint: Endpoint, parameter: string, value: unknown): string {
  if (typeof value === 'string' && isId(value)) return value;
  throw new UpstreamError('INVALID_ID', `${endpoint.route}: ${parameter} cannot be an id`, {
    route: endpoint.route,
    parameter,
  });
}

/** Returns whether all texts in a value are well-formed Unicode. JSON would escape half a character. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  return typeof value !== 'object' || value === null || Object.values(value).every(isWellFormed);
}

/** A lone surrogate has no UTF-8 form, and a replacement character would write something else. */
function invalidText(endpoint: Endpoint, parameter: string): UpstreamError {
  return new UpstreamError(
    'INVALID_ID',
    `${endpoint.route}: ${parameter} is not well-formed text`,
    {
      route: endpoint.route,
      parameter,
    },
  );
}
