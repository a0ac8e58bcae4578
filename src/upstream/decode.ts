/** From what the API sends to a value, or to the error that says why there is none. */
import type { TSchema } from 'typebox';
import type { Fetched } from './cache/reads.js';
import type { Endpoint } from './endpoint.js';
import {
  reasonsIn,
  UNKNOWN_CODE,
  UpstreamError,
  type Reason,
  type UpstreamFailure,
} from './errors.js';
import { parseJson } from './json.js';
import { askedWaitMs } from './policy/retry.js';
import { scopeAskedFor } from './required-scope.js';
import {
  compileDecoder,
  UNUSABLE,
  type Decode,
  type Decoding,
  type Mismatch,
} from './schema-decoder.js';
import type { RawResponse } from './send/index.js';
import { Success } from './types.js';

/**
 * Kinde says that a thing does not exist with a 400 and one of these codes, and 404 mostly means that
 * the route does not exist; either way the thing asked for is not there.
 */
const NOT_FOUND_CODE = /_NOT_FOUND$|^USER_NOT_IN_ORGANIZATION$/;

/** Called for each field of a response that differs from Kinde's specification. */
export type OnMismatch = (endpoint: Endpoint, mismatch: Mismatch) => void;

/** What the API answered, as the row promises it; throws the UpstreamError that any other response stands for. */
export function interpret(
  endpoint: Endpoint,
  response: RawResponse,
  onMismatch: OnMismatch,
): Fetched {
  const { status } = response;
  if (status >= 200 && status < 300) return decode(endpoint, response, onMismatch);

  const reasons = reasonsIn(parseJson(response.body));
  const waitMs = askedWaitMs(response);
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
      throw new UpstreamError(refusal(reasons), message, details);
    case 401:
      throw new UpstreamError('UNAUTHENTICATED', message, details);
    case 403:
      throw new UpstreamError('FORBIDDEN', message, {
        ...details,
        requiredScope: scopeAskedFor(endpoint, reasons, response.headers),
      });
    case 404:
      throw new UpstreamError('NOT_FOUND', message, details);
    case 413:
    case 414:
    case 431:
      throw new UpstreamError(refusal(reasons), message, {
        ...details,
        reasons: reasons.length > 0 ? reasons : [TOO_LONG],
      });
    case 429:
      throw new UpstreamError('RATE_LIMITED', message, details);
    default:
      if (status >= 500) {
        throw new UpstreamError('UNAVAILABLE', message, {
          ...details,
          outcomeUnknown: endpoint.method !== 'GET',
        });
      }
      throw new UpstreamError(
        endpoint.method !== 'GET' && status >= 400 && reasons.length > 0
          ? refusal(reasons)
          : 'BAD_RESPONSE',
        message,
        // A redirect may be where a proxy sends those whose write is done.
        { ...details, outcomeUnknown: endpoint.method !== 'GET' && status < 400 },
      );
  }
}

/** What a server or a proxy means that finds a body, a URL or headers too large, which seldom says more. */
const TOO_LONG: Reason = {
  code: UNKNOWN_CODE,
  message:
    'The request is too long for Kinde or a proxy in front of it. Send shorter or fewer values.',
};

/** A write that Kinde refuses with a reason, such as 409 HANDLE_TAKEN, is the caller's to change. */
const refusal = (reasons: readonly Reason[]): UpstreamFailure =>
  reasons.some(({ code }) => NOT_FOUND_CODE.test(code)) ? 'NOT_FOUND' : 'BAD_REQUEST';

const decoders = new WeakMap<TSchema, Decode>();

/** Compiles a row's decoder once: it reads every response of its endpoint. */
function decoderOf({ returns }: Endpoint): Decode {
  let decoder = decoders.get(returns);
  if (decoder === undefined) decoders.set(returns, (decoder = compileDecoder(returns)));
  return decoder;
}

/** One response while it is decoded. */
class ResponseDecoding implements Decoding {
  blamed: Mismatch | undefined;
  /** Entries that are unusable for the same reason share an error: a response can hold 100,000 of them. */
  #lost: Map<string, UpstreamError> | undefined;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly status: number,
    private readonly onFieldMismatch: OnMismatch,
  ) {}

  onMismatch(mismatch: Mismatch): void {
    this.onFieldMismatch(this.endpoint, mismatch);
  }

  loseEntry(mismatch: Mismatch): UpstreamError {
    const reason = `${mismatch.field} ${mismatch.received}`;
    this.#lost ??= new Map();
    let error = this.#lost.get(reason);
    if (error === undefined) {
      this.#lost.set(reason, (error = badResponse(this.endpoint, this.status, mismatch)));
    }
    return error;
  }

  get isComplete(): boolean {
    return this.#lost === undefined;
  }
}

/**
 * Decodes a successful response. One without a body, which older generations of the API give for
 * writes, reads as an empty object: what the row requires is then missed by name. A response in which
 * an entry was lost is not cached, so that the next read may find it.
 */
function decode(
  endpoint: Endpoint,
  { status, body }: RawResponse,
  onMismatch: OnMismatch,
): Fetched {
  const decoding = new ResponseDecoding(endpoint, status, onMismatch);
  const value = decoderOf(endpoint)(
    body === '' && endpoint.method !== 'GET' ? {} : parseJson(body),
    decoding,
  );
  if (value === UNUSABLE) throw badResponse(endpoint, status, decoding.blamed!);
  if (endpoint.returns === Success) checkSuccess(endpoint, status, value as object);
  return { value, body: decoding.isComplete ? body : undefined };
}

/** Throws for a success with errors, where nothing else in the response says what was done. */
function checkSuccess({ route }: Endpoint, status: number, { errors }: { errors?: unknown }): void {
  const reasons = reasonsIn({ errors });
  if (reasons.length === 0) return;
  const codes = reasons.map(({ code }) => code).join(' ');
  const message = `${route} answered ${status} with errors: ${codes}`;
  throw new UpstreamError('BAD_RESPONSE', message, {
    route,
    status,
    reasons,
    outcomeUnknown: true,
  });
}

/** Names fields by the table's names: those in a response may be anything, and messages go to the log. */
function badResponse(
  { route, method }: Endpoint,
  status: number,
  { field, expected, received }: Mismatch,
): UpstreamError {
  return new UpstreamError(
    'BAD_RESPONSE',
    `${route} answered ${status} with an unusable body: ${field || 'it'} is ${received}, not ${expected}`,
    { route, status, outcomeUnknown: method !== 'GET' },
  );
}

/** Decodes the body of a response that was usable before; returns undefined for one that isn't. */
export function valueOf(endpoint: Endpoint, body: string): unknown {
  try {
    const fetched = decode(endpoint, { status: 200, headers: {}, body }, () => undefined);
    return fetched.body === undefined ? undefined : fetched.value;
  } catch (error) {
    if (error instanceof UpstreamError) return undefined;
    throw error;
  }
}
