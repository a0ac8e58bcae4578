/** Reading on behind a cursor after the list has changed, with the calls that it may cost. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { PAGE_TOKEN_KINDS } from '../../src/emulator/index.js';
import { blank } from '../../src/emulator/organizations/index.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ emulator: { organizations: 1, usersPerOrganization: 1 } });
});
afterAll(() => gateway.close());

const state = () => gateway.emulator.state;
const alphabet = [...'abcdefghijklmnopqrstuvwxyz'];

/** Organizations named a to z, whose codes tell nothing of the order. */
function organizationsOf(names: readonly string[]) {
  gateway.emulator.reset();
  const organizations = [...state().organizations.values()];
  organizations[0]!.profile.name = names[0]!;
  names.slice(1).forEach((name, index) => add(name, `org_${(index * 7) % names.length}`));
}

function add(name: string, code: string) {
  state().addOrganization({ ...blank(code), name });
}

const named = (name: string) =>
  [...state().organizations.values()].find(({ profile }) => profile.name === name)!;
const remove = (name: string) => state().removeOrganization(named(name));
function rename(name: string, to: string) {
  named(name).profile.name = to;
  state().organizations.resort();
}

const LIST = `query ($first: Int, $after: String, $sort: OrganizationSortOrder) {
  organizations(first: $first, after: $after, sort: $sort) {
    edges { cursor } nodes { name } pageInfo { hasNextPage endCursor }
  }
}`;

async function read(variables: object, from: TestGateway = gateway) {
  const { organizations } = await from.query(LIST, variables);
  const { nodes, edges, pageInfo } = organizations;
  return {
    names: nodes.map(({ name }: { name: string }) => name).join(''),
    cursors: edges.map(({ cursor }: { cursor: string }) => cursor) as string[],
    end: pageInfo.endCursor as string,
    hasNextPage: pageInfo.hasNextPage as boolean,
  };
}

async function refusal(variables: object, from: TestGateway = gateway) {
  const { data, errors } = await from.execute(LIST, variables);
  expect(data).toEqual({ organizations: null });
  return errors!.map(({ extensions: { code, reason } }) => ({ code, reason }));
}

const STALE = [{ code: 'BAD_USER_INPUT', reason: 'CURSOR_STALE' }];

