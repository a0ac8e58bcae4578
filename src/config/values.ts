/** Kinds of values that a setting can have: how its text is read, and how the docs show it. */
import { isIP } from 'node:net';
import { z } from 'zod';

/** How the text of an environment variable becomes a value. */
export interface Kind<T> {
  readonly schema: z.ZodType<T, string>;
  /** The values it takes, for the docs; empty where the description says it all. */
  readonly range: string;
}

/** One environment variable. */
export interface Setting<T> {
  readonly variable: string;
  readonly schema: z.ZodType<T, string | undefined>;
  readonly range: string;
  /** The text that stands for the default, as one would set it; undefined where there is none. */
  readonly default: string | undefined;
  /** Describes a default that depends on other settings. */
  readonly defaultDescription: string | undefined;
  readonly description: string;
  /** Whether its value must stay out of messages and logs. */
  readonly isSecret: boolean;
}

export interface SettingOptions {
  description: string;
  defaultDescription?: string;
  isSecret?: boolean;
}

/** Declares a setting that has a default, written as the variable's text. */
export function setting<T>(
  variable: string,
  kind: Kind<T>,
  options: SettingOptions & { default: string },
): Setting<T>;
/** Declares a setting that may be absent. */
export function setting<T>(
  variable: string,
  kind: Kind<T>,
  options: SettingOptions,
): Setting<T | undefined>;
export function setting<T>(
  variable: string,
  { schema, range }: Kind<T>,
  options: SettingOptions & { default?: string },
): Setting<T | undefined> {
  const { default: fallback, defaultDescription, description, isSecret = false } = options;
  return Object.freeze({
    variable,
    // A default is read like any other text, so that it cannot miss its own rule.
    schema: fallback === undefined ? schema.optional() : z.string().default(fallback).pipe(schema),
    range,
    default: fallback,
    defaultDescription,
    description,
    isSecret,
  });
}

/** Accepts any text. */
export const text: Kind<string> = { schema: z.string(), range: '' };

/** Accepts a whole number from `min` to `max`, and multiplies it by `unit`. */
export function integer(min: number, max: number, unit = 1): Kind<number> {
  const range = `${min} to ${max}`;
  return {
    schema: z
      .string()
      .regex(/^\d+$/, `must be a whole number from ${range}`)
      .transform(Number)
      .refine((value) => value >= min && value <= max, `must be from ${range}`)
      .transform((value) => value * unit),
    range,
  };
}

/** Accepts seconds, and returns milliseconds. */
export const seconds = (min: number, max: number) => integer(min, max, 1000);

/** Accepts megabytes, and returns bytes. */
export const megabytes = (min: number, max: number) => integer(min, max, 1024 * 1024);

/** Accepts `true` or `false`. */
export const boolean: Kind<boolean> = {
  schema: z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true'),
  range: '`true`, `false`',
};

/** Accepts one of these words. */
export function oneOf<const T extends string>(...words: readonly T[]): Kind<T> {
  const last = words.at(-1)!;
  return {
    schema: z.enum(words, `must be ${words.slice(0, -1).join(', ')} or ${last}`),
    range: words.map((word) => `\`${word}\``).join(', '),
  };
}

/**
 * Returns a text for people, without the user names and passwords in its URLs. A password that isn't encoded
 * may have any character of a path.
 */
export const withoutCredentials = (text: string) => text.replace(/\/\/[^\s,]*@/g, '//…@');

/** Accepts a URL with a host and one of these schemes. */
export function url(schemes: RegExp, example: string): Kind<string> {
  const error = `must be a URL such as ${example}`;
  return {
    schema: z
      .url({ protocol: schemes, abort: true, error })
      .refine((text) => new URL(text).hostname !== '', { error }),
    range: 'URL',
  };
}

/** Accepts the URL of something that is fetched: fetch refuses user names and passwords. */
export function fetchedUrl(example: string): Kind<string> {
  const { schema, range } = url(/^https?$/, example);
  const isBare = (text: string) => {
    const { username, password } = new URL(text);
    return username === '' && password === '';
  };
  const error = 'must be a URL without a user name and password';
  return { schema: schema.refine(isBare, { error }), range };
}

/**
 * Accepts what `read` makes a value of. For anything else `read` returns undefined, or throws a message of
 * its own.
 */
export function custom<T>(
  read: (text: string) => T | undefined,
  problem: string,
  range = '',
): Kind<T> {
  return {
    schema: z.string().transform((value, context) => {
      let message = problem;
      try {
        const result = read(value);
        if (result !== undefined) return result;
      } catch (error) {
        ({ message } = error as Error);
      }
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }),
    range,
  };
}

/** Reads a list as W3C Baggage has it: `key=value`, separated by commas, the values percent-encoded. */
export const keyValues: Kind<Readonly<Record<string, string>>> = custom((list) => {
  const pairs = list.split(',').filter((pair) => pair.trim() !== '');
  try {
    return Object.fromEntries(
      pairs.map((pair) => {
        const [, key, value] = /^\s*([^=\s]+)\s*=(.*)$/.exec(pair)!;
        return [key!, decodeURIComponent(value!.trim())];
      }),
    );
  } catch {
    return undefined;
  }
}, 'must be a list such as key=value,other=value');

