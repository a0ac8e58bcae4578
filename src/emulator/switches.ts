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
  /** Whether the token endpoint leaves out `expires_in`, which RFC 6749 only recommends. */
  omitsExpiresIn: z.boolean().default(false),
});

export type Switches = z.infer<typeof SwitchesSchema>;