describe.each(PAGE_TOKEN_KINDS)('with page tokens of the kind %s', (kind) => {
  beforeEach(() => {
    organizationsOf(alphabet);
    state().pageTokens.kind = kind;
  });

  test('after a deletion the fourth entry is still shown', async () => {
    const { a } = await gateway.query(
      '{ a: organizations(first: 3, sort: NAME_ASC) { pageInfo { endCursor } } b: organizations(first: 10, sort: NAME_ASC) { nodes { code } } }',
    );
    remove('a');
    gateway.calls();
    expect(await read({ first: 3, after: a.pageInfo.endCursor })).toMatchObject({ names: 'def' });
    expect(gateway.calls()).toHaveLength(1);
  });

  test('deletions and insertions in pages before neither lose nor repeat an entry', async () => {
    const seen: string[] = [];
    let after: string | undefined;
    const changes = [
      () => remove('a'),
      () => add('0', 'org_new'),
      () => ['b', 'c', 'd'].forEach(remove),
      () => ['1', '2', '3', '4'].forEach((name) => add(name, `org_new${name}`)),
      () => rename('e', 'zz'),
      () => rename('f', 'y2'),
    ];
    for (let hasNextPage = true; hasNextPage;) {
      const page = await read({ first: 3, after, sort: after === undefined ? 'NAME_ASC' : null });
      seen.push(page.names);
      changes.shift()?.();
      ({ end: after, hasNextPage } = page);
    }
    expect(seen.join(' ')).toBe('abc def ghi jkl mno pqr stu vwx yy2z zz');
  });

  test('an entry renamed to before the cursor is not shown again, one renamed to after it is', async () => {
    const { end } = await read({ first: 5, sort: 'NAME_ASC' });
    rename('h', 'b2');
    rename('c', 'g2');
    expect(await read({ first: 5, after: end })).toMatchObject({ names: 'fgg2ij' });
  });

  test('the last cursor of a list reads what is added after it, whatever was deleted before', async () => {
    const { end, hasNextPage } = await read({ first: 26, sort: 'NAME_ASC' });
    expect(hasNextPage).toBe(false);
    ['a', 'b', 'y'].forEach(remove);
    expect(await read({ first: 5, after: end })).toMatchObject({ names: '', hasNextPage: false });
    add('zz', 'org_zz');
    gateway.calls();
    expect(await read({ first: 5, after: end })).toMatchObject({ names: 'zz', hasNextPage: false });
    expect(gateway.calls()).toHaveLength(1);
  });

  test('where the entry is gone the next page begins at its successor', async () => {
    const { cursors } = await read({ first: 12, sort: 'NAME_DESC' });
    ['z', 'p', 'o'].forEach(remove);
    add('op', 'org_op');
    gateway.calls();
    expect(await read({ first: 3, after: cursors[0] })).toMatchObject({ names: 'yxw' });
    expect(await read({ first: 3, after: cursors[10] })).toMatchObject({ names: 'opnm' });
    expect(await read({ first: 3, after: cursors[11] })).toMatchObject({ names: 'nml' });
    expect(gateway.calls()).toHaveLength(3);
  });

  test('after everything that was read is deleted the next page has what is left', async () => {
    let after: string | undefined;
    const seen: string[] = [];
    for (let hasNextPage = true; hasNextPage;) {
      const page = await read({ first: 4, after, sort: 'NAME_ASC' });
      seen.push(page.names);
      [...page.names].forEach(remove);
      ({ end: after, hasNextPage } = page);
    }
    expect(seen).toEqual(['abcd', 'efgh', 'ijkl', 'mnop', 'qrst', 'uvwx', 'yz']);
  });

  test('an entry that was renamed itself leaves the cursor where it was', async () => {
    const { end } = await read({ first: 5, sort: 'NAME_ASC' });
    rename('e', 'y2');
    expect(await read({ first: 3, after: end })).toMatchObject({ names: 'fgh' });
    rename('y2', '0');
    expect(await read({ first: 3, after: end })).toMatchObject({ names: 'fgh' });
  });

  test('in Kinde’s own order the next page follows the entry, or the cursor is stale', async () => {
    const { end } = await read({ first: 5 });
    remove('a');
    rename('b', 'zz');
    expect(await read({ first: 3, after: end })).toMatchObject({ names: 'fgh' });
    remove('e');
    gateway.calls();
    expect(await refusal({ first: 3, after: end })).toEqual(STALE);
    expect(gateway.calls()).toEqual([
      'GET /api/v1/organizations?page_size=15',
      'GET /api/v1/organizations?page_size=500',
    ]);
  });

  test('expired tokens cost a call and no entry', async () => {
    const start = await read({ first: 2, sort: 'NAME_ASC' });
    let { end } = start;
    for (const names of ['cd', 'ef', 'gh', 'ij', 'kl', 'mn', 'op']) {
      const page = await read({ first: 2, after: end });
      expect(page.names).toBe(names);
      ({ end } = page);
    }
    state().pageTokens.expireAll();
    gateway.calls();
    expect(await read({ first: 2, after: end })).toMatchObject({ names: 'qr' });
    expect(gateway.calls()).toEqual([
      expect.stringContaining('next_token='),
      'GET /api/v1/organizations?sort=name_asc&page_size=500',
    ]);
  });

  test('reading on costs one call a page, and two where Kinde’s page ends', async () => {
    let { end, hasNextPage } = await read({ first: 2 });
    const calls = [gateway.calls().length];
    while (hasNextPage) {
      ({ end, hasNextPage } = await read({ first: 2, after: end }));
      calls.push(gateway.calls().length);
    }
    expect(calls).toEqual([1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 2, 1, 1]);
  });
});

