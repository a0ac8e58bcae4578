/** Logs a line for each operation (what it was, how it ended, what it cost) and one for each internal error. */
import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Context } from '../context.js';
import { logText } from '../../telemetry/redact.js';
import { countFrom } from '../../upstream/call.js';
import { UpstreamError } from '../../upstream/errors.js';
import type { OperationPlugin } from './hooks.js';

/** How many of a response's errors the log names: one query can have thousands. */
const MOST_ERRORS = 20;

/** A path in a response. The aliases in it are the client's words. */
const logPath = (path: readonly (string | number)[] | undefined) =>
  path?.map((part) => (typeof part === 'string' ? logText(part) : part));

/** Logs what fails before an operation has a log of its own, and what fails in Apollo Server. */
export function logFailures(log: FastifyBaseLogger): ApolloServerPlugin<Context> {
  return {
    async contextCreationDidFail({ error }) {
      if (!(error instanceof GraphQLError)) log.error({ err: error }, 'internal error');
    },
    async unexpectedErrorProcessingRequest({ error }) {
      log.error({ err: error }, 'internal error');
    },
  };
}

/** Logs each operation and its internal errors. */
export function logging(): OperationPlugin {
  return () => {
    const startedAt = performance.now();
    return {
      didEncounterErrors({ errors, contextValue }) {
        for (const error of errors) {
          const original = unwrapResolverError(error);
          if (original instanceof GraphQLError || original instanceof UpstreamError) continue;
          contextValue.log.error({ err: original, path: logPath(error.path) }, 'internal error');
        }
      },
      willSendResponse({ operation, operationName, response, contextValue }) {
        const { body } = response;
        const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
        const { calls, summary } = contextValue;
        contextValue.log.info(
          {
            operation: operation?.operation,
            operationName: operationName == null ? undefined : logText(operationName),
            milliseconds: Math.round(performance.now() - startedAt),
            cost: summary.cost,
            upstreamCalls: countFrom('upstream', calls),
            merged: countFrom('merged', calls),
            cached: countFrom('cache', calls),
            stale: countFrom('stale', calls),
            ...(errors.length === 0
              ? {}
              : {
                  errorCount: errors.length,
                  errors: errors.slice(0, MOST_ERRORS).map(({ path, extensions }) => ({
                    path: logPath(path),
                    code: extensions?.['code'],
                  })),
                }),
          },
          'operation',
        );
      },
    };
  };
}
