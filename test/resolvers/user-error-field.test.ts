/** Kinde refuses a write: the reason is in userErrors, with the path of the value that is to blame. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { inputTypeOf } from '../support/mutations.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ env: { UPSTREAM_RETRIES: '0' } });
});
afterAll(() => gateway.close());
afterEach(() => gateway.emulator.reset());

const CODE = 'org_d0915bb74c5';

/** Sends a mutation whose write is answered with this; undefined has the emulator answer it. */
async function refused(
  mutation: string,
  input: object,
  respond?: { status: number; body: object | string },
) {
  if (respond !== undefined) {
    gateway.emulator.fault({
      match: ({ path, method }) => path.startsWith('/api/v1/') && method !== 'GET',
      respond,
    });
  }
  return gateway.execute(
    `mutation ($input: ${inputTypeOf(mutation)}!) {
      ${mutation}(input: $input) { userErrors { code kindeCode message field } } }`,
    { input },
  );
}

const ALL = {
  organizationCode: CODE,
  name: 'Acme',
  externalId: 'crm-1',
  handle: 'acme',
  senderName: 'Acme Ltd',
  senderEmail: 'post@example.com',
  allowedDomains: ['one.example', 'two.example'],
  isSuspended: true,
  branding: { linkColor: '#fff', buttonColor: 'blue', backgroundColor: 'red' },
};

describe('the field of a reason', () => {
  test.each<[string, object, { code?: string; message?: string }, string[] | null]>([
    ['updateOrganization', ALL, { code: 'NAME_REQUIRED' }, ['name']],
    ['updateOrganization', ALL, { code: 'ORGANIZATION_NAME_TOO_LONG' }, ['name']],
    ['updateOrganization', ALL, { code: 'HANDLE_TAKEN' }, ['handle']],
    ['updateOrganization', ALL, { code: 'INVALID_EXTERNAL_ID' }, ['externalId']],
    ['updateOrganization', ALL, { code: 'INVALID_SENDER_NAME' }, ['senderName']],
    ['updateOrganization', ALL, { code: 'SENDER_EMAIL_INVALID' }, ['senderEmail']],
    ['updateOrganization', ALL, { code: 'ORGANIZATION_NOT_FOUND' }, ['organizationCode']],
    // By the value, where several fields are of the kind that the code names.
    [
      'updateOrganization',
      ALL,
      { code: 'INVALID_COLOR', message: 'Not a color: red' },
      ['branding', 'backgroundColor'],
    ],
    ['updateOrganization', ALL, { code: 'INVALID_COLOR', message: 'Not a color: pink' }, null],
    ['updateOrganization', ALL, { code: 'INVALID_COLOR', message: 'Not a color: reddish' }, null],
    // By the property that the message names.
    [
      'updateOrganization',
      ALL,
      { code: 'BAD_REQUEST', message: '"link_color" must be hexadecimal' },
      ['branding', 'linkColor'],
    ],
    ['updateOrganization', ALL, { message: 'externalId is taken' }, ['externalId']],
    ['updateOrganization', ALL, { message: 'The name of the role is taken' }, null],
    [
      'updateOrganization',
      ALL,
      { code: 'INVALID_DOMAIN', message: 'No such domain: two.example' },
      ['allowedDomains', '1'],
    ],
    ['updateOrganization', ALL, { code: 'INVALID_DOMAINS' }, ['allowedDomains']],
    [
      'updateOrganization',
      { ...ALL, branding: { linkColor: 'nice' } },
      { code: 'INVALID_COLOR' },
      ['branding', 'linkColor'],
    ],
    ['createOrganization', { name: 'Acme' }, { code: 'INVALID_COLOR' }, null],
    ['createOrganization', { name: 'Acme' }, { code: 'PLAN_LIMIT_REACHED' }, null],
    [
      'createOrganization',
      { name: 'Acme', billingPlanCode: 'gold' },
      { code: 'INVALID_BILLING_PLAN_CODE' },
      ['billingPlanCode'],
    ],
    [
      'createOrganizationInvite',
      { organizationCode: CODE, email: 'a@example.com', firstName: 'A', lastName: 'B', roles: [] },
      { code: 'LAST_NAME_TOO_LONG' },
      ['lastName'],
    ],
    [
      'updateFeatureFlagOverride',
      { organizationCode: CODE, key: 'theme', value: 'x' },
      { code: 'INVALID_FEATURE_FLAG_VALUE' },
      ['value'],
    ],
    [
      'updateFeatureFlagOverride',
      { organizationCode: CODE, key: 'theme', value: 'x' },
      { code: 'FEATURE_FLAG_NOT_FOUND' },
      ['key'],
    ],
  ])('%s %j %j is %j', async (mutation, input, reason, field) => {
    const { data, errors } = await refused(mutation, input, {
      status: 400,
      body: { errors: [reason] },
    });
    expect(errors).toBeUndefined();
    expect(data[mutation].userErrors).toMatchObject([{ field }]);
  });

  test('is a long list as a whole, whose entries aren’t compared with the message', async () => {
    const allowedDomains = Array.from({ length: 1_001 }, (_, n) => `d${n}.example`);
    const { data } = await refused(
      'updateOrganization',
      { ...ALL, allowedDomains },
      {
        status: 400,
        body: { errors: [{ code: 'INVALID_DOMAIN', message: 'No such domain: d1.example' }] },
      },
    );
    expect(data.updateOrganization.userErrors).toMatchObject([{ field: ['allowedDomains'] }]);
  });

  test.each([
    [{ name: '' }, { kindeCode: 'NAME_REQUIRED', field: ['name'] }],
    [
      { name: 'Acme', branding: { linkColor: '#fff', buttonColor: 'nice' } },
      { kindeCode: 'INVALID_COLOR', field: ['branding', 'buttonColor'] },
    ],
  ])('createOrganization %j, as the emulator refuses it', async (input, error) => {
    const { data } = await refused('createOrganization', input);
    expect(data.createOrganization.userErrors).toMatchObject([error]);
  });
});

