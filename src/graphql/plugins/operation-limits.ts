/** Refuses operations that are too large before they are executed, and tells what the others may cost. */
import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { Limits } from '../../config.js';
import type { Charge } from '../context.js';
import { ErrorLocations } from '../error-locations.js';
import { callerLimitMessage } from '../errors.js';
import { OperationChecks } from '../limits/operation-checks.js';
import { coerceVariables } from '../limits/variables.js';
import type { OperationPlugin } from './hooks.js';

/** Clients that accept GraphQL's own media type get the status 400. */
function asResponseError({ message, nodes, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    extensions: { ...extensions, http: { status: 400 } },
  });
}

function callerLimited({ limit, retryAfterSeconds }: Charge): GraphQLError {
  return new GraphQLError(callerLimitMessage(limit, retryAfterSeconds), {
    extensions: {
      code: 'RATE_LIMITED',
      retryAfterSeconds,
      http: {
        status: 429,
        headers: new HeaderMap([['retry-after', String(retryAfterSeconds)]]),
      },
    },
  });
}

interface Options {
  limits: Limits;
  isSchemaPublic: boolean;
}

/**
 * Refuses an operation whose variables are invalid or that exceeds a limit, before any upstream call. A
 * request with the header `x-graphql-cost: true` gets `extensions.cost` with the cost and the limit.
 */
export function operationLimits({ limits, isSchemaPublic }: Options): OperationPlugin {
  const checks = new OperationChecks(limits);
  return () => {
    let cost: number | undefined;
    let furtherErrors: readonly GraphQLError[] = [];
    const refuse = ([first, ...others]: readonly GraphQLError[]) => {
      if (first === undefined) return;
      furtherErrors = others;
      throw asResponseError(first);
    };
    return {
      didResolveOperation({ schema, document, operation, request, contextValue }) {
        if (operation === undefined) return;
        const { coerced, errors } = coerceVariables({
          schema,
          definitions: operation.variableDefinitions ?? [],
          values: request.variables ?? {},
          hideSuggestions: !isSchemaPublic,
        });
        if (errors !== undefined) return refuse(errors);
        const checked = checks.check({ schema, document, operation, variables: coerced });
        cost = checked.cost;
        contextValue.summary.cost = cost;
        contextValue.summary.weight = checked.weight;
        refuse(checked.errors);
        const charged = contextValue.account?.charge(Math.max(1, cost ?? 1));
        contextValue.charged = charged;
        if (charged?.isAllowed === false) throw callerLimited(charged);
        contextValue.summary.isWithinLimits = true;
      },
      willSendResponse({ request, source, document, response: { body } }) {
        if (body.kind !== 'single') return;
        // Apollo Server takes one error from a plugin, and an operation can have several.
        if (furtherErrors.length > 0) {
          const found = new ErrorLocations(source!, document!);
          const more = furtherErrors.map((error) => {
            const locations = found.of(error.nodes);
            return { ...error.toJSON(), ...(locations === undefined ? {} : { locations }) };
          });
          body.singleResult.errors = [...(body.singleResult.errors ?? []), ...more];
        }
        if (cost === undefined || request.http?.headers.get('x-graphql-cost') !== 'true') return;
        body.singleResult.extensions = {
          ...body.singleResult.extensions,
          cost: { requested: cost, maximum: limits.maxCost },
        };
      },
    };
  };
}
