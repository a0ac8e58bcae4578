/**
 * What replicas keep in Redis, and the scripts that read and write it:
 *
 * - `log`: a stream with an entry for each write, with the tags that it invalidates and the changes to
 *   tell the feed of;
 * - `epoch`: names the present log. It is replaced whenever a part of the log may have been lost;
 * - `news`: a channel with a message for each of these entries, so that replicas read the log at once;
 * - `mark <tag>`: a text that is replaced when the tag is invalidated;
 * - `entry <key>`: an API response, with the epoch and the marks that it was read under;
 * - `claim <key>`: the same epoch and marks, while a replica reads the response that others wait for.
 */
import { createHash } from 'node:crypto';
import type { Change } from '../changes/change.js';
import { FEED_LENGTH, type FeedEntry } from '../changes/feed.js';
import { decodeList, ignoreResult, script, UnexpectedReplyError } from '../../redis/script.js';

/** The names of these, for replicas with the same prefix. */
export interface ReplicaKeys {
  /** Of the epoch and the log. */
  readonly log: readonly [string, string];
  readonly news: string;
  marks(tags: readonly string[]): string[];
  entry(key: string): string;
  claim(key: string): string;
}

export function replicaKeys(prefix: string): ReplicaKeys {
  const name = (text: string) => `${prefix}:${text}`;
  return {
    log: [name('epoch'), name('log')],
    news: name('news'),
    marks: (tags) => tags.map((tag) => name(`mark ${tag}`)),
    entry: (key) => name(`entry ${key}`),
    claim: (key) => name(`claim ${key}`),
  };
}

/** How many entries of the log are kept for replicas that have not read them yet. */
const LOG_LENGTH = 10_000;
/** A replica that has more to read at once drops its cache instead. */
const MOST_AT_ONCE = 1_000;

/**
 * Finds the epoch, or starts one. A Redis that was restarted or has failed over has another replication
 * id (where it says so): it may have gone back in time, so that the epoch that it knows is over. With
 * the epoch there, `SET NX` changes nothing and is replicated nowhere, but it is refused where an
 * announcement would be: by a replica of Redis, or one without memory. There nothing can be learned.
 */
const EPOCH = `
local epochKey, logKey = KEYS[1], KEYS[2]
-- Identifies the request, so that nothing else has this name.
local nonce = ARGV[#ARGV]
local info = redis.pcall('INFO', 'replication')
local history = type(info) == 'string' and string.match(info, 'master_replid:(%x+)') or '-'
local function startEpoch()
  local epoch = history .. ' ' .. nonce
  redis.call('SET', epochKey, epoch)
  redis.call('DEL', logKey)
  redis.call('XADD', logKey, '*', 'by', '', 'tags', '[]')
  return epoch
end
redis.call('SET', epochKey, '', 'NX')
local epoch = redis.call('GET', epochKey)
if string.sub(epoch, 1, #history + 1) ~= history .. ' ' or redis.call('EXISTS', logKey) == 0 then
  epoch = startEpoch()
end`;

/** An entry of the log. */
export interface LogEntry {
  readonly id: string;
  /** The replica that wrote it. */
  readonly by: string;
  /** Undefined where they can't be read. */
  readonly tags: readonly string[] | undefined;
  readonly changes: readonly Change[];
}

/** Returns entries as the feed has them. A place in the log of another epoch is no place in this one. */
export function feedEntries(epoch: string, entries: readonly LogEntry[]): FeedEntry[] {
  if (entries.length === 0) return [];
  const name = createHash('sha256').update(epoch).digest('base64url').slice(0, 8);
  return entries.map(({ id, changes }) => ({ id: `${name}:${id}`, changes }));
}

/** What a look at the log has found. */
export interface Look {
  readonly epoch: string;
  /** Whether the entries are all that followed the last known one, and not just the last of the log. */
  readonly isContinuous: boolean;
  /** The oldest first. There is always one, and where they are continuous it is the last known one. */
  readonly entries: readonly LogEntry[];
}

/**
 * Reads the log from the last entry that the replica knows, in the epoch that it knows. Where that
 * entry is no longer there, it was either cut off, or lost with all that followed: in that case the
 * epoch is over.
 */
