/**
 * Reading on while a list changes, compared with a list that the test holds. A failure prints the seed
 * and the smallest counterexample; FC_SEED repeats a run, and FC_RUNS makes it longer.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from '../support/property.js';
import { PAGE_TOKEN_KINDS } from '../../src/emulator/index.js';
import { blank } from '../../src/emulator/organizations/index.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const { FC_RUNS } = process.env;
const RUNS = Number(FC_RUNS ?? 100);
const TIMEOUT_MS = 60_000 + RUNS * 200;
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ emulator: { organizations: 1, usersPerOrganization: 1 } });
});
afterAll(() => gateway.close());

type Sort = 'NAME_ASC' | 'NAME_DESC' | 'EMAIL_ASC' | 'EMAIL_DESC' | undefined;

interface Row {
  key: string;
  text: string;
  /** The step that gave it this text. */
  since: number;
}

/** A list in the emulator that can be changed behind the gateway's back. */
interface Subject {
  document: string;
  variables: object;
  rows: Row[];
  create(key: string, text: string): void;
  remove(key: string): void;
  rename(key: string, text: string): void;
}

const SLICE = 'edges { cursor node { key: %KEY% } } pageInfo { hasNextPage endCursor }';

function organizationList(): Subject {
  const { state } = gateway.emulator;
  const first = [...state.organizations.values()][0]!.profile;
  first.name = 'm';
  state.organizations.resort();
  return {
    document: `query ($first: Int, $after: String, $sort: OrganizationSortOrder) {
      list: organizations(first: $first, after: $after, sort: $sort) { ${SLICE.replace('%KEY%', 'code')} }
    }`,
    variables: {},
    rows: [{ key: first.code, text: 'm', since: -1 }],
    create: (key, text) => void state.addOrganization({ ...blank(key), name: text }),
    remove: (key) => state.removeOrganization(state.organization(key)),
    rename: (key, text) => {
      state.organization(key).profile.name = text;
      state.organizations.resort();
    },
  };
}

function memberList(roles: readonly string[] | undefined): Subject {
  const { state } = gateway.emulator;
  const organization = [...state.organizations.values()][0]!;
  for (const member of [...organization.members.values()]) {
    state.removeMember(organization, member);
  }
  const granted = new Set(roles?.map((key) => state.roleByKey(key)));
  const person = (id: string, text: string) => ({
    ...{ id, full_name: text, email: text, first_name: null, last_name: null },
    organizations: [],
  });
  const add = (key: string, text: string, isMatch: boolean) =>
    state.addMember(organization, {
      ...{ user: person(key, text), joined_on: '2026-01-01T00:00:00Z', last_accessed_on: null },
      ...{ roles: new Set(isMatch ? granted : []), permissions: new Set() },
    });
  let added = 0;
  return {
    document: `query ($first: Int, $after: String, $sort: OrganizationUserSortOrder, $code: ID!, $roles: [String!]) {
      organization(code: $code) { users(first: $first, after: $after, sort: $sort, roles: $roles) {
        ${SLICE.replace('%KEY%', 'userId')}
      } }
    }`,
    variables: { code: organization.profile.code, roles },
    rows: [],
    create: (key, text) => {
      add(key, text, true);
      // One that the filter leaves out beside each that it lets through.
      if (roles !== undefined) add(`kp_other_${added++}`, text, false);
    },
    remove: (key) => {
      const member = organization.members.get(key)!;
      // With a filter an entry leaves the list by no longer matching it.
      if (roles === undefined) state.removeMember(organization, member);
      else member.roles.clear();
    },
    rename: (key, text) => {
      Object.assign(organization.members.get(key)!.user, { full_name: text, email: text });
      organization.members.resort();
    },
  };
}

