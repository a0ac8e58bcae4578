/** What can be switched while the emulator runs: by tests, by environment variables and over HTTP. */
import { z } from 'zod';
import { ERROR_SHAPES } from './errors.js';
import { RESPONSE_SHAPES } from './response-shapes.js';

export const SwitchesSchema = z.strictObject({
  /** The largest `page_size` that is accepted. */
  pageSizeLimit: z.int().min(1).max(500).default(500),
  /** How successful responses differ from the specification. */
  responseShapes: z.array(z.enum(RESPONSE_SHAPES)).default([]),
  /** How errors are written. */
  errorShape: z.enum(ERROR_SHAPES).default('documented'),
  /** How many times as long Kinde's pauses between deliveries of an event are; 0.001 makes 5 s 5 ms. */
  eventRetryScale: z.number().min(0).default(1),
  /** How long an event may be held back, so that events arrive in another order, in milliseconds. */
  eventDelayMs: z.number().min(0).max(60_000).default(0),
  /** Whether every event is delivered twice. */
  repeatsEvents: z.boolean().default(false),
  /** Whether the token endpoint leaves out `expires_in`, which RFC 6749 only recommends. */
  omitsExpiresIn: z.boolean().default(false),
});

export type Switches = z.infer<typeof SwitchesSchema>;
