#!/usr/bin/env node
/**
 * `npm run build`: builds dist/ from src/. The GraphiQL page takes seconds to bundle, so it is
 * rebuilt only when one of its inputs has changed.
 */
import { join } from 'node:path';
import { buildExports } from './build-exports.mjs';
import { buildGraphiql } from './build-graphiql.mjs';
import { buildServer } from './build-server.mjs';

process.chdir(join(import.meta.dirname, '..'));

const started = performance.now();
const [files, page] = await Promise.all([buildServer(), buildGraphiql(), buildExports()]);
const seconds = ((performance.now() - started) / 1000).toFixed(2);
console.log(`Built ${files} files of dist, GraphiQL ${page}, in ${seconds} s.`);
