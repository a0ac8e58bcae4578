/** The documents that a gateway runs when it runs no others. */
import { readFileSync } from 'node:fs';
import {
  GraphQLError,
  parse,
  specifiedRules,
  validate,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';

/** The texts of trusted documents by their ids, which are hashes without the name of the algorithm. */
export type TrustedDocuments = ReadonlyMap<string, string>;

const bare = (id: string) => id.replace(/^sha256:/, '');

/**
 * Returns the documents of a file as GraphQL Codegen's client preset writes it: an object of ids and texts.
 * Returns undefined for another file, and throws a message for one that can't be read.
 */
export function readTrustedDocuments(path: string): TrustedDocuments | undefined {
  let file: string;
  try {
    file = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`must name a file that can be read, not "${path}" (${code})`);
  }
  try {
    const entries = Object.entries(JSON.parse(file) as object);
    if (!entries.every(([, text]) => typeof text === 'string')) return undefined;
    return new Map(entries.map(([id, text]) => [bare(id), text as string]));
  } catch {
    return undefined;
  }
}

/**
 * What keeps each document from ever being run, by its id: it cannot be parsed, does not fit the schema
 * or is refused by one of the further rules.
 */
export function problemsOf(
  documents: TrustedDocuments,
  schema: GraphQLSchema,
  { maxTokens, rules }: { maxTokens: number; rules: readonly ValidationRule[] },
): string[] {
  return Array.from(documents).flatMap(([id, text]) => {
    let errors: readonly GraphQLError[];
    try {
      errors = validate(schema, parse(text, { maxTokens }), [...specifiedRules, ...rules]);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      errors = [error];
    }
    return errors.map(({ message }) => `${id}: ${message}`);
  });
}

interface Body {
  documentId?: unknown;
  query?: unknown;
  extensions?: { persistedQuery?: { sha256Hash?: unknown } | null } | null;
}

/**
 * The body of a request with the text of the document that it names in `documentId` or in
 * `extensions.persistedQuery.sha256Hash`. A text that came along is dropped, so that it is never run.
 * Undefined for a body that names no trusted document.
 */
export function withTrustedDocument(
  documents: TrustedDocuments,
  body: unknown,
): object | undefined {
  const { documentId, extensions, ...rest } = (body ?? {}) as Body;
  const id = documentId ?? extensions?.persistedQuery?.sha256Hash;
  const query = typeof id === 'string' ? documents.get(bare(id)) : undefined;
  return query === undefined ? undefined : { ...rest, query };
}
