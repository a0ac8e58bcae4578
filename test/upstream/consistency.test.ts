/**
 * The promise of the cache: after a mutation has been acknowledged nobody is shown what was before it,
 * and nobody is shown what is not theirs, for any caller, in any order, through any replica.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from '../support/property.js';
import { startEmulator, type Emulator } from '../../src/emulator/index.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { startHeldProxy, type HeldProxy, type ProxyFault } from '../support/held-proxy.js';
import { testWith } from '../support/programs.js';
import { startRedis } from '../support/redis.js';
import { Clock, Register } from '../support/register.js';

/** Steps of a caller, and how long each upstream read is delayed and whether it fails, in turn. */
interface Program {
  callers: Step[][];
  delaysMs: number[];
  faults: readonly (ProxyFault | undefined)[];
}

interface Step {
  act: Act;
  organization: 'A' | 'B';
  /** Taken modulo the number of replicas. */
  replica: number;
  pauseMs: number;
  /** When the caller of a read leaves, in milliseconds; undefined where it waits. */
  leavesAfterMs: number | undefined;
}

const READS = ['list', 'nested', 'organization', 'flag', 'members', 'nodes'] as const;
const WRITES = ['rename', 'flag it', 'unflag it', 'role', 'permission', 'user', 'extra'] as const;
type Read = (typeof READS)[number];
type Write = (typeof WRITES)[number];
type Act = `read ${Read}` | `write ${Write}`;

/** What a caller may read; `environment` is the list of all organizations. */
type Right = 'names' | 'flags' | 'members' | 'nodes' | 'environment';

interface Caller {
  headers: Record<string, string>;
  rights: ReadonlySet<Right>;
  organizations: readonly string[];
  mayWrite: boolean;
}

const nodeId = (...parts: string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

/** The most frequent actions of programs: reads, and writes that invalidate them. */
const FOCUSES: readonly { reads: readonly Read[]; writes: readonly Write[] }[] = [
  { reads: READS, writes: WRITES },
  { reads: ['organization'], writes: ['rename'] },
  { reads: ['flag'], writes: ['flag it', 'unflag it'] },
  { reads: ['members', 'nodes'], writes: ['role', 'user', 'permission'] },
  { reads: ['list', 'nested'], writes: ['rename', 'extra'] },
];

const acts = (focus: (typeof FOCUSES)[number]): fc.Arbitrary<Act> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...focus.reads).map((read): Act => `read ${read}`) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(...focus.writes).map((write): Act => `write ${write}`),
    },
  );

/** Few enough that the circuit breaker stays closed. */
const FAULTS: Program['faults'] = [
  ...Array.from({ length: 20 }, () => undefined),
  ...[401, 429, 500].map((status) => ({ status, body: '' })),
  { status: 200, body: '<html>' },
  'reset',
];
const NO_FAULTS: Program['faults'] = [undefined];

