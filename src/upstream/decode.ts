/** From what the API sends to a value, or to the error that says why there is none. */
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { Fetched } from './cache/reads.js';
import { logText } from '../telemetry/redact.js';
import type { Endpoint } from './endpoint.js';
import { reasonsIn, UpstreamError } from './errors.js';
import { askedWaitMs } from './policy/retry.js';
import type { RawAnswer } from './send/index.js';

/**
 * Kinde says that a thing does not exist with a 400 and one of these codes, and 404 mostly means that
 * the route does not exist; either way the thing asked for is not there.
 */
const NOT_FOUND_CODE = /_NOT_FOUND$|^USER_NOT_IN_ORGANIZATION$/;

/** What the API answered, as the row promises it; throws the UpstreamError that any other answer stands for. */
export function interpret(endpoint: Endpoint, answer: RawAnswer): Fetched {
  const { status } = answer;
  if (status >= 200 && status < 300) return decode(endpoint, answer);

  const reasons = reasonsIn(parse(answer.body));
  const waitMs = askedWaitMs(answer);
  const details = {
    route: endpoint.route,
    status,
    reasons,
    ...(waitMs === undefined ? {} : { retryAfterSeconds: Math.ceil(waitMs / 1000) }),
  };
  const message = `${endpoint.route} answered ${status} ${reasons.map((reason) => reason.code).join(' ')}`;
  switch (status) {
    case 400:
    case 422:
      throw new UpstreamError(
        reasons.some((reason) => NOT_FOUND_CODE.test(reason.code)) ? 'NOT_FOUND' : 'BAD_REQUEST',
        message,
        details,
      );
    case 401:
      throw new UpstreamError('UNAUTHENTICATED', message, details);
    case 403:
      throw new UpstreamError('FORBIDDEN', message, { ...details, requiredScope: endpoint.scope });
    case 404:
      throw new UpstreamError('NOT_FOUND', message, details);
    case 429:
      throw new UpstreamError('RATE_LIMITED', message, details);
    default:
      if (status >= 500) {
        throw new UpstreamError('UNAVAILABLE', message, {
          ...details,
          outcomeUnknown: endpoint.method !== 'GET',
        });
      }
      throw new UpstreamError('BAD_RESPONSE', message, details);
  }
}

const validators = new WeakMap<TSchema, Validator>();

function validator(schema: TSchema): Validator {
  let compiled = validators.get(schema);
  if (compiled === undefined) validators.set(schema, (compiled = Compile(schema)));
  return compiled;
}

/**
 * A success answer as its row promises it. An answer without a body, which older generations of the
 * API give for writes, reads as an empty object: what the row requires is then missed by name.
 */
function decode(endpoint: Endpoint, { status, body }: RawAnswer): Fetched {
  const value: unknown = body === '' && endpoint.method !== 'GET' ? {} : parse(body);
  if (validator(endpoint.returns).Check(value)) return { value, body };
  if (salvage(endpoint, value)) return { value, body: undefined };
  throw badResponse(endpoint, status, endpoint.returns, value, '');
}

/**
 * One unusable entry must not cost the whole list: puts an UpstreamError in the place of each such
 * entry, which graphql-js then reports at that entry's path. Returns whether all else is as promised.
 */
function salvage(endpoint: Endpoint, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { properties, required } = endpoint.returns as unknown as {
    properties: Record<string, TSchema>;
    required?: string[];
  };
  for (const [name, schema] of Object.entries(properties)) {
    const list: unknown = (value as Record<string, unknown>)[name];
    if (!('items' in schema) || !Array.isArray(list)) {
      if (
        validator(schema).Check(list) ||
        (list === undefined && required?.includes(name) !== true)
      )
        continue;
      return false;
    }
    const items = schema.items as TSchema;
    list.forEach((item: unknown, index) => {
      if (!validator(items).Check(item)) {
        list[index] = badResponse(endpoint, 200, items, item, `/${name}/${index}`);
      }
    });
  }
  return true;
}

function badResponse(
  endpoint: Endpoint,
  status: number,
  schema: TSchema,
  value: unknown,
  at: string,
) {
  const [first] = validator(schema).Errors(value);
  // A path holds names out of the answer, which may be anything, and the message goes to the log.
  const where = logText(`${at}${first?.instancePath ?? ''}`);
  return new UpstreamError(
    'BAD_RESPONSE',
    `${endpoint.route} answered ${status} with an unusable body: ${where || '/'} ${first?.message ?? ''}`,
    { route: endpoint.route, status, outcomeUnknown: endpoint.method !== 'GET' },
  );
}

/** The value of a text that was a usable answer before; undefined for one that is none. */
export function valueOf(endpoint: Endpoint, body: string): unknown {
  const value = parse(body);
  return validator(endpoint.returns).Check(value) ? value : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
