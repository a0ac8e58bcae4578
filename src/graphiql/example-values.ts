/** Values of the environment for the examples' variables, so that they run as they stand. */
import { fetcherReturnToPromise, type Fetcher } from '@graphiql/toolkit';
import type { ExecutionResult } from 'graphql';
import { organizationOf } from './token-claims.js';

/** A placeholder is a text such as `"<organizationCode>"`, as a whole. */
const PLACEHOLDER = /"<(\w+)>"/g;

export type ExampleValues = Readonly<Record<string, unknown>>;

export function hasPlaceholders(variables: string): boolean {
  return variables.search(PLACEHOLDER) >= 0;
}

/** Returns the variables with the values in place of their placeholders. The others stay. */
export function fillPlaceholders(variables: string, values: ExampleValues): string {
  return variables.replace(PLACEHOLDER, (placeholder, name: string) =>
    values[name] === undefined ? placeholder : JSON.stringify(values[name]),
  );
}

const FIRST_ORGANIZATION =
  'query GraphiqlOrganization { organizations(first: 1) { nodes { code } } }';

/** What a caller may not read is null. */
const EXAMPLES = `query GraphiqlExamples($code: ID!) {
  organization(code: $code) {
    users(first: 1) { nodes { userId } }
    featureFlags { key value }
  }
  roles(first: 2) { nodes { key } }
  users(first: 1, notInOrganization: $code) { nodes { userId } }
}`;

interface ExampleData {
  organization?: {
    users?: { nodes?: ({ userId?: string } | null)[] } | null;
    featureFlags?: ({ key?: string; value?: unknown } | null)[] | null;
  } | null;
  roles?: { nodes?: ({ key?: string } | null)[] } | null;
  users?: { nodes?: ({ userId?: string } | null)[] } | null;
}

/** Reads the values with the rights of a token: in its organization, or in the first one. */
export async function readExampleValues(fetcher: Fetcher, token: string): Promise<ExampleValues> {
  const run = async <T>(query: string, variables: object = {}) =>
    ((await fetcherReturnToPromise(fetcher({ query, variables }))) as ExecutionResult<T>).data ??
    undefined;
  const code = organizationOf(token) ?? (await firstOrganization(run));
  if (code === undefined) return {};
  const data = await run<ExampleData>(EXAMPLES, { code });
  const [flag] = data?.organization?.featureFlags ?? [];
  const [firstRole, secondRole] = data?.roles?.nodes ?? [];
  const [member] = data?.organization?.users?.nodes ?? [];
  const [stranger] = data?.users?.nodes ?? [];
  return {
    organizationCode: code,
    userId: stranger?.userId ?? member?.userId,
    firstRole: firstRole?.key,
    secondRole: secondRole?.key ?? firstRole?.key,
    flagKey: flag?.key,
    flagValue: typeof flag?.value === 'boolean' ? !flag.value : flag?.value,
  };
}

async function firstOrganization(run: <T>(query: string) => Promise<T | undefined>) {
  const data = await run<{ organizations?: { nodes?: ({ code?: string } | null)[] } | null }>(
    FIRST_ORGANIZATION,
  );
  return data?.organizations?.nodes?.[0]?.code;
}
