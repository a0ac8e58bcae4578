/** Errors for a 403 from Kinde: a scope only where one is missing, and Kinde's own message. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { FaultResponse } from '../../src/emulator/index.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const LIST = '{ organizations(first: 1) { nodes { code } } }';
const CREATE = 'mutation { createOrganization(input: { name: "New" }) { userErrors { code } } }';

let gateway: TestGateway;
let readOnly: TestGateway;
let passthrough: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  const { emulator } = gateway;
  readOnly = await startGateway({ before: emulator, readOnly: true });
  passthrough = await startGateway({ before: emulator, env: { AUTH_MODE: 'passthrough' } });
});
afterEach(() => gateway.emulator.reset());
afterAll(async () => {
  await passthrough.close();
  await readOnly.close();
  await gateway.close();
});

/** The one error of an operation, without its path and request. */
async function errorOf(document: string, at = gateway, headers = {}) {
  const { data, errors } = await at.execute(document, {}, headers);
  expect(Object.values(data)).toEqual([null]);
  const [{ message, extensions }] = errors as [{ message: string; extensions: any }];
  const { requestId: _, ...rest } = extensions;
  return { message, ...rest };
}

const refuse = (respond: FaultResponse) => gateway.emulator.fault({ respond });
const withReasons = (...errors: unknown[]): FaultResponse => ({ status: 403, body: { errors } });

describe('a limit of Kinde', () => {
  test('has Kinde’s code and message, and no scope', async () => {
    const { state } = gateway.emulator;
    state.organizationLimit = state.organizations.size;
    expect(await errorOf(CREATE)).toEqual({
      message: 'Kinde refused the call: Organization limit reached',
      code: 'FORBIDDEN',
      kindeCode: 'ORGANIZATION_LIMIT_REACHED',
      kindeMessage: 'Organization limit reached',
    });
    state.organizationLimit++;
    await gateway.query(CREATE);
  });

  test('of several reasons, all are in the message', async () => {
    refuse(withReasons({ code: 'PLAN', message: 'Not in your plan.' }, { code: 'OTHER_REASON' }));
    expect(await errorOf(LIST)).toMatchObject({
      message: 'Kinde refused the call: Not in your plan. OTHER_REASON',
      kindeCode: 'PLAN',
    });
  });
});

test.each<[string, object]>([
  ['a list', { errors: [{ code: 'PLAN_LIMIT', message: 'No more.' }] }],
  ['one object', { errors: { code: 'PLAN_LIMIT', message: 'No more.' } }],
  ['flat', { code: 'PLAN_LIMIT', message: 'No more.' }],
])('Kinde’s code and message are read from %s', async (_, body) => {
  refuse({ status: 403, body });
  expect(await errorOf(LIST)).toMatchObject({ kindeCode: 'PLAN_LIMIT', kindeMessage: 'No more.' });
});

test('Kinde’s message is read from a list of texts', async () => {
  refuse({ status: 403, body: { errors: ['No more.'] } });
  expect(await errorOf(LIST)).toEqual({
    message: 'Kinde refused the call: No more.',
    code: 'FORBIDDEN',
    kindeMessage: 'No more.',
  });
});

test('a token for another organization is the reason, and no scope', async () => {
  const [own, other] = [...gateway.emulator.state.organizations.values()].map(
    ({ profile }) => profile.code,
  );
  const headers = async (claims: object, hasuraClaims: boolean) => ({
    authorization: `Bearer ${await gateway.emulator.issueToken({ claims: { ...claims }, hasuraClaims })}`,
  });
  for (const hasuraClaims of [false, true]) {
    const caller = await headers({ org_code: own }, hasuraClaims);
    const ask = (code: string) => `{ organization(code: "${code}") { name } }`;
    expect(await errorOf(ask(other!), passthrough, caller)).toEqual({
      message: 'Kinde refused the call: The token is for another organization',
      code: 'FORBIDDEN',
      kindeCode: 'ORGANIZATION_MISMATCH',
      kindeMessage: 'The token is for another organization',
    });
    expect((await passthrough.execute(ask(own!), {}, caller)).errors).toBeUndefined();
  }
});

describe('a page of a proxy', () => {
  const PAGE = '<!doctype html><html><body>Request blocked: 10.0.0.7</body></html>';
  test.each<[string, FaultResponse]>([
    ['as it is', { status: 403, headers: { 'content-type': 'text/html' }, body: PAGE }],
    [
      'under JSON’s content type',
      { status: 403, headers: { 'content-type': 'application/json' }, body: PAGE },
    ],
    ['without a body', { status: 403 }],
    ['within JSON', withReasons({ message: PAGE })],
    ['as a code', withReasons({ code: PAGE, message: `  ${PAGE}` })],
    ['of another gateway, as JSON', { status: 403, body: { message: 'blocked', code: 'x' } }],
    ['as a reason that is text', withReasons(PAGE)],
  ])('%s: nothing of it is passed on, and no scope is named', async (_, respond) => {
    refuse(respond);
    const error = await errorOf(LIST);
    expect(error).toEqual({
      message: 'Kinde, or a proxy in front of it, refused the call with 403 and gave no reason.',
      code: 'FORBIDDEN',
    });
  });
});

describe('a scope is named', () => {
  test.each<[string, FaultResponse, string]>([
    [
      'when Kinde’s message names one, even if the gateway expected another',
      withReasons({ code: 'FORBIDDEN', message: 'Requires read:organization_billing.' }),
      'read:organization_billing',
    ],
    [
      'when Kinde’s code speaks of scopes',
      withReasons({ code: 'INSUFFICIENT_SCOPE', message: 'Not allowed' }),
      'read:organizations',
    ],
    [
      'when Kinde’s message speaks of scopes',
      withReasons({ message: 'Missing a required scope' }),
      'read:organizations',
    ],
    [
      'when the challenge does',
      {
        status: 403,
        headers: {
          'www-authenticate': 'Bearer error="insufficient_scope", scope="read:organizations"',
        },
      },
      'read:organizations',
    ],
  ])('%s', async (_, respond, requiredScope) => {
    refuse(respond);
    expect(await errorOf(LIST)).toMatchObject({
      message: `The token lacks the scope ${requiredScope}.`,
      requiredScope,
    });
  });

  test.each([
    ['speaks of a microscope', withReasons({ code: 'DENIED', message: 'Under the microscope' })],
    ['says nothing', { status: 403 }],
  ])('not when Kinde %s, and the token has it', async (_, respond) => {
    refuse(respond);
    expect(await errorOf(LIST)).not.toHaveProperty('requiredScope');
  });

  test('when the gateway’s own token lacks it, whatever the response', async () => {
    refuse({ status: 403, body: '<html>' });
    expect(await errorOf(CREATE, readOnly)).toEqual({
      message: 'The token lacks the scope create:organizations.',
      code: 'FORBIDDEN',
      requiredScope: 'create:organizations',
    });
    expect(await errorOf(LIST, readOnly)).not.toHaveProperty('requiredScope');
  });

  test('when the caller’s token lacks it by its own claims', async () => {
    const { emulator } = gateway;
    const caller = async (scopes: string[]) => ({
      authorization: `Bearer ${await emulator.issueToken({ scopes })}`,
    });
    refuse({ status: 403 });
    expect(await errorOf(LIST, passthrough, await caller(['read:roles']))).toMatchObject({
      requiredScope: 'read:organizations',
    });
    for (const headers of [
      await caller(['read:organizations']),
      { authorization: 'Bearer opaque' },
    ]) {
      expect(await errorOf(LIST, passthrough, headers)).not.toHaveProperty('requiredScope');
    }
  });
});