export const LOOK = script(
  `${EPOCH}
local known, last = ARGV[1], ARGV[2]
if epoch == known then
  local entries = redis.call('XRANGE', logKey, last, '+', 'COUNT', ${MOST_AT_ONCE})
  if entries[1] and entries[1][1] == last then
    if #entries < ${MOST_AT_ONCE} then return { epoch, 1, entries } end
  elseif #entries == 0 or #redis.call('XRANGE', logKey, '-', last, 'COUNT', 1) > 0 then
    epoch = startEpoch()
  end
end
return { epoch, 0, redis.call('XREVRANGE', logKey, '+', '-', 'COUNT', ${FEED_LENGTH}) }`,
  (result): Look => {
    const [epoch, isContinuous, entries] = Array.isArray(result) ? (result as unknown[]) : [];
    if (typeof epoch !== 'string' || !Array.isArray(entries) || entries.length === 0) {
      throw new UnexpectedReplyError('Redis replied with something else than the log');
    }
    const decoded = entries.map(decodeEntry);
    return isContinuous === 1
      ? { epoch, isContinuous: true, entries: decoded }
      : { epoch, isContinuous: false, entries: decoded.reverse() };
  },
);

function decodeEntry(entry: unknown): LogEntry {
  const [id, fields] = Array.isArray(entry) ? (entry as unknown[]) : [];
  if (typeof id !== 'string' || !Array.isArray(fields)) {
    throw new UnexpectedReplyError('Redis replied with something else than an entry of the log');
  }
  const field = (name: string) => String(fields[fields.indexOf(name) + 1]);
  const tags = decodeArray(field('tags'));
  return {
    id,
    by: field('by'),
    tags: tags?.every((tag) => typeof tag === 'string') === true ? tags : undefined,
    // Replicas of an earlier release tell of none. Nobody but a replica writes here.
    changes: fields.includes('changes') ? ((decodeArray(field('changes')) ?? []) as Change[]) : [],
  };
}

function decodeArray(json: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces the marks of tags and adds them to the log with their changes, at once. */
export const ANNOUNCE = script(
  `
local marksLiveMs, by, tags, changes, channel, nonce = unpack(ARGV)
for i = 2, #KEYS do redis.call('SET', KEYS[i], nonce, 'PX', marksLiveMs) end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ${LOG_LENGTH}, '*',
  'by', by, 'tags', tags, 'changes', changes)
redis.call('PUBLISH', channel, by)`,
  ignoreResult,
);

/** Invalidates everything, on all replicas. */
export const ANNOUNCE_ALL = script(
  `${EPOCH}
startEpoch()
redis.call('PUBLISH', ARGV[1], '')`,
  ignoreResult,
);

/** A response that a replica has stored, or what is needed to store one. */
export interface Found {
  readonly body: string | undefined;
  /** How long it is still fresh, in milliseconds. */
  readonly remainingMs: number;
  /** The epoch and the marks of its tags as they are now; undefined when Redis did not say. */
  readonly stamp: string | undefined;
  /** Whether another replica reads it now. */
  readonly isClaimed: boolean;
}

/**
 * Finds the stamp of a read's tags, and the response that was stored under the same stamp. A tag
 * without a mark gets one that nothing was stored under, since its mark may have been lost. A read that
 * can wait claims a missing response for so many milliseconds, unless it is claimed already.
 */
export const LOOK_UP = script(
  `${EPOCH}
local stamp = { epoch }
for i = 5, #KEYS do
  local mark = redis.call('GET', KEYS[i])
  if not mark then
    mark = nonce
    redis.call('SET', KEYS[i], mark, 'PX', ARGV[1])
  end
  stamp[#stamp + 1] = mark
end
stamp = table.concat(stamp, ' ')
local entry = redis.call('HMGET', KEYS[3], 'stamp', 'body')
if entry[1] == stamp then return { stamp, 0, entry[2], redis.call('PTTL', KEYS[3]) } end
local claimMs = ARGV[2]
if claimMs == '0' then return { stamp, 0 } end
if redis.call('GET', KEYS[4]) == stamp then return { stamp, 1 } end
redis.call('SET', KEYS[4], stamp, 'PX', claimMs)
return { stamp, 0 }`,
  (result): Found => {
    const [stamp, isClaimed, body = null, remainingMs] = decodeList(result, 2);
    if (typeof stamp !== 'string' || typeof body === 'number') {
      throw new UnexpectedReplyError('Redis replied with something else than an entry');
    }
    return {
      stamp,
      isClaimed: isClaimed === 1,
      body: body ?? undefined,
      remainingMs: Number(remainingMs ?? 0),
    };
  },
);

/** Ends a claim under this stamp, so that nobody waits any longer. */
const RELEASE_LUA = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

export const RELEASE = script(RELEASE_LUA, ignoreResult);

/** Stores a response that was read after its stamp was looked up. */
export const STORE = script(
  `
redis.call('HSET', KEYS[2], 'stamp', ARGV[1], 'body', ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])${RELEASE_LUA}`,
  ignoreResult,
);
