/** Apollo Server as the gateway runs it: its plugins, its limits and the form of its errors. */
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyBaseLogger } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { ConfigError, type Config } from '../config.js';
import type { Context } from './context.js';
import { DocumentStore } from './document-store.js';
import { formatError } from './errors.js';
import { HotQueries } from './execution/hot-queries.js';
import { mergedSizeRule } from './limits/operation-limits.js';
import { sizeRule } from './limits/size.js';
import { cacheability } from './plugins/cacheability.js';
import { errorLocations } from './plugins/error-locations.js';
import { explain } from './plugins/explain.js';
import { inTurn } from './plugins/hooks.js';
import { hotQueries } from './plugins/hot-queries.js';
import { httpHead } from './plugins/http-head.js';
import { logFailures, logging } from './plugins/logging.js';
import { operationLimits } from './plugins/operation-limits.js';
import { outcome } from './plugins/outcome.js';
import { refusedToken } from './plugins/refused-token.js';
import { requestIds } from './plugins/request-id.js';
import { subscriptionByGet } from './plugins/subscription-by-get.js';
import { weightInFlight } from './plugins/weight-in-flight.js';
import { problemsOf } from './trusted-documents.js';

/** How many errors of a document a response lists. */
const MAX_VALIDATION_ERRORS = 20;

/** Starts an Apollo Server for the schema. The caller stops it. */
export async function startApollo(
  config: Pick<Config, 'limits' | 'isSchemaPublic' | 'isExecutionCompiled'>,
  { schema, log }: { schema: GraphQLSchema; log: FastifyBaseLogger },
): Promise<ApolloServer<Context>> {
  const { limits, isSchemaPublic } = config;
  // Locations are looked up for the errors of a response alone: see ErrorLocations.
  const parseOptions = { maxTokens: limits.maxTokens, noLocation: true };
  const documentStore = new DocumentStore();
  const queries = new HotQueries(schema);
  const apollo = new ApolloServer<Context>({
    schema,
    documentStore,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      // It would wrap every field, for cache hints that this schema does not give.
      ApolloServerPluginCacheControlDisabled(),
      logFailures(log),
      subscriptionByGet(parseOptions),
      inTurn([
        documentStore.plugin(),
        // Before the plugins that read a response's errors, since it may add some.
        operationLimits(config),
        weightInFlight(),
        ...(config.isExecutionCompiled ? [hotQueries(queries)] : []),
        errorLocations(),
        refusedToken(),
        requestIds(),
        logging(),
        httpHead(),
        outcome(),
        // The routes of upstream calls are part of the schema's description.
        ...(isSchemaPublic ? [explain()] : []),
        // Last, since it looks at what the other plugins add to the response.
        cacheability(),
      ]),
    ],
    legacyExperimentalExecuteIncrementally: (args) => queries.execute(args),
    formatError,
    includeStacktraceInErrorResponses: false,
    introspection: isSchemaPublic,
    parseOptions,
    validationOptions: { maxErrors: MAX_VALIDATION_ERRORS, hideSuggestions: !isSchemaPublic },
    validationRules: [sizeRule(limits)],
    stopOnTerminationSignals: false,
    logger: log,
  });
  await apollo.start();
  return apollo;
}

/**
 * Throws a ConfigError for trusted documents that would always be refused, so that the operator finds
 * out at the start and not from the app's users.
 */
export function refuseUnusableDocuments(
  { trustedDocuments, limits }: Pick<Config, 'trustedDocuments' | 'limits'>,
  schema: GraphQLSchema,
): void {
  if (trustedDocuments === undefined) return;
  const problems = problemsOf(trustedDocuments, schema, {
    maxTokens: limits.maxTokens,
    rules: [sizeRule(limits), mergedSizeRule(limits)],
  });
  if (problems.length === 0) return;
  throw new ConfigError(
    problems.map((problem) => `TRUSTED_DOCUMENTS must hold documents that can be run; ${problem}`),
  );
}