describe('a cursor', () => {
  beforeEach(() => organizationsOf(alphabet));

  test('among entries of the same name continues after its own entry', async () => {
    organizationsOf(['a', 'b', 'b', 'b', 'c']);
    const codes = (list: any) => list.nodes.map(({ code }: { code: string }) => code);
    const document = `query ($first: Int, $after: String) {
      organizations(first: $first, after: $after, sort: NAME_ASC) { edges { cursor } nodes { code } } }`;
    const { organizations } = await gateway.query(document, { first: 5 });
    const [first, , third, fourth, fifth] = codes(organizations);
    const after = organizations.edges[2].cursor;
    const organization = state().organization(third);
    state().removeOrganization(organization);
    const next = await gateway.query(document, { first: 5, after });
    expect(codes(next.organizations)).toEqual([fourth, fifth]);
    // Without the one before nothing tells which of them were seen.
    state().removeOrganization(state().organization(codes(organizations)[1]));
    const { errors } = await gateway.execute(document, { first: 5, after });
    expect(errors).toMatchObject([{ extensions: STALE[0] }]);
    expect(codes((await gateway.query(document, { first: 1 })).organizations)).toEqual([first]);
  });

  test('is stale where the list has no order that tells its successor', async () => {
    const { end } = await read({ first: 3, sort: 'NAME_ASC' });
    remove('c');
    const shuffled = ['d', 'a', 'f', 'b'].map((name) => named(name).profile);
    const fault = { route: 'GET /api/v1/organizations', times: 1 } as const;
    gateway.emulator.fault({
      ...fault,
      respond: { status: 200, body: { organizations: shuffled } },
    });
    expect(await refusal({ first: 3, after: end })).toEqual(STALE);
  });

  test('of a member keeps the order by e-mail address and the role filter, and holds no plain address', async () => {
    const organization = [...state().organizations.values()][0]!;
    const people = [...'edcba'].map((letter) => ({
      ...{ id: `kp_${letter}`, full_name: '', email: `${letter}@example.com`, organizations: [] },
      ...{ first_name: null, last_name: null },
    }));
    for (const member of [...organization.members.values()]) {
      state().removeMember(organization, member);
    }
    for (const user of people) {
      state().addMember(organization, {
        ...{ user, joined_on: '2026-01-01T00:00:00Z', last_accessed_on: null },
        ...{ roles: new Set([state().roleByKey('admin')]), permissions: new Set() },
      });
    }
    const members = `query ($code: ID!, $after: String) { organization(code: $code) {
      users(first: 2, after: $after, sort: EMAIL_ASC, roles: ["admin"]) {
        nodes { userId } pageInfo { endCursor } } } }`;
    const { code } = organization.profile;
    const page = await gateway.query(members, { code });
    const after = page.organization.users.pageInfo.endCursor;
    expect(Buffer.from(after, 'base64url').toString()).toMatch(/kp_b/);
    expect(Buffer.from(after, 'base64url').toString()).not.toMatch(/@|example/);
    // No longer an admin, so no longer in this list.
    organization.members.get('kp_b')!.roles.clear();
    const next = await gateway.query(members, { code, after });
    expect(next.organization.users.nodes).toEqual([{ userId: 'kp_c' }, { userId: 'kp_d' }]);
  });

  test('after an unusable entry continues with the next one', async () => {
    const list = () => alphabet.slice(0, 6).map((name) => named(name).profile);
    const respondWith = (organizations: object[]) =>
      gateway.emulator.fault({
        ...{ route: 'GET /api/v1/organizations', times: 1 },
        respond: { status: 200, body: { organizations } },
      });
    const broken = [{ name: 'x' }, list()[0]!, { name: 'x' }, { name: 'x' }, ...list().slice(1)];
    const cursors = async () => {
      respondWith(broken);
      const { data } = await gateway.execute(LIST, { first: 10 });
      return data.organizations.edges.map(({ cursor }: { cursor: string }) => cursor);
    };
    for (const [index, after] of (await cursors()).entries()) {
      respondWith(broken);
      const { data } = await gateway.execute(LIST, { first: 10, after });
      expect(data.organizations.nodes).toHaveLength(broken.length - index - 1);
    }
  });

  test('is searched for in ten pages at most', async () => {
    const { end } = await read({ first: 2 });
    remove('b');
    let page = 0;
    gateway.emulator.fault({
      route: 'GET /api/v1/organizations',
      respond: {
        status: 200,
        get body() {
          page++;
          return { organizations: [{ code: `org_x${page}`, name: 'x' }], next_token: `t${page}` };
        },
      },
    });
    gateway.calls();
    expect(await refusal({ first: 2, after: end })).toEqual(STALE);
    expect(gateway.calls()).toHaveLength(10);
  });

  test('is valid though Kinde refuses the page token that it issued', async () => {
    const { end } = await read({ first: 2 });
    const organizations = ['a', 'b'].map((name) => named(name).profile);
    gateway.emulator.fault({
      ...{ route: 'GET /api/v1/organizations', times: 1 },
      respond: { status: 200, body: { organizations, next_token: 'nonsense' } },
    });
    expect(await refusal({ first: 2, after: end })).toEqual([{ code: 'UPSTREAM_BAD_RESPONSE' }]);
  });
});

test('with a secret, a cursor has nothing to check a guessed name with, and outlives the secret', async () => {
  const { emulator } = gateway;
  organizationsOf(alphabet);
  const { data } = (await gateway.execute(LIST, { first: 3, sort: 'NAME_ASC' })) as any;
  const after = data.organizations.pageInfo.endCursor;
  const held = Buffer.from(after, 'base64url').toString();
  for (const name of 'bc') {
    const identity = JSON.stringify([named(name).profile.code, name]);
    const guess = createHash('sha256').update(identity).digest('base64url');
    expect(held).not.toContain(guess.slice(0, 11));
  }
  const other = await startGateway({ before: emulator, readOnly: true });
  try {
    const next = (await other.execute(LIST, { first: 3, after })) as any;
    expect(next.data.organizations.nodes).toEqual([...'def'].map((name) => ({ name })));
  } finally {
    await other.close();
  }
});

test('without a secret to encrypt names, a cursor survives every change but that of its own entry', async () => {
  const { emulator } = gateway;
  const token = await emulator.issueToken();
  organizationsOf(alphabet);
  const passthrough = await startGateway({
    before: emulator,
    env: { AUTH_MODE: 'passthrough', KINDE_CLIENT_ID: '', KINDE_CLIENT_SECRET: '' },
  });
  const execute = async (variables: object) =>
    (await passthrough.execute(LIST, variables, { authorization: `Bearer ${token}` })) as any;
  try {
    const { data } = await execute({ first: 3, sort: 'NAME_ASC' });
    const after = data.organizations.pageInfo.endCursor;
    remove('a');
    const next = await execute({ first: 3, after });
    expect(next.data.organizations.nodes).toEqual([...'def'].map((name) => ({ name })));
    rename('c', 'x2');
    expect((await execute({ first: 3, after })).errors).toMatchObject([{ extensions: STALE[0] }]);
    remove('x2');
    expect((await execute({ first: 3, after })).errors).toMatchObject([{ extensions: STALE[0] }]);
  } finally {
    await passthrough.close();
  }
});