const folded = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** The emulator's order, by which a Kinde might sort too. */
function compare(a: Row, b: Row, sort: Sort): number {
  const sign = sort?.endsWith('DESC') === true ? -1 : 1;
  const [left, right] = [folded(a.text), folded(b.text)];
  if (left !== right) return left < right ? -sign : sign;
  return a.key === b.key ? 0 : a.key < b.key ? -sign : sign;
}

type Step =
  | { do: 'create'; text: string }
  | { do: 'delete'; at: number }
  | { do: 'rename'; at: number; text: string }
  | { do: 'expire' }
  | { do: 'read'; first: number; behind: number };

const stepsOf = (text: fc.Arbitrary<string>) =>
  fc.array(
    fc.oneof(
      { weight: 2, arbitrary: fc.record({ do: fc.constant('create' as const), text }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), at: fc.nat(40) }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant('rename' as const), at: fc.nat(40), text }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
      {
        weight: 5,
        arbitrary: fc.record({
          do: fc.constant('read' as const),
          first: fc.integer({ min: 1, max: 4 }),
          behind: fc.nat(2),
        }),
      },
    ),
    { minLength: 5, maxLength: 25 },
  );

/** A cursor, and the entry that it stands for as it was when the cursor was given out. */
interface Mark {
  cursor: string;
  row: Row;
  step: number;
}

async function read(subject: Subject, sort: Sort, first: number, mark: Mark | undefined) {
  gateway.calls();
  const { data, errors } = await gateway.execute(subject.document, {
    ...{ ...subject.variables, first, after: mark?.cursor },
    // The cursor keeps its order.
    ...(mark === undefined ? { sort } : {}),
  });
  const calls = gateway.calls().filter((call) => !call.includes('/organization?'));
  const list = data?.list ?? data?.organization?.users;
  return { list, errors, calls };
}

interface Situation {
  step: number;
  isUnchanged: boolean;
  isCollationKnown: boolean;
}

/** Checks a page against the test's own list, and returns the cursors that came with it. */
async function checkPage(
  subject: Subject,
  sort: Sort,
  first: number,
  mark: Mark | undefined,
  { step, isUnchanged, isCollationKnown }: Situation,
): Promise<Mark[]> {
  const rows = subject.rows.toSorted((a, b) => compare(a, b, sort));
  const { list, errors, calls } = await read(subject, sort, first, mark);
  const now = rows.findIndex(({ key }) => key === mark?.row.key);
  const isInPlace = mark === undefined || rows[now]?.text === mark.row.text;
  const ties = isInPlace ? [] : rows.filter(({ text }) => folded(text) === folded(mark.row.text));
  const isAmbiguous = ties.length > 0 || !isCollationKnown;
  const mayBeStale = !isInPlace && (sort === undefined ? now < 0 : isAmbiguous);
  if (errors !== undefined) {
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', reason: 'CURSOR_STALE' } },
    ]);
    expect({ mark, rows, mayBeStale }).toMatchObject({ mayBeStale: true });
    return [];
  }
  const keys = list.edges.map(({ node }: { node: { key: string } }) => node.key);
  let start = 0;
  if (mark !== undefined) {
    const after = rows.findIndex((row) => compare(row, mark.row, sort) > 0);
    start = sort === undefined ? now + 1 : after < 0 ? rows.length : after;
    // Where it may be refused it may also begin earlier, but only with what is new since.
    const from = rows.findIndex(({ key }) => key === keys[0]);
    const isNew = ({ since }: Row) => since > mark.step;
    if (isAmbiguous && from >= 0 && rows.slice(from, start).every(isNew)) {
      start = Math.min(start, from);
    }
    expect({ mark, rows, isKnown: sort !== undefined || now >= 0 }).toMatchObject({
      isKnown: true,
    });
  }
  const expected = rows.slice(start, start + first).map(({ key }) => key);
  expect({ keys, rows, mark }).toEqual({ keys: expected, rows, mark });
  expect(list.pageInfo.hasNextPage).toBe(start + first < rows.length);
  if (isUnchanged) expect(calls.length).toBeLessThanOrEqual(3);
  return list.edges.map(({ cursor, node }: { cursor: string; node: { key: string } }) => ({
    cursor,
    row: { ...rows.find(({ key }) => key === node.key)! },
    step,
  }));
}