/** The errors that they cause. */
const FAULT_CODES: readonly unknown[] = [
  ...['UNAUTHENTICATED', 'RATE_LIMITED', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_BAD_RESPONSE'],
];

const step = (focus: (typeof FOCUSES)[number]): fc.Arbitrary<Step> =>
  fc.record({
    act: fc.oneof(
      { weight: 4, arbitrary: acts(focus) },
      { weight: 1, arbitrary: acts(FOCUSES[0]!) },
    ),
    organization: fc.constantFrom('A', 'A', 'A', 'A', 'B'),
    replica: fc.nat(1),
    pauseMs: fc.constantFrom(0, 0, 0, 1, 6),
    leavesAfterMs: fc.constantFrom(undefined, undefined, undefined, undefined, 1, 5, 15),
  });

const programs = (callers: number, faults: Program['faults']): fc.Arbitrary<Program> =>
  fc.constantFrom(...FOCUSES).chain((focus) =>
    fc.record({
      callers: fc.array(fc.array(step(focus), { minLength: 4, maxLength: 10 }), {
        minLength: callers,
        maxLength: callers,
      }),
      delaysMs: fc.array(fc.constantFrom(0, 0, 4, 20, 60), { minLength: 7, maxLength: 31 }),
      faults: fc.array(fc.constantFrom(...faults), { minLength: 17, maxLength: 61 }),
    }),
  );

/** Gateways in front of one emulator, its state, and the history of each value. */
class System {
  readonly #clock = new Clock();
  readonly #registers = new Map<string, Register>();
  readonly #codes: { A: string; B: string };
  readonly #members: Record<string, { stays: string; comes: string }> = {};
  #versions = 0;

  constructor(
    readonly emulator: Emulator,
    readonly proxy: HeldProxy,
    readonly replicas: readonly TestGateway[],
    readonly callers: readonly Caller[],
    private readonly haveFaults: boolean,
  ) {
    const { state } = emulator;
    const [a, b] = [...state.organizations.values()].filter(
      ({ profile }) => profile.is_default !== true,
    );
    this.#codes = { A: a!.profile.code, B: b!.profile.code };
    for (const organization of [a!, b!]) {
      const { code, name } = organization.profile;
      const [stays, comes] = [...organization.members.values()];
      stays!.roles.clear();
      stays!.permissions.clear();
      organization.overrides.clear();
      this.#members[code] = { stays: stays!.user.id, comes: comes!.user.id };
      this.#registers.set(`name ${code}`, new Register(name));
      this.#registers.set(`flag ${code}`, new Register('none'));
      this.#registers.set(`role ${code}`, new Register('no'));
      this.#registers.set(`permission ${code}`, new Register('no'));
      this.#registers.set(`user ${code}`, new Register('in'));
    }
    this.#registers.set('extra', new Register('none'));
  }

  async run({ callers, delaysMs, faults }: Program): Promise<void> {
    let turn = 0;
    let fault = 0;
    // What a read in flight can miss is most when writes are quick.
    this.proxy.delayMs = (call) =>
      call.startsWith('GET') ? delaysMs[turn++ % delaysMs.length]! : 0;
    this.proxy.faultOf = (call) =>
      call.startsWith('GET /api') ? faults[fault++ % faults.length] : undefined;
    const outcomes = await Promise.allSettled(
      callers.map(async (steps, index) => {
        for (const { act, organization, replica, pauseMs, leavesAfterMs } of steps) {
          const gateway = this.replicas[replica % this.replicas.length]!;
          const code = this.#codes[organization];
          const [kind, name] = [act.slice(0, act.indexOf(' ')), act.slice(act.indexOf(' ') + 1)];
          if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
          if (kind === 'read') {
            await this.#read(name as Read, code, index, gateway, leavesAfterMs);
          } else {
            await this.#write(name as Write, code, index, gateway).catch((error: unknown) => {
              // One that a failed read was needed for. Its register takes the outcome for unknown.
              if (!this.haveFaults || !(error instanceof WriteFailed)) throw error;
            });
          }
        }
      }),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #write(write: Write, code: string, index: number, gateway: TestGateway): Promise<void> {
    const given = this.callers[index]!;
    const isTheirs = given.mayWrite && given.organizations.includes(code);
    const writer =
      isTheirs && (write !== 'extra' || given.rights.has('environment')) ? given : this.callers[0]!;
    const { stays, comes } = this.#members[code]!;
    const version = ++this.#versions;
    const send = async (mutation: string, input: string, more = '') => {
      const { data, errors } = await gateway.execute(
        `mutation { ${mutation}(input: { ${input} }) { userErrors { code } ${more} } }`,
        {},
        writer.headers,
      );
      if (errors !== undefined || data[mutation].userErrors.length > 0) {
        throw new WriteFailed(`${mutation} failed: ${JSON.stringify({ data, errors })}`);
      }
      return data[mutation];
    };
    const register = (name: string) => this.#registers.get(name)!;
    const ofOrganization = `organizationCode: "${code}"`;
    const ofMember = `${ofOrganization}, userId: "${stays}"`;
    const toggled = (last: string) => (last === 'no' ? 'yes' : 'no');

    switch (write) {
      case 'rename':
        return register(`name ${code}`).write(
          this.#clock,
          () => `Name ${version}`,
          (value) => send('updateOrganization', `${ofOrganization}, name: "${value}"`),
        );
      case 'flag it':
        return register(`flag ${code}`).write(
          this.#clock,
          () => String(version),
          (value) =>
            send(
              'updateFeatureFlagOverride',
              `${ofOrganization}, key: "max_projects", value: ${value}`,
            ),
        );
      case 'unflag it':
        return register(`flag ${code}`).write(
          this.#clock,
          () => 'none',
          (_, last) =>
            last === 'none' || version % 2 === 0
              ? send('deleteFeatureFlagOverrides', ofOrganization)
              : send('deleteFeatureFlagOverride', `${ofOrganization}, key: "max_projects"`),
        );
      case 'role':
        return register(`role ${code}`).write(this.#clock, toggled, (value) =>
          version % 3 === 0
            ? send(
                'updateOrganizationUsers',
                `${ofOrganization}, users: [{ userId: "${stays}", setRoles: [${value === 'yes' ? '{ key: "member" }' : ''}] }]`,
              )
            : send(
                value === 'yes' ? 'addOrganizationUserRole' : 'removeOrganizationUserRole',
                `${ofMember}, role: { key: "member" }`,
              ),
        );
      case 'permission':
        return register(`permission ${code}`).write(this.#clock, toggled, (value) =>
          send(
            value === 'yes' ? 'addOrganizationUserPermission' : 'removeOrganizationUserPermission',
            `${ofMember}, permission: { key: "deploy:production" }`,
          ),
        );
      case 'user':
        return register(`user ${code}`).write(
          this.#clock,
          (last) => (last === 'in' ? 'out' : 'in'),
          (value) =>
            value === 'in'
              ? send('addOrganizationUsers', `${ofOrganization}, users: [{ userId: "${comes}" }]`)
              : send('removeOrganizationUser', `${ofOrganization}, userId: "${comes}"`),
        );
      case 'extra':
        return register('extra').write(
          this.#clock,
          (last) => (last === 'none' ? `Extra ${version}` : 'none'),
          async (value) => {
            if (value !== 'none') return send('createOrganization', `name: "${value}"`);
            const extra = [...this.emulator.state.organizations.values()].find(({ profile }) =>
              profile.name.startsWith('Extra'),
            );
            return send('deleteOrganization', `organizationCode: "${extra!.profile.code}"`);
          },
        );
    }
  }

  async #read(
    read: Read,
    code: string,
    index: number,
    gateway: TestGateway,
    leavesAfterMs: number | undefined,
  ): Promise<void> {
    const caller = this.callers[index]!;
    const { stays, comes } = this.#members[code]!;
    const flag = 'featureFlag(key: "max_projects") { value }';
    const users = 'users(first: 10) { nodes { userId roles { key } } }';
    const [document, right]: [string, Right] = {
      list: ['{ organizations(first: 20) { nodes { code name } } }', 'environment'] as const,
      nested: [
        `{ organizations(first: 20) { nodes { code name ${flag} ${users} } } }`,
        'environment',
      ] as const,
      organization: [`{ organization(code: "${code}") { code name } }`, 'names'] as const,
      flag: [`{ organization(code: "${code}") { code ${flag} } }`, 'flags'] as const,
      members: [`{ organization(code: "${code}") { code ${users} } }`, 'members'] as const,
      nodes: [
        `{ nodes(ids: ["${nodeId('OrganizationUser', code, stays)}", "${nodeId('OrganizationUser', code, comes)}"]) {
            ... on OrganizationUser { userId }
          }
          node(id: "${nodeId('OrganizationUser', code, stays)}") { ... on OrganizationUser { roles { key } permissions { key } } } }`,
        'nodes',
      ] as const,
    }[read] as [string, Right];

    const from = this.#clock.tick();
    const result = await unlessLeft(
      gateway.execute(
        document,
        {},
        caller.headers,
        leavesAfterMs === undefined ? undefined : AbortSignal.timeout(leavesAfterMs),
      ),
    );
    if (result === undefined) return;
    const { data, errors = [] } = result;
    const until = this.#clock.tick();

    const isTheirs = right === 'environment' || caller.organizations.includes(code);
    const may = (of: Right) => isTheirs && caller.rights.has(of);
    let isRefused = false;
    for (const { name, of, value } of observe(read, data, code, this.#members[code]!)) {
      const where = `${read} by caller ${index} showed ${name} = ${value}`;
      if (!may(right) || !may(of)) {
        isRefused = true;
        if (value !== undefined && !NOTHING.has(value)) throw new Error(`CROSSED: ${where}`);
        continue;
      }
      const possible = this.#registers.get(name)!.possible(from, until);
      const isMissing = value === undefined || NOTHING.has(value);
      if (this.haveFaults && errors.length > 0 && isMissing) continue;
      if (value === undefined || !possible.includes(value)) {
        throw new Error(
          `STALE: ${where}, which can only be ${possible.join(' or ')}: ${JSON.stringify(errors)}`,
        );
      }
    }
    if (isRefused && errors.length === 0) {
      throw new Error(`CROSSED: ${read} by caller ${index} was refused nothing`);
    }
    for (const { extensions } of errors) {
      const isExpected =
        (isRefused && extensions['code'] === 'FORBIDDEN') ||
        (this.haveFaults && FAULT_CODES.includes(extensions['code'])) ||
        // The organization that comes and goes may go while its details are read.
        (read === 'nested' && extensions['code'] === 'NOT_FOUND');
      if (!isExpected) {
        throw new Error(`FAILED: ${read} by caller ${index}: ${JSON.stringify(errors)}`);
      }
    }
  }
}

