/**
 * What is asked, in the same words of every server: three documents, each with variables that are
 * always the same or drawn from a thousand.
 */

const ORGANIZATION =
  'code name featureFlags { key type value } users(first: 10) { nodes { email roles { key name } permissions { key name } } pageInfo { hasNextPage } }';
export const NESTED = `{ organizations(first: 10) { nodes { ${ORGANIZATION} } } }`;

const VARIETY = 1_000;
const codes = Array.from({ length: VARIETY }, (_, index) => ({ code: `org_${index}` }));

/**
 * `cursors` are the places behind the first thousand pages of ten organizations: each server has its
 * own spelling of them.
 */
export const kinds = [
  {
    name: 'flat identical',
    query: '{ organizations(first: 10) { nodes { code name } } }',
    variables: () => [{}],
  },
  {
    name: 'flat distinct',
    query: 'query ($code: ID!) { organization(code: $code) { code name } }',
    variables: () => codes,
  },
  { name: 'nested identical', query: NESTED, variables: () => [{}] },
  {
    name: 'nested distinct',
    query: `query ($code: ID!) { organization(code: $code) { ${ORGANIZATION} } }`,
    variables: () => codes,
  },
  ...['identical', 'distinct'].map((variety) => ({
    name: `paged ${variety}`,
    query:
      'query ($after: String) { organizations(first: 10, after: $after) { nodes { code name } pageInfo { hasNextPage endCursor } } }',
    variables: (cursors) =>
      (variety === 'identical' ? cursors.slice(0, 1) : cursors).map((after) => ({ after })),
  })),
];

/** Kinde's page tokens at the bench's upstream, which rivals pass on as cursors. */
export const pageTokens = Array.from({ length: VARIETY }, (_, index) => `from_${(index + 1) * 10}`);

/** The cursors of a gateway that makes its own, found by walking the pages. */
export async function walkCursors(ask) {
  const cursors = [];
  let after = null;
  while (cursors.length < VARIETY) {
    const { query } = kinds.find(({ name }) => name === 'paged identical');
    const { data } = JSON.parse(await ask({ query, variables: { after } }));
    after = data.organizations.pageInfo.endCursor;
    cursors.push(after);
  }
  return cursors;
}

/** A document in the words of a graph that is generated from the REST API. */
export const ofGeneratedGraph = (query) =>
  query
    .replaceAll('$code: ID!', '$code: String!')
    .replaceAll('first: 10', 'page_size: 10')
    .replaceAll('after: $after', 'next_token: $after')
    .replace(/(organizations\([^)]*\) \{ )nodes/, '$1nodes: organizations')
    .replace(/(users\([^)]*\) \{ )nodes/, '$1nodes: organization_users')
    .replace('featureFlags {', 'featureFlags: feature_flags { feature_flags {')
    .replace('value }', 'value } }')
    .replace('roles { key name }', 'roles { roles { key name } }')
    .replace('permissions { key name }', 'permissions { permissions { key name } }');

/** The write that is mixed in: it changes an organization that the queries read. */
export const write = (index) => ({
  query:
    'mutation ($input: UpdateFeatureFlagOverrideInput!) { updateFeatureFlagOverride(input: $input) { featureFlag { key value } userErrors { code } } }',
  variables: {
    input: { organizationCode: `org_${index % VARIETY}`, key: 'beta', value: true },
  },
});

const FLAG_TYPES = { bool: 'BOOLEAN', int: 'INTEGER', str: 'STRING' };

/** A list, which a generated graph has inside the object that Kinde sends. */
const unwrapped = (value) => (Array.isArray(value) ? value : Object.values(value)[0]);

/**
 * An answer in a form that all servers share: cursors are each server's own, and flags come typed or
 * as text, sorted by key or as Kinde sends them.
 */
export function normalized(text) {
  const { data, errors } = JSON.parse(text);
  if (errors !== undefined) throw new Error(text.slice(0, 500));
  return JSON.stringify(data, (key, value) => {
    if (key === 'endCursor') return typeof value;
    if (key === 'type') return FLAG_TYPES[value] ?? value;
    if (key === 'value') return String(value);
    if (key === 'featureFlags')
      return unwrapped(value).toSorted((a, b) => (a.key < b.key ? -1 : 1));
    if (key === 'roles' || key === 'permissions') return unwrapped(value);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
