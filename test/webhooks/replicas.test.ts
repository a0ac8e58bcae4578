/**
 * Two replicas that share a Redis, and events that come late, twice and in another order: no read is
 * older than an event that was answered with 200, every stream ends up with the present state as far as
 * its token may see it, and none ever shows more than that. To try 10,000 interleavings:
 * `LIVE_RUNS=10000 npm test -- test/webhooks/replicas`.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from '../support/property.js';
import { startEmulator, type Emulator } from '../../src/emulator/index.js';
import { EVENT_TYPES } from '../../src/webhooks/events.js';
import { openStream } from '../support/event-stream.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { describeWith } from '../support/programs.js';
import { startRedis } from '../support/redis.js';

const RUNS = Number(process.env['LIVE_RUNS'] ?? 25);

/**
 * A receiver takes 3,000 events a minute, and the rest is delivered again after it. Less than a result's
 * lifetime shows a miss.
 */
const PATIENCE_MS = 120_000;

const ORGANIZATION =
  '{ organization(code: $code) { name users(first: 10) { nodes { userId roles { key } } } } }';
const QUERY = `query ($code: ID!) ${ORGANIZATION}`;
const LIVE = `query ($code: ID!) @live ${ORGANIZATION}`;
const CHANGES =
  'subscription ($code: ID!) { changes(organizationCode: $code) { kind organizationCode userId organization { name } } }';

const [NAMES, USERS] = ['read:organizations', 'read:organization_users'] as const;
/** What the tokens of users may do: each of them reads the same documents. */
const TOKENS = [[NAMES, USERS], [NAMES]] as const;
type Permissions = (typeof TOKENS)[number];
const mayReadUsers = (permissions: Permissions) =>
  (permissions as readonly string[]).includes(USERS);

/** A stream, and whose it is. */
interface Followed {
  /** The organization that it asks for, and the one of its token. */
  readonly code: string;
  readonly own: string;
  readonly permissions: Permissions;
  readonly kind: 'query' | 'subscription';
  /** The latest result; of a subscription, the latest that told of the organization itself. */
  latest: any;
}

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
      throw new Error(`It did not happen within ${PATIENCE_MS} ms. ${JSON.stringify(seen())}`);
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
  const streams: Followed[] = [];
  /** What each organization was ever called, and who was ever in it. */
  const names = new Map<string, Set<string>>();
  const everMembers = new Map<string, Set<string>>();
  const renamed = new Set<string>();
  /** Results that show what a token may not see. */
  const trespasses: unknown[] = [];

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
    for (const { profile, members: found } of organizations) {
      names.set(profile.code, new Set([profile.name]));
      everMembers.set(profile.code, new Set([...found.values()].map(({ user }) => user.id)));
    }
    for (const own of codes) {
      for (const permissions of TOKENS) {
        const token = await emulator.issueToken({
          audience: [],
          scopes: [],
          claims: {
            ...{ gty: undefined, scope: undefined, sub: `kp_${own}`, org_code: own },
            permissions,
          },
        });
        const following = { own, permissions };
        for (const { url } of replicas) {
          await follow(url, token, { ...following, code: own, kind: 'query' });
          await follow(url, token, { ...following, code: own, kind: 'subscription' });
          // The same twice, which shares its executions.
          await follow(url, token, { ...following, code: own, kind: 'subscription' });
          if (permissions !== TOKENS[0]) continue;
          const other = codes.find((code) => code !== own)!;
          await follow(url, token, { ...following, code: other, kind: 'query' });
        }
      }
    }
  });
  afterAll(async () => {
    for (const one of open.reverse()) await one.close();
  });

  async function follow(url: string, token: string, whose: Omit<Followed, 'latest'>) {
    const stream = await openStream(url, whose.kind === 'query' ? LIVE : CHANGES, {
      variables: { code: whose.code },
      headers: { authorization: `Bearer ${token}` },
      patienceMs: 2 ** 31 - 1,
    });
    const followed: Followed = { ...whose, latest: undefined };
    streams.push(followed);
    open.push(stream);
    void (async () => {
      for (;;) {
        const result = await stream.next();
        if (typeof result === 'string') return;
        if (!isAllowed(followed, result)) trespasses.push({ ...whose, result });
        if (whose.kind === 'query') followed.latest = result.data?.organization;
        else if (result.data?.changes?.kind === 'ORGANIZATION_UPDATED') {
          followed.latest = result.data.changes.organization;
        }
      }
    })();
  }

  /** Whether a result shows only what the token of its stream may see. */
  function isAllowed({ kind, code, own, permissions }: Followed, { data }: any): boolean {
    const isName = (name: unknown) => name == null || names.get(own)!.has(String(name));
    const isMember = (id: unknown) => id == null || everMembers.get(own)!.has(String(id));
    // An error shows nothing.
    if (data == null || data.organization === null) return true;
    if (kind === 'subscription') {
      const { kind: change, organizationCode, userId, organization } = data.changes;
      return (
        (mayReadUsers(permissions) || !/USER|ROLE|PERMISSION/.test(change)) &&
        [null, own].includes(organizationCode) &&
        isName(organization?.name) &&
        isMember(userId)
      );
    }
    if (code !== own) return false;
    const { name, users } = data.organization;
    return (
      isName(name) &&
      (users === null || mayReadUsers(permissions)) &&
      (users?.nodes ?? []).every(({ userId }: any) => isMember(userId))
    );
  }

  let version = 0;
  async function write({ write, organization, through }: Step): Promise<void> {
    const code = codes[organization]!;
    const member = members[organization]!;
    const found = emulator.state.organization(code).members.get(member);
    const hasRole = [...(found?.roles ?? [])].some(({ key }) => key === role);
    const user = `userId: "${member}"`;
    // Before the write: a stream may show it at once.
    if (write === 'rename') {
      names.get(code)!.add(`Name ${++version}`);
      renamed.add(code);
    }
    const [mutation, input] =
      write === 'rename'
        ? ['updateOrganization', `name: "Name ${version}"`]
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
  /** An organization as a token may see it, in a form to compare. */
  const asSeenBy = (permissions: Permissions, organization: any) =>
    JSON.stringify({
      name: organization?.name,
      users:
        mayReadUsers(permissions) &&
        organization?.users?.nodes
          .map(({ userId, roles }: any) => `${userId} ${roles.map(({ key }: any) => key).sort()}`)
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
      const expected = asSeenBy(TOKENS[0], await truth(code));
      for (const replica of replicas) {
        const { data } = await read(replica, code);
        expect(asSeenBy(TOKENS[0], data.organization)).toBe(expected);
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
        const present = new Map<string, any>();
        for (const code of codes) present.set(code, await truth(code));
        const isPresent = ({ kind, code, own, permissions, latest }: Followed) => {
          if (code !== own) return latest === null;
          const expected = present.get(code);
          if (kind === 'query')
            return asSeenBy(permissions, latest) === asSeenBy(permissions, expected);
          return !renamed.has(code) || latest?.name === expected.name;
        };
        await until(
          () => trespasses.length > 0 || streams.every(isPresent),
          () => ({ late: streams.filter((stream) => !isPresent(stream)), present: [...present] }),
        );
        expect(trespasses).toEqual([]);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  }, 3_600_000);
});
