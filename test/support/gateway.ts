/** A gateway before an emulator, both on real sockets, as a test's system. */
import { readConfig } from '../../src/config.js';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/index.js';
import { createGateway } from '../../src/server.js';
import type { RedisTimings } from '../../src/shared-state.js';

export interface GraphQLResult {
  data?: any;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
}

export interface TestGateway {
  url: string;
  /** Where its metrics are; undefined without METRICS_PORT. */
  metricsUrl: string | undefined;
  emulator: Emulator;
  /**
   * Sends an operation and returns its data. Fails when the response has errors, with the operation,
   * the errors and the upstream calls in the message.
   */
  query(document: string, variables?: object): Promise<any>;
  /** Sends an operation and returns its response unchanged. The client leaves when the signal says so. */
  execute(
    document: string,
    variables?: object,
    headers?: object,
    signal?: AbortSignal,
  ): Promise<GraphQLResult>;
  /** The upstream calls since the last time that they were asked for. */
  calls(): string[];
  /** Has the gateway read secrets from their files again. */
  reloadSecrets(): Promise<void>;
  close(): Promise<void>;
}

export interface TestOptions {
  emulator?: EmulatorOptions;
  /** Another gateway's emulator in place of one of its own; it is closed with that gateway. */
  before?: Emulator;
  /** Settings beyond those that point at the emulator. */
  env?: Record<string, string>;
  /** The emulator's client that only reads, in place of the one with all scopes. */
  readOnly?: boolean;
  /** Credentials in place of the emulator's own. */
  credentials?: { clientId: string; clientSecret: string };
  /** Receives every line that the gateway logs. */
  log?: (line: string) => void;
  /**
   * The load of the event loop that the gateway measures. Defaults to none: the emulator and the test
   * share its event loop, and on a busy machine would let it begin fewer operations at once.
   */
  eventLoopUtilization?: () => number;
  /** Defaults to the gateway's own. */
  maxUnreadBytes?: number;
  /** Defaults to the gateway's own. */
  redisTimings?: RedisTimings;
  /** Where the gateway finds Kinde, when something stands between it and the emulator. */
  kindeDomain?: (emulator: Emulator) => string;
}

export async function startGateway(options: TestOptions = {}): Promise<TestGateway> {
  const emulator = options.before ?? (await startEmulator(options.emulator));
  const { clientId, clientSecret } =
    options.credentials ?? (options.readOnly === true ? emulator.readOnlyClient : emulator);
  const config = readConfig({
    LOG_LEVEL: 'silent',
    AUDIT_LOG: String(options.log !== undefined),
    KINDE_DOMAIN: options.kindeDomain?.(emulator) ?? emulator.url,
    KINDE_CLIENT_ID: clientId,
    KINDE_CLIENT_SECRET: clientSecret,
    KINDE_AUDIENCE: emulator.audience,
    AUTH_MODE: 'none',
    // So that each query shows its own calls; tests of the cache turn it on.
    CACHE: 'off',
    // The emulator and the test keep this process busy, and no request is to be shed for that.
    MAX_WAIT_MS: '600000',
    MAX_EVENT_LOOP_DELAY_MS: '600000',
    ...options.env,
  });
  const { log } = options;
  const gateway = await createGateway(
    { ...config, kinde: config.kinde! },
    {
      logTo: log && { write: log },
      eventLoopUtilization: options.eventLoopUtilization ?? (() => 0),
      redisTimings: options.redisTimings,
      maxUnreadBytes: options.maxUnreadBytes,
    },
  );
  const url = await gateway.listen({ port: 0, host: '127.0.0.1' });

  const execute: TestGateway['execute'] = async (query, variables, headers, signal) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
      ...(signal && { signal }),
    });
    return (await response.json()) as GraphQLResult;
  };

  return {
    url,
    metricsUrl: gateway.metricsUrl,
    emulator,
    execute,
    query: async (document, variables) => {
      const { data, errors } = await execute(document, variables);
      if (errors === undefined) return data;
      throw new Error(
        [
          'The response has errors.',
          document,
          JSON.stringify(variables ?? {}),
          JSON.stringify(errors, null, 2),
          ...emulator.calls(),
        ].join('\n'),
      );
    },
    calls: () => {
      const calls = emulator.calls();
      emulator.clearRequests();
      return calls;
    },
    reloadSecrets: () => gateway.reloadSecrets(),
    close: async () => {
      try {
        await gateway.close();
      } finally {
        if (options.before === undefined) await emulator.close();
      }
    },
  };
}