/** Kinde's own hosts, also without an environment's name and with the dot of a rooted name. */
const KINDE_HOST = /(^|\.)kinde\.com\.?$/;

/** Returns a host or base URL as scheme and host; undefined for anything else. */
function baseUrl(value: string): string | undefined {
  const candidate = value.includes('://') ? value : `https://${value}`;
  if (!URL.canParse(candidate)) return undefined;
  const { protocol, pathname, search, hash, username, password, hostname, origin } = new URL(
    candidate,
  );
  const isBase =
    (protocol === 'https:' || protocol === 'http:') &&
    pathname === '/' &&
    `${search}${hash}${username}${password}` === '' &&
    // Without TLS the client secret would be readable on the way to Kinde.
    (KINDE_HOST.test(hostname)
      ? protocol === 'https:' && hostname.endsWith('.kinde.com')
      : value.includes('://'));
  return isBase ? origin : undefined;
}

/** Returns the entries of a list separated by commas, without spaces around them and without empty ones. */
const entriesOf = (list: string): string[] =>
  list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** Returns an issuer without a trailing slash; undefined for a text that isn't the URL of one. */
function issuer(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const { search, hash, username, password, origin, pathname } = new URL(text);
  if (`${search}${hash}${username}${password}` !== '') return undefined;
  return origin + pathname.replace(/\/+$/, '');
}

/** Accepts URLs separated by commas, and returns each once, without a trailing slash. */
export const issuerList: Kind<readonly string[]> = custom(
  (list) => {
    const entries = entriesOf(list);
    const issuers = entries.map(issuer).filter((one) => one !== undefined);
    const isValid = issuers.length > 0 && issuers.length === entries.length;
    return isValid ? [...new Set(issuers)] : undefined;
  },
  'must be URLs such as https://acme.kinde.com, separated by commas',
  'URLs, separated by commas',
);

/** Accepts a `*.kinde.com` host or a base URL, and returns scheme and host. */
export const kindeDomain = custom(
  baseUrl,
  'must be a kinde.com host such as acme.kinde.com, also for an environment with a custom domain, or a base URL such as http://127.0.0.1:4010 without a path',
);

/** Accepts a list separated by commas. `read` throws a message for an entry that is wrong. */
function list(read: (entry: string) => string): Kind<readonly string[]> {
  return {
    schema: z.string().transform((value, context) => {
      return entriesOf(value).map((entry) => {
        try {
          return read(entry);
        } catch (error) {
          context.addIssue({ code: 'custom', message: (error as Error).message });
          return z.NEVER;
        }
      });
    }),
    range: '',
  };
}

/** An origin as browsers send it: lower case, without a path, without the scheme's default port. */
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/(\[[\da-f:.]+\]|[a-z\d._-]+)(:\d+)?$/;

/** A name without a port. One that begins with a dot stands for all names beneath it. */
const HOST_NAME = /^\.?[a-z\d_-]+(\.[a-z\d_-]+)*$/;

/** Returns whether a text has the form of an `Origin` header, other than `null`. */
export function isOrigin(value: string): boolean {
  return ORIGIN.test(value);
}

/** Returns an origin in the browser's spelling. Throws what is wrong with it. */
function readOrigin(entry: string): string {
  const refuse = (problem: string) =>
    new Error(`must list origins such as https://app.example.com: "${entry}" ${problem}`);
  if (entry.includes('*')) throw refuse('has a wildcard; name each origin');
  if (!entry.includes('://')) throw refuse(`has no scheme; write https://${entry}`);
  const url = URL.canParse(entry) ? new URL(entry) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  // Other schemes are those of app shells, such as capacitor://localhost.
  const origin = isWeb ? url.origin : entry.toLowerCase().replace(/\/$/, '');
  if (url === undefined || !isOrigin(`${url.protocol}//${url.host}`)) throw refuse('is not a URL');
  if (`${url.username}${url.password}` !== '') throw refuse(`has a user name; write ${origin}`);
  if (!/^\/?$/.test(url.pathname) || `${url.search}${url.hash}` !== '') {
    throw refuse(`has more than an origin; write ${url.protocol}//${url.host}`);
  }
  return origin;
}

/** Returns an address or a network such as 10.0.0.0/8. Throws what is wrong with it. */
function readNetwork(entry: string): string {
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  const isSize =
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
  if (version !== 0 && isSize && rest.length === 0) return entry;
  throw new Error(`must list addresses or networks such as 10.0.0.0/8: "${entry}" is neither`);
}

/** Returns a header name in lower case. Throws what is wrong with it. */
function readHeaderName(entry: string): string {
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(entry) && entry !== '*') return entry.toLowerCase();
  throw new Error(`must list header names such as x-tenant: "${entry}" is not one`);
}

/** Returns a host name in lower case. Throws what is wrong with it. */
function readHostName(entry: string): string {
  const name = entry.toLowerCase();
  if (HOST_NAME.test(name)) return name;
  throw new Error(
    `must list host names such as graph.example.com, or .example.com for all beneath: "${entry}" is none`,
  );
}

/** Accepts host names separated by commas. */
export const hostNameList = list(readHostName);

/** Accepts origins separated by commas. */
export const originList = list(readOrigin);

/** Accepts addresses and networks separated by commas. */
export const networkList = list(readNetwork);

/** Accepts names of HTTP headers separated by commas. */
export const headerNames = list(readHeaderName);
