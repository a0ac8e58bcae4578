/** The part of the graph that the queries ask for, as one writes it by hand. */
export const typeDefs = `
  type Query {
    organizations(first: Int, after: String): Organizations
    organization(code: ID!): Organization
  }
  type Organizations { nodes: [Organization] pageInfo: PageInfo }
  type Organization { code: ID name: String featureFlags: [Flag] users(first: Int, after: String): Users }
  type Users { nodes: [User] pageInfo: PageInfo }
  type PageInfo { hasNextPage: Boolean endCursor: String }
  type Flag { key: String type: String value: String }
  type User { email: String roles: [Role] permissions: [Permission] }
  type Role { key: String name: String }
  type Permission { key: String name: String }
`;

/** The path of a list's page. */
export const pagePath = (path, { first, after }) =>
  `${path}?page_size=${first}${after == null ? '' : `&next_token=${encodeURIComponent(after)}`}`;

/** A page of the upstream as a connection. */
export const connection = (nodes, { next_token }) => ({
  nodes,
  pageInfo: { hasNextPage: next_token != null, endCursor: next_token },
});

export const flagList = ({ feature_flags }) =>
  Object.entries(feature_flags).map(([key, { type, value }]) => ({ key, type, value }));
