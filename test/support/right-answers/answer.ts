/**
 * The right answer of a query: graphql-js on the public schema over the emulator's state, and what of it a
 * viewer may not be shown, by the rules in the schema.
 */
import {
  buildSchema,
  execute,
  isNonNullType,
  isObjectType,
  parse,
  valueFromASTUntyped,
  type ASTNode,
  type ConstDirectiveNode,
  type ExecutionResult,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
} from 'graphql';
import type { State } from '../../../src/emulator/index.js';
import { organizationIn, parseNodeId } from '../../../src/resolvers/node-id.js';
import { read } from '../topology.js';
import { FIELDS, NODES } from './fields.js';
import type { Args } from './state.js';

/** Whom the gateway authorizes. A user acts inside one organization, an application in all. */
export interface Held {
  grants: ReadonlySet<string>;
  /** Undefined for an application. */
  organization: string | undefined;
}

interface Context {
  state: State;
  viewer: Held | undefined;
  /** The paths of what the viewer may not be shown. */
  forbidden: string[];
}

type Scopes = readonly (readonly string[])[];

const directiveOf = (node: ASTNode | null | undefined, name: string) =>
  (node as { directives?: ConstDirectiveNode[] } | undefined)?.directives?.find(
    (directive) => directive.name.value === name,
  );

function argumentOf(node: ASTNode | null | undefined, name: string): unknown {
  const [argument] = directiveOf(node, name)?.arguments ?? [];
  return argument && valueFromASTUntyped(argument.value);
}

const scopesOf = (node: ASTNode | null | undefined) =>
  argumentOf(node, 'requiresScopes') as Scopes | undefined;

/** Whose an object is: the code of an organization, or another word for what is none's. */
function ownerOf(type: string, parent: any): string {
  if (type === 'Organization') return parent.profile.code;
  // A user who may see a member may see what its roles are called.
  if (type === 'Role' || type === 'Permission') return 'a member';
  return parent?.organization?.profile.code ?? 'the environment';
}

const NAMES = ['read:roles', 'read:permissions'];

function mayHave({ grants, organization }: Held, scopes: Scopes, owner: string): boolean {
  const isOfMember = owner === 'a member';
  if (organization !== undefined && owner !== organization && !isOfMember) return false;
  const isDescribed = organization !== undefined && isOfMember;
  const has = (scope: string) => grants.has(scope) || (isDescribed && NAMES.includes(scope));
  return scopes.length === 0 || scopes.some((all) => all.every(has));
}

const pathOf = (path: GraphQLResolveInfo['path']): string =>
  `${path.prev === undefined ? '' : `${pathOf(path.prev)}.`}${path.key}`;

const TYPE = Symbol('type');

/** Returns a view of an object that tells its type. */
function nodeOf(state: State, id: string): unknown {
  const named = parseNodeId(id)!;
  const { type, keys } = named;
  const code = organizationIn(named);
  const isGone = code !== undefined && !state.organizations.has(code);
  const found = isGone ? null : NODES[type](state, keys);
  return found == null ? null : Object.create(found, { [TYPE]: { value: type } });
}

function mayHaveNode(viewer: Held, id: string): boolean {
  const named = parseNodeId(id)!;
  const owner = organizationIn(named) ?? 'the environment';
  return mayHave(viewer, scopesOf(schema.getType(named.type)!.astNode) ?? [], owner);
}

const idsOf = (args: Args): string[] => args['ids'] ?? [args['id']];

function valueOf(type: string, field: string, parent: any, args: Args, state: State): unknown {
  if (type === 'Query' && field === 'node') return nodeOf(state, args['id']);
  if (type === 'Query' && field === 'nodes') return idsOf(args).map((id) => nodeOf(state, id));
  const own = FIELDS[type]?.[field];
  return own === undefined ? (parent[field] ?? null) : own(parent, args, state);
}

/** Returns the test of whether a viewer may have a field. */
function rule(type: GraphQLObjectType, { astNode, type: ofField, args }: GraphQLField<any, any>) {
  const inherited = isNonNullType(ofField) ? undefined : scopesOf(type.astNode);
  const scopes = scopesOf(astNode) ?? inherited;
  const ofArguments = args.flatMap(({ name, astNode: node }) => {
    const needed = scopesOf(node);
    return needed === undefined ? [] : [{ name, needed }];
  });
  const code = argumentOf(astNode, 'ofOrganization') as string | undefined;
  return (viewer: Held, parent: unknown, given: Args): boolean => {
    const owner = code === undefined ? ownerOf(type.name, parent) : (given[code] as string);
    const needed = ofArguments.filter(({ name }) => given[name]).map((each) => each.needed);
    if (scopes !== undefined) needed.push(scopes);
    return needed.every((each) => mayHave(viewer, each, owner));
  };
}

export const schema = buildSchema(read('schema.graphql'));
for (const type of Object.values(schema.getTypeMap())) {
  if (!isObjectType(type) || type.name.startsWith('__')) continue;
  for (const field of Object.values(type.getFields())) {
    const mayRead = rule(type, field);
    const isOfNodes = type.name === 'Query' && /^nodes?$/.test(field.name);
    field.resolve = (parent, args: Args, { state, viewer, forbidden }: Context, { path }) => {
      if (viewer !== undefined && !mayRead(viewer, parent, args)) forbidden.push(pathOf(path));
      if (viewer !== undefined && isOfNodes) {
        for (const [index, id] of idsOf(args).entries()) {
          if (mayHaveNode(viewer, id)) continue;
          forbidden.push(`${pathOf(path)}${field.name === 'nodes' ? `.${index}` : ''}`);
        }
      }
      return valueOf(type.name, field.name, parent, args, state);
    };
  }
}

/** Returns the response to a query, and the paths in it that a viewer may not be shown. */
export function rightAnswer(state: State, document: string, viewer?: Held) {
  const forbidden: string[] = [];
  const contextValue: Context = { state, viewer, forbidden };
  const result = execute({
    ...{ schema, document: parse(document), contextValue },
    typeResolver: (value) => (value as Record<symbol, string>)[TYPE],
  });
  // A copy, since the state's own lists may change.
  const { data, errors } = JSON.parse(JSON.stringify(result)) as ExecutionResult;
  if (errors !== undefined) throw new Error(`${errors[0]!.message} in ${document}`);
  return { data, forbidden };
}
