/** The process: settings, emulator where there is no Kinde, gateway, shut-down. */
import { ConfigError, readConfig, type Config, type KindeConfig } from './config.js';
import { startEmulator } from './emulator/index.js';
import { createGateway } from './server.js';
import { whyNoToken } from './cli/diagnose.js';

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** Ends the process with a line for each bad setting; what else was thrown is a fault, and is thrown on. */
function refuseSettings(error: unknown): never {
  if (!(error instanceof ConfigError)) throw error;
  return refuse(
    `kinde-graphql cannot start with these settings:\n${error.problems.map((problem) => `  ${problem}`).join('\n')}`,
  );
}

function settings(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    return refuseSettings(error);
  }
}

/** An emulator of Kinde inside this process, on a port of its own. */
async function embeddedKinde(): Promise<KindeConfig & { close: () => Promise<void> }> {
  const { url, audience, clientId, clientSecret, close } = await startEmulator();
  return { baseUrl: url, audience, credentials: { clientId, clientSecret }, close };
}

const config = settings();
const emulator = config.kinde === undefined ? await embeddedKinde() : undefined;
const kinde: KindeConfig = (config.kinde ?? emulator)!;
const gateway = await createGateway({ ...config, kinde }).catch(refuseSettings);

const url = await gateway
  .listen({ port: config.port, host: config.host })
  .catch((error: NodeJS.ErrnoException & { port?: number }) =>
    refuse(
      error.code === 'EADDRINUSE'
        ? `kinde-graphql cannot start: port ${error.port} is taken. Set ${
            error.port === config.port ? 'PORT' : 'METRICS_PORT'
          } to another one.`
        : `kinde-graphql cannot start: it cannot listen (${error.message}).`,
    ),
  );
gateway.log.info(
  `GraphQL at ${url}/graphql, ${config.isGraphiqlServed ? `GraphiQL at ${url}/graphiql, ` : ''}${
    emulator === undefined ? `Kinde at ${config.kinde?.baseUrl}` : 'Kinde emulated in this process'
  }`,
);
// Whoever set a wrong secret learns of it now, not from the first query. Kinde may also be down for a
// moment, so the gateway serves: it asks again when a query needs a token.
Promise.resolve(gateway.token?.get()).catch((error: unknown) =>
  gateway.log.warn(
    `No token can be had, and until one can be, queries fail. ${whyNoToken(error, kinde)}`,
  ),
);

const signals = ['SIGTERM', 'SIGINT'] as const;

function shutDown(signal: NodeJS.Signals): void {
  // A second signal, of either kind, finds no handler and ends the process at once.
  for (const name of signals) process.off(name, shutDown);
  gateway.log.info(`${signal}: finishing the requests in flight`);
  gateway
    .close()
    .then(() => emulator?.close())
    .then(() => process.exit(0))
    .catch((error: unknown) => {
      gateway.log.error({ err: error }, 'shut-down failed');
      process.exit(1);
    });
}

for (const signal of signals) process.on(signal, shutDown);
