/** An operation as code to paste. None has the token: it would go into shell histories and chats. */
import { getOperationAST, parse, type OperationDefinitionNode } from 'graphql';

export interface SnippetSource {
  query: string;
  /** JSON, as in the editor; empty for none. */
  variables: string;
  operationName: string | undefined;
  /** URL of the endpoint. */
  url: string;
  /** Whether the gateway asks for a token. */
  needsToken: boolean;
}

/** Returns a curl command. It takes the token from the variable `TOKEN`. */
export function toCurl({ query, variables, operationName, url, needsToken }: SnippetSource) {
  const body = JSON.stringify({ query, variables: parsed(variables), operationName });
  return [
    `curl -sS ${shellQuoted(url)}`,
    "-H 'content-type: application/json'",
    ...(needsToken ? ['-H "authorization: Bearer $TOKEN"'] : []),
    `-d ${shellQuoted(body)}`,
  ].join(' \\\n  ');
}

/** Returns a call of `fetch`. It takes the token from the variable `token`. */
export function toFetch({ query, variables, operationName, url, needsToken }: SnippetSource) {
  return `const query = ${template(query)};

const response = await fetch(${JSON.stringify(url)}, {
  method: 'POST',
  headers: {
    'content-type': 'application/json',${needsToken ? '\n    authorization: `Bearer ${token}`,' : ''}
  },
  body: JSON.stringify({
    query,${
      operationName === undefined ? '' : `\n    operationName: ${JSON.stringify(operationName)},`
    }
    variables: ${nested(variables, '    ')},
  }),
});
const { data, errors } = await response.json();
`;
}

/** Returns a hook for Apollo Client 4. */
export function toApolloHook({ query, variables, operationName }: SnippetSource) {
  const operation = operationIn(query, operationName);
  const name = operation?.name?.value ?? 'Operation';
  const isMutation = operation?.operation === 'mutation';
  const hook = isMutation ? 'useMutation' : 'useQuery';
  const constant = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase();
  return `import { gql } from '@apollo/client';
import { ${hook} } from '@apollo/client/react';

const ${constant} = gql${template(query)};

export function use${name[0]!.toUpperCase()}${name.slice(1)}() {
  return ${hook}(${constant}, {
    variables: ${nested(variables, '    ')},
  });
}
`;
}

function operationIn(query: string, name: string | undefined): OperationDefinitionNode | undefined {
  try {
    return getOperationAST(parse(query), name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** GraphiQL's editors allow comments and trailing commas in JSON. What can't be parsed is left out. */
function parsed(variables: string): unknown {
  try {
    return JSON.parse(variables);
  } catch {
    return undefined;
  }
}

function nested(variables: string, indentation: string): string {
  const text = JSON.stringify(parsed(variables) ?? {}, null, 2);
  return text.replaceAll('\n', `\n${indentation}`);
}

const shellQuoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

const template = (text: string) => `\`${text.replace(/[\\`]|\$(?=\{)/g, '\\$&')}\``;
