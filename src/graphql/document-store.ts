/** Parsed documents, bounded by the memory that they take. */
import type { ApolloServerOptions } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { OperationHooks, OperationPlugin } from './plugins/hooks.js';

type Store = NonNullable<ApolloServerOptions<Record<never, never>>['documentStore']>;

const MAX_BYTES = 64 * 2 ** 20;
/** What a syntax tree takes for each character of its JSON. */
const BYTES_PER_JSON_CHARACTER = 3;
/** Two for a text with characters outside Latin-1. */
const BYTES_PER_TEXT_CHARACTER = 2;
/** For what is remembered beside a document, such as its costs. */
const BYTES_PER_DOCUMENT = 2_048;

/**
 * Keeps documents that passed validation. In V8, a string literal of 13 characters or more is a slice of
 * the document's text, and keeps all of it, comments included. The store of Apollo Server counts the
 * syntax tree alone.
 */
export class DocumentStore implements Store {
  readonly #textLengths = new WeakMap<DocumentNode, number>();
  readonly #documents: LRUCache<string, DocumentNode>;

  constructor(maxBytes = MAX_BYTES) {
    this.#documents = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (document) =>
        BYTES_PER_DOCUMENT +
        BYTES_PER_JSON_CHARACTER * JSON.stringify(document).length +
        BYTES_PER_TEXT_CHARACTER * (this.#textLengths.get(document) ?? 0),
    });
  }

  /** Notes the text of each document before it is stored. */
  plugin(): OperationPlugin {
    const hooks: OperationHooks = {
      validationDidStart: ({ document, source }) => {
        this.#textLengths.set(document, source.length);
      },
    };
    return () => hooks;
  }

  async get(key: string): Promise<DocumentNode | undefined> {
    return this.#documents.get(key);
  }

  async set(key: string, document: DocumentNode): Promise<void> {
    this.#documents.set(key, document);
  }

  async delete(key: string): Promise<boolean> {
    return this.#documents.delete(key);
  }
}