describe('any status of 4xx with a reason', () => {
  const reason = { code: 'HANDLE_TAKEN', message: 'Another has it.' };
  const expected = { code: 'REFUSED_BY_KINDE', kindeCode: 'HANDLE_TAKEN', message: reason.message };

  test.each([400, 402, 405, 409, 410, 413, 422, 428, 451])('%s', async (status) => {
    for (const body of [{ errors: [reason] }, { errors: reason }, reason]) {
      const { data, errors } = await refused('updateOrganization', ALL, { status, body });
      expect(errors).toBeUndefined();
      expect(data.updateOrganization.userErrors).toEqual([{ ...expected, field: ['handle'] }]);
      expect(gateway.calls()).toHaveLength(1);
      gateway.emulator.reset();
    }
  });

  test('in a list of texts', async () => {
    const { data } = await refused('updateOrganization', ALL, {
      status: 409,
      body: { errors: ['The handle is taken'] },
    });
    expect(data.updateOrganization.userErrors).toEqual([
      { code: 'REFUSED_BY_KINDE', kindeCode: null, message: 'The handle is taken', field: null },
    ]);
  });

  test('that something is not there', async () => {
    const body = { errors: [{ code: 'ORGANIZATION_NOT_FOUND', message: 'Gone' }] };
    const { data } = await refused('updateOrganization', ALL, { status: 410, body });
    expect(data.updateOrganization.userErrors).toMatchObject([
      { code: 'NOT_FOUND', field: ['organizationCode'] },
    ]);
  });

  test('that it is too long, without a reason', async () => {
    const message = expect.stringMatching(/^The request is too long /);
    const { data } = await refused('updateOrganizationProperty', {
      organizationCode: CODE,
      key: 'industry',
      // It goes into the URL, of which Node takes 16 KB.
      value: 'x'.repeat(20_000),
    });
    expect(data.updateOrganizationProperty.userErrors).toEqual([
      { code: 'REFUSED_BY_KINDE', kindeCode: null, message, field: null },
    ]);
    for (const status of [413, 414, 431]) {
      const respond = { status, body: '<html>Too large</html>' };
      gateway.emulator.fault({ route: 'GET /api/v1/organizations', respond });
      const { errors } = await gateway.execute('{ organizations { nodes { code } } }');
      expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
      gateway.emulator.reset();
    }
  });

  test.each<[number, object | string]>([
    [409, '<html>Conflict</html>'],
    [409, {}],
    [418, { error: 'teapot' }],
  ])('but without a reason, as %s %j, it is an error of the response', async (status, body) => {
    const { data, errors } = await refused('updateOrganization', ALL, { status, body });
    expect(data.updateOrganization).toBeNull();
    expect(errors).toMatchObject([
      {
        message: `Kinde, or a proxy in front of it, refused the call with ${status} and gave no reason.`,
        extensions: { code: 'UPSTREAM_BAD_RESPONSE' },
      },
    ]);
  });

  test.each([
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [429, 'RATE_LIMITED'],
  ])('but of %s, which keeps its code', async (status, code) => {
    const body = { errors: [reason] };
    const { data, errors } = await refused('updateOrganization', ALL, { status, body });
    expect(data.updateOrganization).toBeNull();
    expect(errors!.map(({ extensions }) => extensions['code'])).toEqual([code]);
  });

  test('of a read is an error of the response', async () => {
    gateway.emulator.fault({ respond: { status: 409, body: { errors: [reason] } } });
    const { errors } = await gateway.execute('{ organizations { nodes { code } } }');
    expect(errors!.map(({ extensions }) => extensions['code'])).toEqual(['UPSTREAM_BAD_RESPONSE']);
  });
});
