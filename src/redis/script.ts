/** Lua scripts, each run as one command. */
import { createHash } from 'node:crypto';

/** A script, and how its result is read. */
export interface Script<R> {
  readonly lua: string;
  readonly sha1: string;
  /** Returns the result, or throws for one that the script can't have given. */
  readonly decode: (result: unknown) => R;
}

/**
 * Defines a script by its Lua body, which returns a result. The last argument identifies the request
 * and comes back beside the result, so that a reply to another request is recognized.
 */
export function script<R>(body: string, decode: (result: unknown) => R): Script<R> {
  const lua = `local function run()\n${body}\nend\nreturn { ARGV[#ARGV], run() or false }`;
  return { lua, sha1: createHash('sha1').update(lua).digest('hex'), decode };
}

/** The start of a body that needs the time: `now`, in milliseconds of the clock that replicas share. */
export const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** Redis gave a reply that its request can't have. */
export class UnexpectedReplyError extends Error {
  override readonly name = 'UnexpectedReplyError';
}

/** Reads a list of texts and numbers, at least `length` of them. Null stands for an absent one. */
export function decodeList(result: unknown, length = 0): (string | number | null)[] {
  const isList =
    Array.isArray(result) &&
    result.length >= length &&
    result.every((item) => item === null || typeof item === 'string' || typeof item === 'number');
  if (!isList) throw new UnexpectedReplyError('Redis replied with something else than a list');
  return result as (string | number | null)[];
}

/** Accepts any result of a script that is run for its effect. */
export const ignoreResult = (): void => undefined;
