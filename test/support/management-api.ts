/** The official client, @kinde/management-api-js, in front of an emulator. */
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import * as managementApi from '@kinde/management-api-js';
import { type Credentials, type Emulator, startEmulator } from '../../src/emulator/index.js';
import type { Endpoint, ResponseOf } from '../../src/upstream/endpoint.js';
import type { Sent } from '../../src/upstream/schema-decoder.js';
import type { Success } from '../../src/upstream/types.js';

/** A method of the client that calls an endpoint. */
export type Call<E extends Endpoint> = (data?: object) => Promise<Success & Sent<ResponseOf<E>>>;

interface Client {
  ApiError: new (...args: never) => Error & { status: number; body: unknown };
  init: (settings: object) => void;
}

const { ApiError, init } = managementApi as unknown as Client;

/**
 * Returns the client's services. The package's own declarations import each other without extensions,
 * which Node's rules do not resolve, so the responses are given the types of the endpoint table.
 */
export const servicesAs = <Services>(): Services => managementApi as unknown as Services;

/** Starts an emulator before the tests of a file, and resets it and the client before each of them. */
export function startManagementApi(): { readonly emulator: Emulator } {
  const started = {} as { emulator: Emulator };
  beforeAll(async () => {
    started.emulator = await startEmulator();
  });
  beforeEach(() => {
    started.emulator.reset();
    actAs(started.emulator, started.emulator);
  });
  afterAll(() => started.emulator.close());
  return started;
}

/** Gives the client these credentials, which it keeps for the whole process; an empty token drops its own. */
export function actAs({ url, audience }: Emulator, { clientId, clientSecret }: Credentials): void {
  init({ kindeDomain: url, clientId, clientSecret, audience, token: '' });
}

/** Returns what a call was refused with. */
export async function refusal(
  call: PromiseLike<unknown>,
): Promise<{ status: number; body: unknown }> {
  try {
    await call;
  } catch (error) {
    expect(error).toBeInstanceOf(ApiError);
    const { status, body } = error as InstanceType<typeof ApiError>;
    return { status, body };
  }
  throw new Error('The call was not refused');
}

/** The refusal of most operations. */
export const refused = (status: number, code: string) => ({
  status,
  body: { errors: [{ code, message: expect.any(String) }] },
});
