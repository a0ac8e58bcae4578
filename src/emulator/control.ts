/** The emulator's own HTTP API, under `/_emulator`. Kinde has nothing like it, so no real Kinde answers there. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { suggestedTokens, TokenRequestSchema, tokenFor } from './control-tokens.js';
import { invalid } from './errors.js';
import type { Environment } from './environment.js';
import { FAULT_ROUTES, type Fault } from './faults.js';
import { SwitchesSchema } from './switches.js';

const milliseconds = z.int().min(0).max(60_000);

const FaultRequestSchema = z.strictObject({
  route: z
    .enum(FAULT_ROUTES, {
      error: ({ input }) =>
        `There is no route "${String(input)}". Routes are written as in Kinde's API reference, such as "GET /api/v1/organizations/{org_code}/users".`,
    })
    .optional(),
  times: z.int().positive().optional(),
  delayMs: milliseconds.optional(),
  respond: z
    .union(
      [
        z.enum(['reset', 'reset-after-write', 'hang']),
        z.strictObject({
          status: z.int().min(200).max(599),
          headers: z.record(z.string(), z.string()).optional(),
          body: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
        }),
        z.strictObject({ rateLimitSeconds: z.int().min(0).max(86_400) }),
      ],
      'must be "reset", "reset-after-write", "hang", { status, headers, body } or { rateLimitSeconds }',
    )
    .optional(),
});

/** The emulator's own API for callers in the same process, with the bodies that it takes over HTTP. */
export interface Control {
  /** Issues a token, in the form of a response of the token endpoint. */
  issueToken(request?: unknown): ReturnType<typeof tokenFor>;
  /** Switches a fault on. Returns a function that switches it off. */
  addFault(request: unknown): () => void;
}

/** Creates the control of an environment. It throws a KindeError for a body that HTTP refuses. */
export function createControl(environment: Environment): Control {
  return {
    issueToken: async (request) => tokenFor(environment, parse(TokenRequestSchema, request ?? {})),
    addFault: (request) => environment.faults.add(parseFault(request)),
  };
}

function parseFault(request: unknown): Fault {
  const fault = parse(FaultRequestSchema, request);
  if (fault.respond === undefined && fault.delayMs === undefined) {
    throw invalid('INVALID_SWITCH', 'A fault needs `respond`, `delayMs` or both.');
  }
  return fault;
}

/**
 * Adds `/_emulator/tokens`, which lists tokens to try and issues any; `/_emulator/faults`, which switches
 * faults on and off; and `/_emulator/switches`, which takes Switches: what is left out is switched off.
 */
export function controlRoutes(app: FastifyInstance, environment: Environment): void {
  const control = createControl(environment);
  app.put('/_emulator/switches', async ({ body }) => {
    Object.assign(environment.switches, parse(SwitchesSchema, body ?? {}));
    return environment.switches;
  });

  app.get('/_emulator/tokens', async () => ({ suggestions: suggestedTokens(environment.state) }));
  app.post('/_emulator/tokens', async ({ body }, reply) => {
    reply.header('cache-control', 'no-store');
    return control.issueToken(body);
  });

  app.post('/_emulator/faults', async ({ body }) => {
    control.addFault(body);
    return body;
  });
  app.delete('/_emulator/faults', async () => {
    environment.faults.clear();
    return {};
  });
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const { data, error } = schema.safeParse(body);
  if (error === undefined) return data;
  throw invalid('INVALID_SWITCH', z.prettifyError(error));
}
