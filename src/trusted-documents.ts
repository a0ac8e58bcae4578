/** The documents that a gateway runs when it runs no others. */
import { readFileSync } from 'node:fs';

/** The texts of trusted documents by their ids, which are hashes without the name of the algorithm. */
export type TrustedDocuments = ReadonlyMap<string, string>;

const bare = (id: string) => id.replace(/^sha256:/, '');

/**
 * The documents of a file as GraphQL Codegen's client preset writes it: an object of ids and texts.
 * Undefined for what is no such file.
 */
export function readTrustedDocuments(path: string): TrustedDocuments | undefined {
  try {
    const entries = Object.entries(JSON.parse(readFileSync(path, 'utf8')) as object);
    if (!entries.every(([, text]) => typeof text === 'string')) return undefined;
    return new Map(entries.map(([id, text]) => [bare(id), text as string]));
  } catch {
    return undefined;
  }
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
