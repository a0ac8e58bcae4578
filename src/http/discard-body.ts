import type { IncomingMessage } from 'node:http';

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_MS = 1_000;

/**
 * Reads the rest of a body and drops it, within limits. A connection that is closed with unread bytes
 * is reset, and its client, or the proxy in front, may never see the response.
 */
export function discardBody(body: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) stop();
    };
    const stop = () => {
      clearTimeout(timer);
      body.off('data', onData).off('end', stop).off('close', stop);
      resolve();
    };
    const timer = setTimeout(stop, MAX_MS);
    body.on('data', onData).on('end', stop).on('close', stop);
    if (body.readableEnded || body.destroyed) stop();
  });
}
