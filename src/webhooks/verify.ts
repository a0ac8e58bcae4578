/** Reads a webhook's body: a JWT that the environment has signed and whose payload is the event. */
import { compactVerify, errors, type CompactVerifyGetKey } from 'jose';
import { parseObject } from '../upstream/json.js';
import type { KindeEvent } from './events.js';

/** The body is no event of this environment. The message says why, for the log. */
export class InvalidEventError extends Error {
  override readonly name = 'InvalidEventError';
}

/**
 * Claims of tokens. Tokens are signed by the same keys, and anyone who is signed in has one: it must
 * not pass as an event. Events have none of these claims, and never expire.
 */
const TOKEN_CLAIMS = ['sub', 'azp', 'exp'];

/** Far more than Kinde's ids and types take, and little enough to be remembered and logged. */
const MAX_TEXT = 200;

/**
 * Returns the event in a webhook's body. Throws an InvalidEventError for anything else, and an
 * UpstreamError when the keys can't be read.
 */
export async function verifyEvent(body: string, keys: CompactVerifyGetKey): Promise<KindeEvent> {
  let payload: Uint8Array;
  try {
    ({ payload } = await compactVerify(body.trim(), keys, { algorithms: ['RS256'] }));
  } catch (error) {
    if (error instanceof errors.JOSEError) {
      throw new InvalidEventError(`the signature isn't valid: ${error.code}`, { cause: error });
    }
    throw error;
  }
  const claims = parseObject(new TextDecoder().decode(payload));
  if (claims === undefined) throw new InvalidEventError('the payload is not a JSON object');
  return eventIn(claims);
}

function eventIn(claims: Record<string, unknown>): KindeEvent {
  const tokenClaim = TOKEN_CLAIMS.find((name) => claims[name] !== undefined);
  if (tokenClaim !== undefined) {
    throw new InvalidEventError(`it is a token, with the claim \`${tokenClaim}\``);
  }
  return {
    id: requireText(claims, 'event_id'),
    type: requireText(claims, 'type'),
    data: claims['data'],
    source: typeof claims['source'] === 'string' ? claims['source'] : undefined,
    happenedAt: timeIn(claims['event_timestamp']) ?? timeIn(claims['timestamp']),
  };
}

function requireText(claims: Record<string, unknown>, name: string): string {
  const value = claims[name];
  if (typeof value === 'string' && value !== '' && value.length <= MAX_TEXT) return value;
  throw new InvalidEventError(`\`${name}\` is not a text of 1 to ${MAX_TEXT} characters`);
}

/** Kinde sends ISO 8601 with a zone, to the millisecond or microsecond. */
function timeIn(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(time) ? undefined : time;
}
