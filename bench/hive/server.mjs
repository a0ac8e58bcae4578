/**
 * Hive Gateway over the OpenAPI description of the calls that the queries need, joined by
 * configuration. It cannot tell a member its organization, nor make a list of an object, so it reads
 * the upstream's answers under /helped.
 */
import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGatewayRuntime, LegacyLogger, Logger } from '@graphql-hive/gateway';
import { getComposedSchemaFromConfig } from '@graphql-mesh/compose-cli';
import { loadOpenAPISubgraph } from '@omnigraph/openapi';

const text = { type: 'string' };
const listOf = (items) => ({ type: 'array', items });
const reference = (name) => ({ $ref: `#/components/schemas/${name}` });
const object = (properties) => ({ type: 'object', properties });
const pageInfo = reference('PageInfo');
const keyAndName = object({ key: text, name: text });
const schemas = {
  PageInfo: object({ hasNextPage: { type: 'boolean' }, endCursor: text }),
  Organization: object({ code: text, name: text }),
  User: object({ id: text, org_code: text, email: text }),
  Role: keyAndName,
  Permission: keyAndName,
  Flag: object({ key: text, type: text, value: text }),
  Organizations: object({ organizations: listOf(reference('Organization')), pageInfo }),
  Users: object({ organization_users: listOf(reference('User')), pageInfo }),
  Roles: object({ roles: listOf(reference('Role')) }),
  Permissions: object({ permissions: listOf(reference('Permission')) }),
  Flags: object({ feature_flags: listOf(reference('Flag')) }),
};
const path = (name) => ({ name, in: 'path', required: true, schema: text });
const query = (name, required = false) => ({ name, in: 'query', required, schema: text });
const page = [{ name: 'page_size', in: 'query', schema: { type: 'integer' } }, query('next_token')];
const read = (operationId, answer, parameters) => ({
  get: {
    operationId,
    parameters,
    responses: {
      200: { description: 'OK', content: { 'application/json': { schema: reference(answer) } } },
    },
  },
});
const member = '/organizations/{org_code}/users/{user_id}';
const description = {
  openapi: '3.0.3',
  info: { title: 'Kinde', version: '1' },
  servers: [{ url: `${process.env.UPSTREAM}/helped/api/v1` }],
  paths: {
    '/organizations': read('organizations', 'Organizations', page),
    '/organization': read('organization', 'Organization', [query('code', true)]),
    '/organizations/{org_code}/users': read('users', 'Users', [path('org_code'), ...page]),
    '/organizations/{org_code}/feature_flags': read('flags', 'Flags', [path('org_code')]),
    [`${member}/roles`]: read('roles', 'Roles', [path('org_code'), path('user_id')]),
    [`${member}/permissions`]: read('permissions', 'Permissions', [
      path('org_code'),
      path('user_id'),
    ]),
  },
  components: { schemas },
};

const resolveTo = (field, needs, given) =>
  `@resolveTo(sourceName: "Kinde", sourceTypeName: "Query", sourceFieldName: "${field}", requiredSelectionSet: "{ ${needs} }", sourceArgs: { ${given} })`;
const ofMember = 'org_code: "{root.org_code}", user_id: "{root.id}"';
const additionalTypeDefs = `
  extend type Organization {
    feature_flags: Flags ${resolveTo('flags', 'code', 'org_code: "{root.code}"')}
    users(page_size: Int, next_token: String): Users ${resolveTo('users', 'code', 'org_code: "{root.code}", page_size: "{args.page_size}", next_token: "{args.next_token}"')}
  }
  extend type User {
    roles: Roles ${resolveTo('roles', 'id org_code', ofMember)}
    permissions: Permissions ${resolveTo('permissions', 'id org_code', ofMember)}
  }
`;

const folder = await mkdtemp(join(tmpdir(), 'hive-'));
const source = join(folder, 'openapi.json');
await writeFile(source, JSON.stringify(description));
const logging = new Logger({ level: 'error' });
const supergraph = await getComposedSchemaFromConfig(
  {
    subgraphs: [{ sourceHandler: loadOpenAPISubgraph('Kinde', { source, cwd: folder }) }],
    additionalTypeDefs,
  },
  LegacyLogger.from(logging),
);
await rm(folder, { recursive: true });

const gateway = createGatewayRuntime({ supergraph, logging, maskedErrors: false, jit: true });
const server = createServer(gateway);
server.listen(0, '127.0.0.1', () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}` }),
);
process.on('disconnect', () => process.exit());
