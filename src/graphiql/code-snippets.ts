/** An operation as code to paste. None has the token: it would go into shell histories and chats. */
import { parse, print, separateOperations, type OperationDefinitionNode } from 'graphql';
import { isStreamed, operationIn } from './operation.js';

export interface SnippetSource {
  query: string;
  variables: object | undefined;
  operationName: string | undefined;
  /** URL of the endpoint. */
  url: string;
  /** Whether the gateway asks for a token. */
  needsToken: boolean;
}

/** Returns a curl command. It takes the token from the variable `TOKEN`. */
export function toCurl({ query, variables, operationName, url, needsToken }: SnippetSource) {
  const operation = operationIn(query, operationName);
  const body = JSON.stringify({ query, variables, operationName: operation?.name?.value });
  return [
    // Without -N, curl holds the results of a stream back.
    `curl -sS ${isStreamed(operation) ? '-N ' : ''}${shellQuoted(url)}`,
    "-H 'content-type: application/json'",
    ...(isStreamed(operation) ? ["-H 'accept: text/event-stream'"] : []),
    ...(needsToken ? ['-H "authorization: Bearer $TOKEN"'] : []),
    `-d ${shellQuoted(body)}`,
  ].join(' \\\n  ');
}

/** Returns a call of `fetch`, or of graphql-sse for a stream. It takes the token from the variable `token`. */
export function toFetch(source: SnippetSource) {
  const operation = operationIn(source.query, source.operationName);
  return isStreamed(operation) ? iterated(source, operation) : fetched(source, operation);
}

type Operation = OperationDefinitionNode | undefined;

function fetched({ query, variables, url, needsToken }: SnippetSource, operation: Operation) {
  return `const query = ${template(query)};

const response = await fetch(${JSON.stringify(url)}, {
  method: 'POST',
  headers: {
    'content-type': 'application/json',${needsToken ? '\n    authorization: `Bearer ${token}`,' : ''}
  },
  body: JSON.stringify({
    query,${operationName(operation, '    ')}
    variables: ${nested(variables, '    ')},
  }),
});
const { data, errors } = await response.json();
`;
}

function iterated({ query, variables, url, needsToken }: SnippetSource, operation: Operation) {
  return `import { createClient } from 'graphql-sse';

const query = ${template(query)};

const client = createClient({
  url: ${JSON.stringify(url)},${
    needsToken ? '\n  headers: { authorization: `Bearer ${token}` },' : ''
  }
});
const results = client.iterate({
  query,${operationName(operation, '  ')}
  variables: ${nested(variables, '  ')},
});
for await (const { data, errors } of results) console.log(data, errors);
`;
}

function operationName(operation: Operation, indentation: string): string {
  const name = operation?.name?.value;
  return name === undefined ? '' : `\n${indentation}operationName: ${JSON.stringify(name)},`;
}

const HOOKS = { query: 'useQuery', mutation: 'useMutation', subscription: 'useSubscription' };

/** Returns a hook for Apollo Client 4. */
export function toApolloHook({ query, variables, operationName }: SnippetSource) {
  const operation = operationIn(query, operationName);
  const name = operation?.name?.value ?? 'Operation';
  const hook = HOOKS[operation?.operation ?? 'query'];
  const constant = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase();
  const named = `use${name[0]!.toUpperCase()}${name.slice(1)}`;
  return `import { gql } from '@apollo/client';
import { ${hook} } from '@apollo/client/react';

const ${constant} = gql${template(alone(query, name))};

export function ${named === hook ? `${named}Operation` : named}() {
  return ${hook}(${constant}, {
    variables: ${nested(variables, '    ')},
  });
}
`;
}

/** Returns the operation of a name with its fragments. Apollo Client takes no document with two operations. */
function alone(query: string, name: string): string {
  try {
    const operations = separateOperations(parse(query));
    const operation = Object.keys(operations).length > 1 ? operations[name] : undefined;
    return operation === undefined ? query : print(operation);
  } catch {
    return query;
  }
}

function nested(variables: object | undefined, indentation: string): string {
  return JSON.stringify(variables ?? {}, null, 2).replaceAll('\n', `\n${indentation}`);
}

const shellQuoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

const template = (text: string) => `\`${text.replace(/[\\`]|\$(?=\{)/g, '\\$&')}\``;
