/** What the tests of one domain share: a gateway for everybody, and one that judges tokens. */
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { startGateway, type GraphQLResult, type TestGateway } from './gateway.js';
import { mutationDocument, targetsIn, type Targets } from './mutations.js';

export interface Domain extends Targets {
  gateway: TestGateway;
  /** Sends a mutation and returns its payload. Only its own calls are left in `gateway.calls()`. */
  mutate(mutation: string, input: object, fields?: string): Promise<any>;
  /** Sends an operation with the token of an application that has these scopes, and no others. */
  executeWith(
    scopes: string[],
    document: string,
    variables?: object,
    claims?: Record<string, unknown>,
  ): Promise<GraphQLResult>;
}

/** Starts the gateways before the tests of a file, and resets the emulator before each of them. */
export function startDomain(): Domain {
  const domain = {} as Domain;
  let strict: TestGateway;

  beforeAll(async () => {
    domain.gateway = await startGateway();
    strict = await startGateway({
      before: domain.gateway.emulator,
      env: { AUTH_MODE: 'jwt', CACHE: 'memory' },
    });
  });
  afterAll(async () => {
    await strict?.close();
    await domain.gateway?.close();
  });
  beforeEach(() => {
    domain.gateway.emulator.reset();
    Object.assign(domain, targetsIn(domain.gateway.emulator));
  });

  domain.mutate = async (mutation, input, fields) => {
    domain.gateway.calls();
    const data = await domain.gateway.query(mutationDocument(mutation, fields), { input });
    return data[mutation];
  };
  domain.executeWith = async (scopes, document, variables, claims = {}) => {
    domain.gateway.calls();
    const token = await domain.gateway.emulator.issueToken({ scopes, claims });
    return strict.execute(document, variables, { authorization: `Bearer ${token}` });
  };
  return domain;
}
