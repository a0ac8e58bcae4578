/** The thread behind `kinde-graphql/testing`: the emulator, and the gateway in front of it. */
import { parentPort } from 'node:worker_threads';
import { fileVariable, readConfig, settingsByVariable } from '../config.js';
import { startEmulator, type Emulator } from '../emulator/index.js';
import { permissionsOf } from '../emulator/state.js';
import { createGateway, type Gateway } from '../server.js';
import { ownWebhook } from '../webhooks/registration.js';
import type { EmulatorOptions, Fault, TestOrganization, TokenRequest } from './index.js';
import type { Call, Response } from './thread.js';

interface StartOptions {
  emulator?: EmulatorOptions;
  /** Left out for an emulator alone. */
  gateway?: { settings: Record<string, string>; port: number };
}

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
  emulator.webhooks.register(ownWebhook(url));
  return url;
}

/** Closes the gateway. Its rejection only means that requests in flight were cut off. */
const closeGateway = () => gateway?.close().catch(() => undefined);

function refuseUnknownSettings(settings: Record<string, string>): void {
  const known = new Set(
    [...settingsByVariable.values()].flatMap(({ variable, isSecret }) =>
      isSecret ? [variable, fileVariable(variable)] : [variable],
    ),
  );
  const unknown = Object.keys(settings).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new Error(`The gateway has no setting ${unknown.join(', ')}. See docs/settings.md.`);
}

const methods = {
  async start({ emulator: options, gateway: front }: StartOptions) {
    if (front !== undefined) refuseUnknownSettings(front.settings);
    emulator = await startEmulator(options);
    const started = { emulator: { url: emulator.url, settings: settingsOf(emulator) } };
    if (front === undefined) return started;
    const url = await openGateway(front.settings, front.port);
    restart = async () => {
      await closeGateway();
      await openGateway(front.settings, Number(new URL(url).port));
    };
    return { ...started, url: `${url}/graphql` };
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

  async reset() {
    emulator.reset();
    await restart?.();
    // What the old gateway still had in flight.
    emulator.clearRequests();
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
