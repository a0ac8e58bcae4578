import { z } from 'zod';
import { CULPRIT_PLACES, ERROR_SHAPES } from './errors.js';
import type { EmulatorOptions } from './index.js';
import { PAGE_TOKEN_KINDS } from './page-tokens.js';
import { BULK_UPDATES, PERMISSION_FILTERS } from './state.js';
import { RESPONSE_SHAPES } from './response-shapes.js';

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((number) => number >= min && number <= max, `must be from ${min} to ${max}`);

const Settings = z.object({
  EMULATOR_HOST: z.string().default('127.0.0.1'),
  EMULATOR_PORT: whole(0, 65535).default(4010),
  EMULATOR_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as http://emulator:4010' })
    // As a gateway reads its KINDE_DOMAIN: in one spelling, and without a path.
    .transform((url) => new URL(url))
    .refine(({ origin, href }) => href.replace(/\/+$/, '') === origin, {
      error: 'must be a URL without a path, such as http://emulator:4010',
    })
    .transform(({ origin }) => origin)
    .optional(),
  EMULATOR_LATENCY_MS: whole(0, 60_000).optional(),
  EMULATOR_RATE_LIMIT: whole(0, 1_000_000).optional(),
  EMULATOR_CONCURRENCY_LIMIT: whole(0, 1_000_000).optional(),
  EMULATOR_PAGE_TOKENS: z
    .enum(PAGE_TOKEN_KINDS, { error: `must be one of ${PAGE_TOKEN_KINDS.join(', ')}` })
    .optional(),
  EMULATOR_PAGE_TOKEN_LIFETIME_SECONDS: whole(1, 86_400).optional(),
  EMULATOR_ORGANIZATION_LIMIT: whole(1, 1_000_000).optional(),
  EMULATOR_CULPRITS: z
    .enum(CULPRIT_PLACES, { error: `must be one of ${CULPRIT_PLACES.join(', ')}` })
    .optional(),
  EMULATOR_BULK_UPDATES: z
    .enum(BULK_UPDATES, { error: `must be one of ${BULK_UPDATES.join(', ')}` })
    .optional(),
  EMULATOR_PERMISSION_FILTER: z
    .enum(PERMISSION_FILTERS, { error: `must be one of ${PERMISSION_FILTERS.join(', ')}` })
    .optional(),
  EMULATOR_PAGE_SIZE_LIMIT: whole(1, 500).optional(),
  EMULATOR_RESPONSE_SHAPES: z
    .string()
    .transform((list) => list.split(',').map((name) => name.trim()))
    .pipe(
      z.array(
        z.enum(RESPONSE_SHAPES, { error: `must be a list of ${RESPONSE_SHAPES.join(', ')}` }),
      ),
    )
    .optional(),
  EMULATOR_ERROR_SHAPE: z
    .enum(ERROR_SHAPES, { error: `must be one of ${ERROR_SHAPES.join(', ')}` })
    .optional(),
  EMULATOR_EVENT_DELAY_MS: whole(0, 60_000).optional(),
  EMULATOR_REPEATS_EVENTS: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .transform((value) => value === 'true')
    .optional(),
  EMULATOR_ORGANIZATIONS: whole(1, 10_000).optional(),
  EMULATOR_USERS_PER_ORGANIZATION: whole(1, 10_000).optional(),
});

/** A line for each invalid variable. */
export class EmulatorSettingsError extends Error {}

/**
 * Returns the options in the environment variables. An empty variable counts as unset.
 * Throws an EmulatorSettingsError that names all invalid ones at once.
 */
export function readEmulatorSettings(env: Record<string, string | undefined>): EmulatorOptions {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { success, data, error } = Settings.safeParse(set);
  if (!success) {
    const lines = error.issues.map(
      ({ path: [name], message }) => `${String(name)} ${message}, not "${env[String(name)]}"`,
    );
    // A list has an issue for each of its entries.
    throw new EmulatorSettingsError([...new Set(lines)].join('\n'));
  }
  const switches = {
    pageSizeLimit: data.EMULATOR_PAGE_SIZE_LIMIT,
    responseShapes: data.EMULATOR_RESPONSE_SHAPES,
    errorShape: data.EMULATOR_ERROR_SHAPE,
    eventDelayMs: data.EMULATOR_EVENT_DELAY_MS,
    repeatsEvents: data.EMULATOR_REPEATS_EVENTS,
  };
  return {
    host: data.EMULATOR_HOST,
    port: data.EMULATOR_PORT,
    url: data.EMULATOR_URL,
    latencyMs: data.EMULATOR_LATENCY_MS,
    rateLimit: data.EMULATOR_RATE_LIMIT,
    concurrencyLimit: data.EMULATOR_CONCURRENCY_LIMIT,
    organizationLimit: data.EMULATOR_ORGANIZATION_LIMIT,
    pageTokens: data.EMULATOR_PAGE_TOKENS,
    pageTokenLifetimeSeconds: data.EMULATOR_PAGE_TOKEN_LIFETIME_SECONDS,
    culprits: data.EMULATOR_CULPRITS,
    bulkUpdates: data.EMULATOR_BULK_UPDATES,
    permissionFilter: data.EMULATOR_PERMISSION_FILTER,
    ...(Object.values(switches).some((value) => value !== undefined) ? { switches } : {}),
    organizations: data.EMULATOR_ORGANIZATIONS,
    usersPerOrganization: data.EMULATOR_USERS_PER_ORGANIZATION,
  };
}
