/** Tells Monaco where its workers are. */
import type { Environment } from 'monaco-editor';
import { workers } from './settings.js';

(globalThis as { MonacoEnvironment?: Environment }).MonacoEnvironment = {
  getWorker(_moduleId, label) {
    const urls: Record<string, string> = {
      json: workers.jsonWorker,
      graphql: workers.graphqlWorker,
    };
    return new Worker(urls[label] ?? workers.editorWorker, { type: 'module' });
  },
};
