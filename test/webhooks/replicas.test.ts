/**
 * Two replicas that share a Redis, and events that come late, twice and in another order: no read is
 * older than an event that was answered with 200, and every stream ends up with the present state, if
 * its token may see it. LIVE_RUNS sets how many interleavings are tried.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { startEmulator, type Emulator } from '../../src/emulator/index.js';
import { EVENT_TYPES } from '../../src/webhooks/events.js';
import { openStream } from '../support/event-stream.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { describeWith } from '../support/programs.js';
import { startRedis } from '../support/redis.js';

const RUNS = Number(process.env['LIVE_RUNS'] ?? 25);

/** Processes of a busy machine stand still for seconds; less than a result's lifetime shows a miss. */
const PATIENCE_MS = 30_000;

const ORGANIZATION =
  '{ organization(code: $code) { name users(first: 10) { nodes { userId roles { key } } } } }';
const QUERY = `query ($code: ID!) ${ORGANIZATION}`;
const LIVE = `query ($code: ID!) @live ${ORGANIZATION}`;
const USER_PERMISSIONS = [
  'read:organizations',
  'read:organization_users',
  'read:organization_user_roles',
];

/** A write, by another application or by a mutation through a replica, and what happens around it. */
interface Step {
  write: 'rename' | 'role' | 'membership';
  organization: 0 | 1;
  through: 'elsewhere' | 0 | 1;
  /** The replicas that are read from while the events are on their way. */
  reads: (0 | 1)[];
  /** Whether its events are waited for, and what is read then compared. */
  isSettled: boolean;
}

