/** The process: reads settings, starts the emulator if there is no Kinde, starts the gateway, shuts down. */
import './config/v8-flags.js';
import { ConfigError, readConfig, settingsWarnings, type Config } from './config.js';
import { startEmulator, type Emulator } from './emulator/index.js';
import { createGateway } from './server.js';
import { whyNoToken } from './cli/diagnose.js';
import { startScreen } from './cli/start-screen.js';
import { ownWebhook } from './webhooks/registration.js';

const warnings = settingsWarnings(process.env);

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** Exits with a line for each wrong setting. Rethrows any other error. */
function refuseSettings(error: unknown): never {
  if (!(error instanceof ConfigError)) throw error;
  return refuse(
    `kinde-graphql can't start with these settings:\n${[...error.problems, ...warnings].map((problem) => `  ${problem}`).join('\n')}`,
  );
}

function settings(more: Readonly<Record<string, string>> = {}): Config {
  try {
    return readConfig({ ...process.env, ...more });
  } catch (error) {
    return refuseSettings(error);
  }
}

/** Returns the settings of a gateway in front of this emulator. */
function settingsWith(emulator: Emulator, { authMode }: Config): Config {
  return settings({
    AUTH_MODE: authMode,
    KINDE_DOMAIN: emulator.url,
    KINDE_CLIENT_ID: emulator.clientId,
    KINDE_CLIENT_SECRET: emulator.clientSecret,
  });
}

const given = settings();
const emulator =
  given.kinde === undefined ? await startEmulator({ recordsRequests: false }) : undefined;
const config = emulator === undefined ? given : settingsWith(emulator, given);
const kinde = config.kinde!;
const gateway = await createGateway({ ...config, kinde }).catch(refuseSettings);
// A promise that nobody waits for fails one operation at most. Ending the process would fail all others.
process.on('unhandledRejection', (error) => gateway.log.error({ err: error }, 'internal error'));

for (const warning of warnings) gateway.log.warn(warning);

const url = await gateway
  .listen({ port: config.port, host: config.host })
  .catch((error: NodeJS.ErrnoException & { port?: number }) =>
    refuse(
      error.code === 'EADDRINUSE'
        ? `kinde-graphql can't start: port ${error.port} is in use. Set ${
            error.port === config.port ? 'PORT' : 'METRICS_PORT'
          } to another port.`
        : `kinde-graphql can't start: it can't listen (${error.message}).`,
    ),
  );
if (config.webhooks !== undefined) {
  // What another client of the emulator writes shows at once, as it would with Kinde.
  emulator?.webhooks.register(ownWebhook(url));
}
gateway.log.info(
  `GraphQL at ${url}/graphql, ${config.isGraphiqlServed ? `GraphiQL at ${url}/graphiql, ` : ''}${
    emulator === undefined ? `Kinde at ${kinde.baseUrl}` : 'Kinde emulated in this process'
  }`,
);
if (emulator !== undefined && !config.isProduction && config.logLevel !== 'silent') {
  process.stdout.write(startScreen({ url, config, state: emulator.state }));
}
// A wrong secret shows now and not at the first query. Kinde may also be down for a moment, so the
// gateway serves anyway and tries again when a query needs a token.
Promise.resolve(gateway.token?.get()).catch((error: unknown) =>
  gateway.log.warn(
    `The gateway got no access token, and queries fail until it does. ${whyNoToken(error, kinde)}`,
  ),
);

const signals = ['SIGTERM', 'SIGINT'] as const;

function shutDown(signal: NodeJS.Signals): void {
  // A second signal finds no handler and ends the process at once.
  for (const name of signals) process.off(name, shutDown);
  gateway.log.info(`${signal}: completing the requests in flight`);
  gateway
    .close()
    .then(() => emulator?.close())
    .then(() => process.exit(0))
    .catch((error: unknown) => {
      gateway.log.error({ err: error }, 'shutdown failed');
      process.exit(1);
    });
}

process.on('SIGHUP', () => {
  gateway.reloadSecrets().then(
    () => gateway.log.info('SIGHUP: secrets were read again'),
    (error: unknown) =>
      gateway.log.warn(
        `SIGHUP: secrets were read again, but the gateway got no new access token and keeps the one it has. ${whyNoToken(error, kinde)}`,
      ),
  );
});

for (const signal of signals) process.on(signal, shutDown);
