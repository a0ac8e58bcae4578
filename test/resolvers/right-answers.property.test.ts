/**
 * Random queries of the whole schema, for viewers who share a cache, while mutations change what they show:
 * compared with graphql-js over the emulator's state. FC_SEED repeats a run, and FC_RUNS makes it longer.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startEmulator, type Emulator } from '../../src/emulator/index.js';
import { startGateway, type GraphQLResult, type TestGateway } from '../support/gateway.js';
import fc from '../support/property.js';
import { Choices } from '../support/random-query.js';
import { rightAnswer, type Held } from '../support/right-answers/answer.js';
import { differences, shown } from '../support/right-answers/differences.js';
import { drawQuery } from '../support/right-answers/draw-query.js';
import { drawWrite } from '../support/right-answers/draw-write.js';

const RUNS = Number(process.env['FC_RUNS'] ?? 2);
const DOCUMENTS = 7;
const WRITES = 8;
/** A smaller counterexample is looked for as long as this. */
const LONGEST_MS = 60_000 + RUNS * 3_000;

interface Caller {
  headers: { authorization: string };
  held: Held;
}

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ organizations: 3, usersPerOrganization: 4 });
});
afterAll(() => emulator.close());

/** An application with every scope, users of two organizations, and an application with few scopes. */
async function startCallers(choices: Choices): Promise<Caller[]> {
  const token = await emulator.issueToken();
  const all: string[] = JSON.parse(atob(token.split('.')[1]!)).scp;
  const reads = all.filter((scope) => scope.startsWith('read:'));
  const few = () => reads.filter(() => choices.below(3) > 0);
  const caller = async (grants: string[], organization?: string): Promise<Caller> => {
    const claims = { gty: undefined, scope: undefined, sub: 'kp_1', org_code: organization };
    const token = await emulator.issueToken(
      organization === undefined
        ? { scopes: grants }
        : { audience: [], scopes: [], claims: { ...claims, permissions: grants } },
    );
    const headers = { authorization: `Bearer ${token}` };
    return { headers, held: { grants: new Set(grants), organization } };
  };
  const [a, b] = emulator.state.organizations.values();
  return Promise.all([
    caller(all),
    caller(few(), a!.profile.code),
    caller(few(), b!.profile.code),
    caller(few()),
  ]);
}

interface Asked {
  document: string;
  caller: Caller;
  answer: GraphQLResult;
}

/** Queries that are asked again and again, and their right answers since the last write but one. */
class History {
  readonly documents: string[];
  readonly #right = new Map<string, unknown[]>();

  constructor(
    private readonly gateway: TestGateway,
    private readonly callers: readonly Caller[],
    private readonly choices: Choices,
  ) {
    this.documents = Array.from({ length: DOCUMENTS }, () => drawQuery(choices, emulator.state));
  }

  /** Notes what is right from now on. */
  note = () => {
    for (const document of this.documents) {
      const { data } = rightAnswer(emulator.state, document);
      this.#right.set(document, [...(this.#right.get(document) ?? []), data]);
    }
  };

  /** Forgets what was right before. */
  settle(): void {
    this.#right.clear();
    this.note();
  }

  ask(): Promise<Asked[]> {
    return Promise.all(
      this.documents.map(async (document) => {
        const caller = this.choices.of(this.callers);
        const answer = await this.gateway.execute(document, {}, caller.headers);
        return { document, caller, answer };
      }),
    );
  }

  check(asked: readonly Asked[], mutation: string): void {
    for (const { document, caller, answer } of asked) {
      const { forbidden } = rightAnswer(emulator.state, document, caller.held);
      expect({
        ...{ document, mutation, errors: answer.errors },
        wrong: differences(answer, this.#right.get(document)!),
        shown: shown(answer, forbidden),
      }).toMatchObject({ wrong: [], shown: [] });
    }
  }
}

/** The errors of a caller who may not have all, or of a filter by a key that is gone. */
const EXPECTED = ['FORBIDDEN', 'BAD_USER_INPUT'];

async function run(choices: Choices): Promise<void> {
  emulator.reset();
  const gateway = await startGateway({
    before: emulator,
    env: {
      ...{ CACHE: 'memory', AUTH_MODE: 'jwt', JWT_ISSUER: emulator.issuer },
      ...{ MAX_COST: '1000000000', MAX_COST_IN_FLIGHT: '1000000000', MAX_TOKENS: '100000' },
      ...{ MAX_DEPTH: '100', MAX_ALIASES: '10000' },
    },
  });
  try {
    const callers = await startCallers(choices);
    const history = new History(gateway, callers, choices);
    // The responses of writes come after the state has changed.
    emulator.fault({
      match: ({ method }) => method !== 'GET',
      respond: { reshape: (body) => (history.note(), body) },
    });
    for (let version = 100; version < 100 + WRITES; version++) {
      history.settle();
      const mutation = drawWrite(choices, emulator.state, version);
      const [asked] = await Promise.all([
        Promise.all([history.ask(), history.ask()]),
        gateway.execute(mutation, {}, callers[0]!.headers).finally(history.note),
      ]);
      history.check(asked.flat(), mutation);
      history.settle();
      const later = await history.ask();
      history.check(later, mutation);
      const codes = later.flatMap(({ answer }) => answer.errors ?? []);
      expect(codes.filter(({ extensions: { code } }) => !EXPECTED.includes(String(code)))).toEqual(
        [],
      );
    }
  } finally {
    await gateway.close();
  }
}

test(
  'each answer is right, and shows nobody what is not theirs',
  async () => {
    const numbers = fc.noBias(fc.array(fc.nat(999), { minLength: 2_000, maxLength: 2_100 }));
    await fc.assert(
      fc.asyncProperty(numbers, (choices) => run(new Choices(choices))),
      { numRuns: RUNS, interruptAfterTimeLimit: LONGEST_MS },
    );
  },
  2 * LONGEST_MS,
);
