import type { TObject, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { Endpoint } from '../upstream/endpoint.js';
import { endpoints } from '../upstream/endpoints/index.js';
import type { Form } from './body-parsers.js';
import { invalid, KindeError, pageTooLarge } from './errors.js';

/** What a request brings, as Fastify has parsed it. */
export interface Given {
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
}

type ArgumentsReader = (given: Given) => Record<string, unknown>;

const readers = new Map<Endpoint, ArgumentsReader>();

/**
 * Returns the reader of a row's requests, which all emulators of the process share: path, query and
 * body parameters in one object. It refuses what the row does not name and what is not of the row's
 * type, so that a client which would be refused by Kinde is refused here.
 */
export function argumentsReader(row: Endpoint): ArgumentsReader {
  const reader = readers.get(row) ?? createReader(row);
  readers.set(row, reader);
  return reader;
}

function createReader(row: Endpoint): ArgumentsReader {
  const readQuery = reader(row.query, 'query parameter');
  const readBody =
    row.bodyType === 'multipart' ? formReader(row.body!) : row.body && jsonReader(row.body);
  return ({ params, query, body }) => {
    const args = { ...params, ...readQuery(fromText(row.query, query)) };
    if (!readBody) {
      if (body !== undefined) throw invalid('UNEXPECTED_BODY', 'The operation takes no body');
      return args;
    }
    if (row === endpoints.organizations.updateUsers) crashOnNullOperation(body);
    return { ...args, ...readBody(body) };
  };
}

function reader(schema: TObject, noun: string): (value: unknown) => object {
  // Most processes call a few of the operations, and compiling all of them takes 100 ms.
  let validator: Validator | undefined;
  return (value) => {
    validator ??= Compile(closed(schema));
    if (validator.Check(value)) return value as object;
    const errors = validator.Errors(value);
    // An unknown property is told of twice; the second error is the one with its name.
    throw refusal(
      errors.find(({ keyword }) => keyword !== 'boolean')!,
      noun,
    );
  };
}

/** The reader of a JSON body. A decision: a form in its place is refused like text that is not JSON. */
function jsonReader(schema: TObject): (body: unknown) => object {
  const read = reader(schema, 'body property');
  return (body = {}) => {
    if (body instanceof Map) throw invalid('INVALID_JSON', 'The body is not JSON');
    return read(body);
  };
}

/** The reader of a form all of whose parts are files. */
function formReader({ properties }: TObject): (body: unknown) => object {
  return (body = new Map()) => {
    if (!(body instanceof Map)) throw invalid('INVALID_FORM', 'The body is not a multipart form');
    const parts: Form = body;
    const unknown = [...parts.keys()].filter((name) => !Object.hasOwn(properties, name));
    if (unknown.length > 0) {
      throw invalid('UNKNOWN_PARAMETER', `Unknown part of the form: ${unknown.join(', ')}`);
    }
    for (const name of Object.keys(properties)) {
      if (typeof parts.get(name) !== 'object') {
        throw invalid('MISSING_PARAMETER', `Missing file: ${name}`);
      }
    }
    return Object.fromEntries(parts);
  };
}

/** The codes other than the two documented limits are decisions. */
function refusal(
  error: { keyword: string; instancePath: string; message: string; params: object },
  noun: string,
): KindeError {
  const place = error.instancePath.slice(1).replaceAll('/', '.');
  if (error.keyword === 'maximum' && place === 'page_size') {
    return pageTooLarge((error.params as { limit: number }).limit);
  }
  if (error.keyword === 'maxItems') {
    const { limit } = error.params as { limit: number };
    return invalid('TOO_MANY_PARAMETERS', `${place} cannot be more than ${limit}`);
  }
  if (error.keyword === 'additionalProperties') {
    const { additionalProperties } = error.params as { additionalProperties: string[] };
    return invalid('UNKNOWN_PARAMETER', `Unknown ${noun}: ${additionalProperties.join(', ')}`);
  }
  if (error.keyword === 'required') {
    const { requiredProperties } = error.params as { requiredProperties: string[] };
    return invalid('MISSING_PARAMETER', `Missing ${noun}: ${requiredProperties.join(', ')}`);
  }
  return invalid('INVALID_PARAMETER', `Invalid ${noun}: ${place} ${error.message}`.trim());
}

/** The schema without room for what it does not name, at any depth. */
function closed(schema: TSchema): TSchema {
  const close = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(close);
    if (typeof part !== 'object' || part === null) return part;
    const copy = Object.fromEntries(
      Object.entries(part).map(([keyword, value]) => [keyword, close(value)]),
    );
    return copy.type === 'object' && 'properties' in copy
      ? { ...copy, additionalProperties: false }
      : copy;
  };
  return close(schema) as TSchema;
}

/** Everything in a query string is text; what is a number or a boolean there becomes one. */
function fromText({ properties }: TObject, query: Record<string, unknown>) {
  return Object.fromEntries(
    Object.entries(query).map(([name, text]) => {
      const type = (properties[name] as { type?: string } | undefined)?.type;
      if (type === 'integer' && /^-?\d+$/.test(String(text))) return [name, Number(text)];
      if (type === 'boolean' && /^(true|false)$/.test(String(text))) return [name, text === 'true'];
      return [name, text];
    }),
  );
}

/** The real API was seen to fail on a null operation, where a refusal would be expected. */
function crashOnNullOperation(body: unknown): void {
  const users: unknown = (body as { users?: unknown } | null | undefined)?.users;
  if (!Array.isArray(users)) return;
  if (users.some((user: { operation?: unknown } | null) => user?.operation === null)) {
    throw new KindeError(500, 'INTERNAL_SERVER_ERROR', 'operation is null');
  }
}
