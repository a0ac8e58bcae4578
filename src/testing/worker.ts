/** The thread behind `kinde-graphql/testing`: the emulator, and the gateway in front of it. */
import { parentPort } from 'node:worker_threads';
import { z } from 'zod';
import { fileVariable, readConfig, settingsByVariable } from '../config.js';
import { startEmulator, type Emulator } from '../emulator/index.js';
import { permissionsOf } from '../emulator/state.js';
import { createGateway, type Gateway } from '../server.js';
import { ownWebhook } from '../webhooks/registration.js';
import type {
  EmulatorOptions,
  Fault,
  GatewayOptions,
  TestOrganization,
  TokenRequest,
} from './index.js';
import type { Call, Response } from './thread.js';

const PortSchema = z.int().min(0).max(65_535);

/** The options as JSON: it keeps no undefined, and NaN is null in it. */
const EmulatorOptionsSchema = z.strictObject({
  organizations: z.int().min(0).max(10_000).optional(),
  usersPerOrganization: z.int().min(0).max(10_000).optional(),
  seed: z.string().optional(),
  latencyMs: z.number().min(0).max(60_000).optional(),
  rateLimit: z.int().min(0).optional(),
  port: PortSchema.optional(),
} satisfies Record<keyof EmulatorOptions, z.ZodType>);

const GatewayOptionsSchema = z.strictObject({
  emulator: EmulatorOptionsSchema.optional(),
  settings: z.record(z.string(), z.string()).default({}),
  port: PortSchema.default(0),
} satisfies Record<keyof GatewayOptions, z.ZodType>);

/** Settings that a test can rely on, unless it sets others. */
const DEFAULTS = {
  AUTH_MODE: 'jwt',
  // A fault or a change in the emulator shows in the next operation.
  CACHE: 'off',
  LOG_LEVEL: 'silent',
  AUDIT_LOG: 'false',
  // A reset does not wait for a call that hangs.
  SHUTDOWN_GRACE_MS: '1',
  // A busy machine is no reason to refuse a test's operation.
  MAX_WAIT_MS: '600000',
  MAX_EVENT_LOOP_DELAY_MS: '600000',
};

let emulator: Emulator;
let gateway: Gateway | undefined;
let restart: (() => Promise<void>) | undefined;
/** The last reset. Resets that are called at once come one after the other. */
let reset: Promise<void> = Promise.resolve();
const faults = new Map<number, () => void>();

const settingsOf = ({ url, clientId, clientSecret, audience }: Emulator) => ({
  KINDE_DOMAIN: url,
  KINDE_CLIENT_ID: clientId,
  KINDE_CLIENT_SECRET: clientSecret,
  KINDE_AUDIENCE: audience,
});

async function openGateway(settings: Record<string, string>, port: number): Promise<string> {
  const config = readConfig({ ...DEFAULTS, ...settings, ...settingsOf(emulator) });
  gateway = await createGateway(
    { ...config, kinde: config.kinde! },
    { eventLoopUtilization: () => 0 },
  );
  const url = await gateway.listen({ port, host: '127.0.0.1' });
  // What another client of the emulator writes shows at once, as it would with Kinde.
  if (config.webhooks !== undefined) emulator.webhooks.register(ownWebhook(url));
  return url;
}

/** Closes the gateway. Its rejection only means that requests in flight were cut off. */
const closeGateway = () => gateway?.close().catch(() => undefined);

/** Why a setting of the gateway can't be set here; by the name of its variable. */
const OWN_SETTINGS: Readonly<Record<string, string>> = {
  PORT: 'use the option `port`',
  HOST: 'the gateway listens on 127.0.0.1',
  KINDE_DOMAIN: 'Kinde is the emulator',
  KINDE_CLIENT_ID: 'Kinde is the emulator',
  KINDE_CLIENT_SECRET: 'Kinde is the emulator',
  [fileVariable('KINDE_CLIENT_SECRET')]: 'Kinde is the emulator',
  KINDE_AUDIENCE: 'Kinde is the emulator',
};

function refuseSettings(settings: Record<string, string>): void {
  const known = new Set(
    [...settingsByVariable.values()].flatMap(({ variable, isSecret }) =>
      isSecret ? [variable, fileVariable(variable)] : [variable],
    ),
  );
  const names = Object.keys(settings);
  const unknown = names.filter((name) => !known.has(name));
  const problems = names
    .filter((name) => Object.hasOwn(OWN_SETTINGS, name))
    .map((name) => `${name} can't be set: ${OWN_SETTINGS[name]}.`);
  if (unknown.length > 0) {
    problems.push(`The gateway has no setting ${unknown.join(', ')}. See docs/settings.md.`);
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function parse<T>(schema: z.ZodType<T>, options: unknown): T {
  const { data, error } = schema.safeParse(options);
  if (error === undefined) return data;
  throw new Error(`The options are invalid.\n${z.prettifyError(error)}`);
}

/**
 * Restores the data between two gateways: what the first still had to write, it writes to the old data, or
 * not at all.
 */
async function resetAll(): Promise<void> {
  if (restart !== undefined) await closeGateway();
  emulator.reset();
  await restart?.();
}

const methods = {
  async startEmulator(options: unknown) {
    emulator = await startEmulator(parse(EmulatorOptionsSchema, options));
    return { url: emulator.url, settings: settingsOf(emulator) };
  },

  async startGateway(options: unknown) {
    const { emulator: data, settings, port } = parse(GatewayOptionsSchema, options);
    refuseSettings(settings);
    emulator = await startEmulator(data);
    const url = await openGateway(settings, port);
    restart = async () => {
      await openGateway(settings, Number(new URL(url).port));
    };
    return {
      url: `${url}/graphql`,
      emulator: { url: emulator.url, settings: settingsOf(emulator) },
    };
  },

  async token(request?: TokenRequest) {
    const { access_token: token } = await emulator.control.issueToken(request);
    return token;
  },

  fault(fault: Fault) {
    const id = faults.size + 1;
    faults.set(id, emulator.control.addFault(fault));
    return id;
  },

  endFault: (id: number) => faults.get(id)?.(),

  organizations: (): TestOrganization[] =>
    Array.from(emulator.state.organizations.values(), ({ profile, members }) => ({
      code: profile.code,
      name: profile.name,
      members: Array.from(members.values(), (member) => ({
        id: member.user.id,
        email: member.user.email ?? '',
        name: member.user.full_name,
        roles: Array.from(member.roles, ({ key }) => key),
        permissions: Array.from(permissionsOf(member).keys(), ({ key }) => key),
      })),
    })).sort((a, b) => a.name.localeCompare(b.name)),

  calls: () => emulator.calls(),

  reset() {
    reset = reset.then(resetAll, resetAll);
    return reset;
  },
};

async function answer({ id, method, argument }: Call): Promise<Response> {
  try {
    const run = methods[method as keyof typeof methods] as (argument: unknown) => unknown;
    const result = await run(argument === undefined ? undefined : JSON.parse(argument));
    return { id, result: JSON.stringify(result) };
  } catch (error) {
    return { id, error: (error as Error).message };
  }
}

parentPort!.on('message', async (call: Call) => parentPort!.postMessage(await answer(call)));