/** A mutation with errors. */
class WriteFailed extends Error {}

/** Returns the result; undefined where its caller has left before. */
const unlessLeft = <T>(result: Promise<T>): Promise<T | undefined> =>
  result.catch((error: Error) => {
    if (error.name === 'TimeoutError') return undefined;
    throw error;
  });

/** What an answer that shows nothing seems to show. */
const NOTHING: ReadonlySet<string> = new Set(['none', 'out']);

interface Observation {
  /** The register. */
  name: string;
  /** The right that it takes, beside that to the read. */
  of: Right;
  /** Undefined where it is missing. */
  value: string | undefined;
}

/** What a read shows of one organization, and of which organizations there are. */
function observe(
  read: Read,
  data: any,
  code: string,
  { stays, comes }: { stays: string; comes: string },
): Observation[] {
  const has = (list: { key: string }[] | null | undefined, key: string) =>
    list == null ? undefined : list.some((entry) => entry.key === key) ? 'yes' : 'no';
  const name = (organization: any, of: Right): Observation => ({
    name: `name ${code}`,
    of,
    value: organization?.name,
  });
  const flag = (organization: any): Observation => ({
    name: `flag ${code}`,
    of: 'flags',
    value: organization == null ? undefined : String(organization.featureFlag?.value ?? 'none'),
  });
  const members = (organization: any): Observation[] => {
    const nodes: any[] | undefined = organization?.users?.nodes;
    const found = (id: string) => nodes?.find(({ userId }) => userId === id);
    const user = nodes && (found(comes) === undefined ? 'out' : 'in');
    return [
      { name: `user ${code}`, of: 'members', value: user },
      { name: `role ${code}`, of: 'members', value: has(found(stays)?.roles, 'member') },
    ];
  };
  switch (read) {
    case 'list':
    case 'nested': {
      const nodes: any[] | undefined = data?.organizations?.nodes;
      const extra = nodes && (nodes.find((node) => node.name.startsWith('Extra'))?.name ?? 'none');
      const organization = nodes?.find((node) => node.code === code);
      return [
        { name: 'extra', of: 'environment', value: extra },
        name(organization, 'environment'),
        ...(read === 'nested' ? [flag(organization), ...members(organization)] : []),
      ];
    }
    case 'organization':
      return [name(data?.organization, 'names')];
    case 'flag':
      return [flag(data?.organization)];
    case 'members':
      return members(data?.organization);
    case 'nodes': {
      const user = data?.nodes && (data.nodes[1] === null ? 'out' : 'in');
      const permission = has(data?.node?.permissions, 'deploy:production');
      return [
        { name: `user ${code}`, of: 'nodes', value: user },
        { name: `role ${code}`, of: 'nodes', value: has(data?.node?.roles, 'member') },
        { name: `permission ${code}`, of: 'nodes', value: permission },
      ];
    }
  }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const USERS = ['names', 'flags', 'members', 'nodes'] as const;

type MakeCallers = (emulator: Emulator) => Promise<Caller[]>;

/** Whose tokens go to Kinde: three who may do all, two of them with one token, and two who may read little. */
const passthrough: MakeCallers = async (emulator) => {
  const organizations = codesOf(emulator);
  const all = async (): Promise<Caller> => ({
    headers: bearer(await emulator.issueToken()),
    rights: new Set([...USERS, 'environment']),
    organizations,
    mayWrite: true,
  });
  const limited: Caller = {
    headers: bearer(await emulator.issueToken({ scopes: ['read:organizations'] })),
    rights: new Set(['names', 'environment']),
    organizations,
    mayWrite: false,
  };
  const first = await all();
  return [first, first, await all(), limited, limited];
};

/** Callers that the gateway authorizes: an application, a user of each organization, and a user with few permissions. */
const jwt: MakeCallers = async (emulator) => {
  const [A, B] = codesOf(emulator);
  const application = await emulator.issueToken();
  const { scp } = JSON.parse(Buffer.from(application.split('.')[1]!, 'base64url').toString());
  const user = async (
    code: string,
    permissions: string[],
    rights: readonly Right[],
  ): Promise<Caller> => ({
    headers: bearer(
      await emulator.issueToken({
        audience: [],
        scopes: [],
        claims: { gty: undefined, scope: undefined, sub: 'kp_1', org_code: code, permissions },
      }),
    ),
    rights: new Set(rights),
    organizations: [code],
    mayWrite: permissions.length > 1,
  });
  const all: Caller = {
    headers: bearer(application),
    rights: new Set([...USERS, 'environment']),
    organizations: [A!, B!],
    mayWrite: true,
  };
  return [
    all,
    all,
    await user(A!, scp, USERS),
    await user(B!, scp, USERS),
    await user(A!, ['read:organizations'], ['names']),
  ];
};

const codesOf = ({ state }: Emulator) =>
  [...state.organizations.values()]
    .filter(({ profile }) => profile.is_default !== true)
    .map(({ profile }) => profile.code);

const MODES: Record<string, MakeCallers> = { passthrough, jwt };

/** For each system, in milliseconds. More finds more: CONSISTENCY_MS=600000. */
const TIME_MS = Number(process.env['CONSISTENCY_MS'] ?? 3_000);

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** How many programs must have shown something, and how long that may take on a busy machine. */
const LEAST_PROGRAMS = 3;
const LONGEST_MS = 60_000;

/**
 * Runs programs one after another on one system, each beginning with what is kept of those before it,
 * for as long as a suite may take.
 *
 * Where Redis takes longer than a gateway waits for it, as on a machine that is busy with other tests,
 * replicas do not hear of each other in time, and say so: what is stale in a program meanwhile shows
 * nothing.
 */
async function check(
  mode: string,
  replicas: number,
  { env = {}, faults = NO_FAULTS, timeMs = TIME_MS } = {},
): Promise<void> {
  const emulator = await startEmulator({ organizations: 3, usersPerOrganization: 2 });
  open.push(emulator);
  const proxy = await startHeldProxy();
  open.push(proxy);
  proxy.target = emulator.url;
  const gateways: TestGateway[] = [];
  const states: string[][] = [];
  for (let replica = 0; replica < replicas; replica++) {
    states[replica] = [];
    const gateway = await startGateway({
      before: emulator,
      kindeDomain: () => proxy.url,
      log: (line) => {
        const [, state] = /Redis (can(?:not)?) be reached/.exec(line) ?? [];
        if (state !== undefined) states[replica]!.push(state);
      },
      env: {
        ...{ LOG_LEVEL: 'info', AUDIT_LOG: 'false' },
        ...{ CACHE: 'memory', AUTH_MODE: mode, ...env },
        ...(mode === 'jwt' ? { JWT_ISSUER: emulator.issuer } : {}),
      },
    });
    gateways.push(gateway);
    open.push(gateway);
  }
  const callers = await MODES[mode]!(emulator);
  const system = new System(emulator, proxy, gateways, callers, faults !== NO_FAULTS);
  const startedAt = performance.now();
  let shown = 0;
  const property = fc.asyncProperty(programs(callers.length, faults), async (program) => {
    if (performance.now() > startedAt + (shown < LEAST_PROGRAMS ? LONGEST_MS : timeMs)) return;
    const wasAway = states.some((changes) => changes.at(-1) === 'cannot');
    const before = states.flat().length;
    const hasAgreed = () => !wasAway && states.flat().length === before;
    try {
      await system.run(program);
      if (hasAgreed()) shown++;
    } catch (error) {
      if (hasAgreed() || !(error as Error).message.startsWith('STALE')) throw error;
    }
  });
  // What sockets and timers do is not the program's, so that a smaller one need not fail alike.
  await fc.assert(property, {
    numRuns: Math.max(100, timeMs / 20),
    endOnFailure: true,
    includeErrorInReport: true,
  });
  expect(shown).toBeGreaterThanOrEqual(LEAST_PROGRAMS);
}

const testWithRedis = testWith('redis-server');

describe.each(Object.keys(MODES))('with callers of %s', (mode) => {
  test(
    'one replica: nothing stale after an acknowledged mutation, nothing that belongs to another caller',
    () => check(mode, 1),
    90_000 + TIME_MS,
  );

  testWithRedis(
    'two replicas before one Redis: the same',
    async () => {
      const redis = await startRedis();
      open.push({ close: () => redis.kill() });
      await check(mode, 2, { env: { REDIS_URL: redis.url } });
    },
    90_000 + TIME_MS,
  );
});

testWithRedis(
  'the same while reads fail, and responses expire and are served stale',
  async () => {
    const redis = await startRedis();
    open.push({ close: () => redis.kill() });
    const env = { REDIS_URL: redis.url, CACHE_TTL_SECONDS: '1', UPSTREAM_RETRIES: '0' };
    await check('jwt', 2, { env, faults: FAULTS });
  },
  90_000 + TIME_MS,
);

test('the check notices stale data of two replicas that don’t hear of each other', async () => {
  // It ends with the first program that shows some, which on a slow machine may be among few in three seconds.
  await expect(check('passthrough', 2, { timeMs: LONGEST_MS })).rejects.toThrow(/STALE/);
});