interface Case {
  sort: Sort;
  texts: string[];
  steps: Step[];
  isCollationKnown?: boolean;
}

async function run(subject: Subject, { sort, texts, steps, isCollationKnown = true }: Case) {
  let created = 0;
  const create = (text: string, since: number) => {
    // Keys in no order, as random ids are.
    const key = `key_${(created++ * 7919) % 1000}`;
    subject.create(key, text);
    subject.rows.push({ key, text, since });
  };
  for (const text of texts) create(text, -1);
  let marks: Mark[] = [];
  let isUnchanged = true;
  for (const [number, step] of steps.entries()) {
    const { rows } = subject;
    const row = 'at' in step ? rows[step.at % rows.length] : undefined;
    if (step.do === 'read') {
      const mark = marks.at(-1 - step.behind);
      const more = await checkPage(subject, sort, step.first, mark, {
        ...{ step: number, isUnchanged, isCollationKnown },
      });
      marks = mark === undefined || more.length > 0 ? more : marks;
      isUnchanged = true;
      continue;
    }
    isUnchanged = false;
    if (step.do === 'expire') gateway.emulator.state.pageTokens.expireAll();
    else if (step.do === 'create') create(step.text, number);
    else if (row !== undefined && step.do === 'delete') {
      subject.remove(row.key);
      rows.splice(rows.indexOf(row), 1);
    } else if (row !== undefined && step.do === 'rename') {
      subject.rename(row.key, step.text);
      Object.assign(row, { text: step.text, since: number });
    }
  }
}

const kind = fc.constantFrom(...PAGE_TOKEN_KINDS);
const nameSort = fc.constantFrom<Sort>('NAME_ASC', 'NAME_DESC', undefined);
const anySort = fc.constantFrom<Sort>(
  ...(['NAME_ASC', 'NAME_DESC', 'EMAIL_ASC', 'EMAIL_DESC', undefined] as const),
);
/** Texts that every collation sorts alike, so that only ties leave a place unknown. */
const plain = fc.string({ unit: fc.constantFrom(...'abcdefgh'), minLength: 1, maxLength: 3 });
/** Texts that collations sort in different ways. */
const mixed = fc.string({ unit: fc.constantFrom(...'aAbBéÅß -_.1'), maxLength: 4 });
const textsOf = (text: fc.Arbitrary<string>) => fc.array(text, { maxLength: 40 });

function begin(tokens: (typeof PAGE_TOKEN_KINDS)[number]) {
  gateway.emulator.reset();
  gateway.emulator.state.pageTokens.kind = tokens;
}

test(
  'organizations: no entry is lost or repeated, whatever changes between two pages',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        ...([kind, nameSort, textsOf(plain), stepsOf(plain)] as const),
        async (tokens, sort, names, steps) => {
          begin(tokens);
          await run(organizationList(), { sort, texts: names, steps });
        },
      ),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);

test(
  'members, with and without a filter: no entry is lost or repeated',
  async () => {
    const filter = fc.option(fc.constant(['admin']), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        ...([kind, filter, anySort, textsOf(plain), stepsOf(plain)] as const),
        async (tokens, roles, sort, names, steps) => {
          begin(tokens);
          await run(memberList(roles), { sort, texts: names, steps });
        },
      ),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);

test(
  'names that collations sort differently: a page is right or CURSOR_STALE',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        ...([kind, nameSort, textsOf(mixed), stepsOf(mixed)] as const),
        async (tokens, sort, names, steps) => {
          begin(tokens);
          await run(organizationList(), { sort, texts: names, steps, isCollationKnown: false });
        },
      ),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);
