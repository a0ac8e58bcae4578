/** How commands reach Kinde: with few connections and small responses, and for one task. */
import type { Config, KindeConfig } from '../config.js';
import { createSend, type Send } from '../upstream/send/index.js';
import { createClientCredentials, type TokenSource } from '../upstream/token.js';

const BODY_LIMIT_BYTES = 1024 * 1024;

/** Calls `use` with a sender to one origin, and closes the connection after it. */
export async function withSend<T>(
  { upstreamTimeoutMs }: Pick<Config, 'upstreamTimeoutMs'>,
  baseUrl: string,
  use: (send: Send) => Promise<T>,
): Promise<T> {
  const { send, close } = createSend({
    baseUrl,
    timeoutMs: upstreamTimeoutMs,
    maxSockets: 1,
    maxBodyBytes: BODY_LIMIT_BYTES,
  });
  try {
    return await use(send);
  } finally {
    await close();
  }
}

/** A Kinde environment with the gateway's own application in it. */
export type KindeWithCredentials = KindeConfig & {
  credentials: NonNullable<KindeConfig['credentials']>;
};

/** Returns whether the settings name an application of the environment. */
export function hasCredentials(kinde: KindeConfig | undefined): kinde is KindeWithCredentials {
  return kinde?.credentials !== undefined;
}

/** Returns the source of the token that the gateway would call Kinde with. */
export function tokenSource(
  send: Send,
  { upstreamRetries, upstreamTimeoutMs }: Pick<Config, 'upstreamRetries' | 'upstreamTimeoutMs'>,
  { baseUrl, audience, credentials }: KindeWithCredentials,
): TokenSource {
  return createClientCredentials(
    send,
    baseUrl,
    { ...credentials, audience },
    { retries: upstreamRetries, timeoutMs: upstreamTimeoutMs },
  );
}
