/** The emulator alone, for a gateway in another process. Prints what to start that gateway with. */
import { type EmulatorOptions, startEmulator } from './index.js';
import { EmulatorSettingsError, readEmulatorSettings } from './settings.js';

const options = settings();
try {
  const emulator = await startEmulator({ ...options, recordsRequests: false });
  // Before the first line: a program that waits for it may stop the emulator at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void emulator.close());
  }
  console.log(`KINDE_DOMAIN=${emulator.url}`);
  console.log(`KINDE_CLIENT_ID=${emulator.clientId}`);
  console.log(`KINDE_CLIENT_SECRET=${emulator.clientSecret}`);
  console.log('AUTH_MODE=none');
  console.error(`# ${emulator.state.organizations.size} organizations; Ctrl-C stops the emulator.`);
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') fail(`Port ${options.port} is taken; set EMULATOR_PORT to another.`);
  fail(`The emulator cannot start: ${message}`);
}

function settings(): EmulatorOptions {
  try {
    return readEmulatorSettings(process.env);
  } catch (error) {
    if (error instanceof EmulatorSettingsError) fail(error.message);
    throw error;
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
