/** From a call's arguments to what is sent. */
import type { Endpoint } from './endpoint.js';
import { UpstreamError } from './errors.js';
import { isId } from './id.js';

/** The URL and body that a call's arguments give. Drops only undefined: `0`, `false` and "" are sent. */
export function encode(
  baseUrl: string,
  endpoint: Endpoint,
  args: Readonly<Record<string, unknown>>,
): { url: string; body: string | undefined } {
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
      if (!text.isWellFormed()) throw invalidText(endpoint, name);
      query += `${query === '' ? '?' : '&'}${name}=${encodeURIComponent(text)}`;
    } else if (endpoint.body !== undefined && name in endpoint.body.properties) {
      body[name] = value;
    } else {
      throw new TypeError(`${endpoint.route} takes no parameter ${name}`);
    }
  }
  return {
    url: baseUrl + path + query,
    body: endpoint.body === undefined ? undefined : JSON.stringify(body),
  };
}

function requireId(endpoint: Endpoint, parameter: string, value: unknown): string {
  if (typeof value === 'string' && isId(value)) return value;
  throw new UpstreamError('INVALID_ID', `${endpoint.route}: ${parameter} cannot be an id`, {
    route: endpoint.route,
    parameter,
  });
}

/** An unpaired surrogate has no UTF-8 form: sending a replacement would write what nobody asked for. */
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