const steps = fc.array(
  fc.record({
    write: fc.constantFrom<Step['write'][]>('rename', 'role', 'membership'),
    organization: fc.constantFrom<Step['organization'][]>(0, 1),
    through: fc.constantFrom<Step['through'][]>('elsewhere', 'elsewhere', 0, 1),
    reads: fc.array(fc.constantFrom<Step['reads']>(0, 1), { maxLength: 3 }),
    isSettled: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
);

/** Waits in short steps, since there are thousands of runs. */
async function until(isSo: () => boolean, seen: () => unknown = () => ''): Promise<void> {
  const from = performance.now();
  while (!isSo()) {
    if (performance.now() - from > PATIENCE_MS) {
      throw new Error(`It did not happen within 30 seconds. ${JSON.stringify(seen())}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describeWith('redis-server')('with replicas', () => {
  const open: { close(): unknown }[] = [];
  let emulator: Emulator;
  let elsewhere: TestGateway;
  let replicas: TestGateway[];
  let codes: string[];
  let members: string[];
  let role: string;
  let bearer: Record<string, string>;
  /** The latest result of each stream, by what it is of. */
  const streams: { code: string; mayRead: boolean; latest: any; shown: number }[] = [];

  beforeAll(async () => {
    const redis = await startRedis();
    open.push({ close: () => redis.kill() });
    emulator = await startEmulator({
      ...{ organizations: 3, usersPerOrganization: 3 },
      switches: { eventRetryScale: 0.001, eventDelayMs: 6, repeatsEvents: true },
    });
    open.push(emulator);
    elsewhere = await startGateway({ before: emulator });
    open.push(elsewhere);
    const env = {
      AUTH_MODE: 'jwt',
      JWT_ISSUER: '',
      CACHE: 'memory',
      CACHE_TTL_SECONDS: '600',
      REDIS_URL: redis.url,
    };
    replicas = await Promise.all([0, 1].map(() => startGateway({ before: emulator, env })));
    open.push(...replicas);
    const organizations = [...emulator.state.organizations.values()].slice(1, 3);
    codes = organizations.map(({ profile }) => profile.code);
    members = organizations.map((organization) => [...organization.members.values()][0]!.user.id);
    role = [...emulator.state.roles.values()][0]!.key;
    bearer = { authorization: `Bearer ${await emulator.issueToken()}` };
    for (const own of codes) {
      const token = await emulator.issueToken({
        audience: [],
        scopes: [],
        claims: {
          ...{ gty: undefined, scope: undefined, sub: `kp_${own}`, org_code: own },
          permissions: USER_PERMISSIONS,
        },
      });
      for (const { url } of replicas) for (const code of codes) await follow(url, code, token, own);
    }
  }, 60_000);
  afterAll(async () => {
    for (const one of open.reverse()) await one.close();
  });

  async function follow(url: string, code: string, token: string, own: string) {
    const stream = await openStream(url, LIVE, {
      variables: { code },
      headers: { authorization: `Bearer ${token}` },
    });
    const followed = { code, mayRead: code === own, latest: undefined as any, shown: 0 };
    streams.push(followed);
    open.push(stream);
    void (async () => {
      for (;;) {
        const result = await stream.next().catch(() => undefined);
        if (typeof result === 'string') return;
        if (result === undefined) continue;
        followed.latest = result;
        if (result.data?.organization != null) followed.shown++;
      }
    })();
  }

  let version = 0;
  async function write({ write, organization, through }: Step): Promise<void> {
    const code = codes[organization]!;
    const member = members[organization]!;
    const found = emulator.state.organization(code).members.get(member);
    const hasRole = [...(found?.roles ?? [])].some(({ key }) => key === role);
    const user = `userId: "${member}"`;
    const [mutation, input] =
      write === 'rename'
        ? ['updateOrganization', `name: "Name ${++version}"`]
        : write === 'membership' || found === undefined
          ? found === undefined
            ? ['addOrganizationUsers', `users: [{ ${user} }]`]
            : ['removeOrganizationUser', user]
          : [
              hasRole ? 'removeOrganizationUserRole' : 'addOrganizationUserRole',
              `${user}, role: { key: "${role}" }`,
            ];
    const { data, errors } = await (
      through === 'elsewhere' ? elsewhere : replicas[through]!
    ).execute(
      `mutation { ${mutation}(input: { organizationCode: "${code}" ${input} }) { userErrors { code } } }`,
      {},
      bearer,
    );
    expect({ errors, userErrors: data[mutation!].userErrors }).toEqual({ userErrors: [] });
  }

  const read = (gateway: TestGateway, code: string) => gateway.execute(QUERY, { code }, bearer);
  const truth = async (code: string) => (await elsewhere.query(QUERY, { code })).organization;
  const membersOf = (organization: any) => ({
    name: organization?.name,
    users: organization?.users.nodes
      .map((node: any) => `${node.userId} ${node.roles.map(({ key }: any) => key).sort()}`)
      .sort(),
  });

  let events = 0;
  let run = 0;
  /** Resolves once every event so far was delivered twice, and answered with 200; 503 is tried again. */
  const answered = () =>
    until(
      () =>
        emulator.webhooks.deliveries.filter(({ status }) => status === 200).length === 2 * events,
    );

  async function expectNothingStale(): Promise<void> {
    await answered();
    for (const code of codes) {
      const expected = membersOf(await truth(code));
      for (const replica of replicas) {
        expect(membersOf((await read(replica, code)).data.organization)).toEqual(expected);
      }
    }
  }

  test(`nothing is older than the events that were answered, in ${RUNS} interleavings`, async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(0, 1), async (changes, receiver) => {
        // One replica hears of an event by itself, the other one through it.
        emulator.webhooks.registered.clear();
        emulator.webhooks.deliveries.length = 0;
        events = 0;
        emulator.webhooks.register({
          ...{ name: 'test', description: null, event_types: [...EVENT_TYPES] },
          endpoint: `${replicas[receiver]!.url}/webhooks/kinde`,
        });
        const reading: Promise<unknown>[] = [];
        for (const step of changes) {
          const code = codes[step.organization]!;
          reading.push(...step.reads.map((replica) => read(replicas[replica]!, code)));
          await write(step);
          events++;
          reading.push(...step.reads.map((replica) => read(replicas[replica]!, code)));
          if (step.isSettled) await expectNothingStale();
        }
        await Promise.all(reading);
        await expectNothingStale();
        // Results are gathered for up to 100 ms, so that not every run of thousands waits for them.
        if (++run % Math.ceil(RUNS / 500) > 0) return;
        const expected = new Map<string, string>();
        for (const code of codes) expected.set(code, JSON.stringify(membersOf(await truth(code))));
        await until(
          () =>
            streams
              .filter(({ mayRead }) => mayRead)
              .every(
                ({ code, latest }) =>
                  JSON.stringify(membersOf(latest?.data?.organization)) === expected.get(code),
              ),
          () => ({ streams, expected: [...expected] }),
        );
        for (const { mayRead, shown } of streams) if (!mayRead) expect(shown).toBe(0);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  }, 3_600_000);
});
