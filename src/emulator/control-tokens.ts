/** Tokens for people and applications, issued without a sign-in so that any caller can be rehearsed. */
import { z } from 'zod';
import type { Endpoint } from '../upstream/endpoint.js';
import { endpoints } from '../upstream/endpoints/index.js';
import { invalid, KindeError } from './errors.js';
import type { Environment } from './environment.js';
import { permissionsOf, type Member, type OrganizationRecord, type State } from './state.js';
import { ALL_SCOPES, type TokenOptions, type Tokens } from './tokens.js';

const texts = z.array(z.string());

export const TokenRequestSchema = z.strictObject({
  /** Id or e-mail address of a person; left out, the token is an application's. */
  user: z.string().optional(),
  /** Code of the organization that the token is for. */
  organization: z.string().optional(),
  /** Keys of a person's permissions; left out, those that the member has. */
  permissions: texts.optional(),
  scopes: texts.optional(),
  requestedScopes: texts.optional(),
  expiresIn: z.int().optional(),
  audience: texts.optional(),
  hasuraClaims: z.boolean().optional(),
  claims: z.record(z.string(), z.unknown()).default({}),
  /** Names of claims to leave out, which `undefined` does in TokenOptions and JSON can't say. */
  omit: texts.default([]),
});

type TokenRequest = z.output<typeof TokenRequestSchema>;

/** What an application asks Kinde for to sign a person in. */
const SIGN_IN_SCOPES = ['openid', 'profile', 'email', 'offline'];

/** Issues a token, in the form of a response of the token endpoint. */
export async function tokenFor({ state, tokens }: Environment, request: TokenRequest) {
  const { user, omit, expiresIn = tokens.lifetimeSeconds } = request;
  const defaults: TokenOptions =
    user === undefined
      ? { claims: applicationClaims(state, request) }
      : personDefaults(state, tokens, { ...request, user });
  const {
    scopes = defaults.scopes,
    requestedScopes = scopes,
    audience = defaults.audience,
    hasuraClaims,
  } = request;
  const omitted = Object.fromEntries(omit.map((name) => [name, undefined]));
  const claims = { ...defaults.claims, ...request.claims, ...omitted };
  const options = { scopes, requestedScopes, audience, hasuraClaims, expiresIn, claims };
  return {
    access_token: await tokens.issue(tokens.client, options),
    expires_in: expiresIn,
    token_type: 'Bearer',
  };
}

function applicationClaims(state: State, { organization, permissions }: TokenRequest) {
  if (permissions !== undefined) {
    throw invalid('INVALID_TOKEN_REQUEST', '`permissions` are a person’s: send `user` as well.');
  }
  return organization === undefined
    ? {}
    : { org_code: state.organization(organization).profile.code };
}

/** A person's token has no `gty` and no `scope`: only the `scp` that the person's application asked for. */
function personDefaults(
  state: State,
  tokens: Tokens,
  { user, organization, permissions, scopes }: TokenRequest & { user: string },
) {
  const { id } = personNamed(state, user);
  const member = organization === undefined ? undefined : state.member(organization, id);
  return {
    scopes: SIGN_IN_SCOPES,
    // Kinde fills `aud` only for an API that was asked for.
    audience: scopes === undefined ? [] : [tokens.audience],
    claims: {
      gty: undefined,
      scope: undefined,
      sub: id,
      org_code: organization,
      permissions: permissions ?? (member === undefined ? [] : keysOf(member)),
    },
  };
}

function personNamed(state: State, name: string) {
  const byId = state.users.get(name);
  if (byId !== undefined) return byId;
  for (const user of state.users.values()) if (user.email === name) return user;
  throw new KindeError(
    400,
    'USER_NOT_FOUND',
    `No user has the id or the e-mail address "${name}".`,
  );
}

const keysOf = (member: Member) => Array.from(permissionsOf(member).keys(), ({ key }) => key);

/** A token that is worth trying, as a body of `POST /_emulator/tokens`. */
export interface SuggestedToken {
  label: string;
  request: Partial<TokenRequest>;
}

/**
 * The scopes that work inside one organization. As permissions they let a user's token do the same,
 * where a gateway decides by permissions.
 */
const ORGANIZATION_SCOPES = [
  ...new Set(
    Object.values(endpoints)
      .flatMap((domain) => Object.values<Endpoint>(domain))
      .filter(({ organizationParameter }) => organizationParameter !== undefined)
      .map(({ scope }) => scope),
  ),
];

const MEMBER_SCOPES = ['read:organizations', 'read:organization_users'];

/** Returns tokens of callers who may do much, little and next to nothing, for the data as it is now. */
export function suggestedTokens(state: State): SuggestedToken[] {
  const [organization] = [...state.organizations.values()].sort((a, b) =>
    a.profile.name.localeCompare(b.profile.name),
  );
  return [
    { label: 'Application with every scope', request: { scopes: ALL_SCOPES } },
    { label: 'Application with read:organizations', request: { scopes: ['read:organizations'] } },
    ...(organization === undefined ? [] : suggestedMembers(organization)),
  ];
}

function suggestedMembers({ profile, members }: OrganizationRecord): SuggestedToken[] {
  const everybody = [...members.values()];
  const administrator = everybody.find(({ roles }) =>
    [...roles].some(({ key }) => key === 'owner' || key === 'admin'),
  );
  const plain = everybody.find(({ roles }) => [...roles].every(({ key }) => key === 'member'));
  const suggestion = (kind: string, member: Member | undefined, keys: string[]) =>
    member === undefined
      ? []
      : [
          {
            label: `${kind} of ${profile.name}: ${member.user.full_name}`,
            request: {
              user: member.user.id,
              organization: profile.code,
              // The first counts with AUTH_MODE=jwt, the second with passthrough.
              permissions: keys,
              scopes: keys,
            },
          },
        ];
  return [
    ...suggestion('Administrator', administrator, ORGANIZATION_SCOPES),
    ...suggestion('Member', plain, MEMBER_SCOPES),
  ];
}
