import { useMutation } from 'react-relay';
import type { GraphQLTaggedNode, MutationParameters } from 'relay-runtime';
import {
  problemOfWrite,
  type Problem,
  type ResponseError,
  type UserError,
} from '../../design/index.js';
import { errorsOf } from './errors.js';

type Payload = { userErrors: readonly UserError[] } | null | undefined;

/** Returns a function that sends a mutation, and resolves to why it didn't do what it should. */
export function useSend<Mutation extends MutationParameters>(mutation: GraphQLTaggedNode) {
  const [commit] = useMutation<Mutation>(mutation);
  return (variables: Mutation['variables'], optimisticResponse?: Mutation['rawResponse']) =>
    new Promise<Problem | undefined>((resolve) => {
      commit({
        variables,
        ...(optimisticResponse && { optimisticResponse }),
        onCompleted: (response, errors) => {
          const [payload] = Object.values(response as Record<string, Payload>);
          resolve(problemOfWrite(payload, (errors ?? undefined) as ResponseError[] | undefined));
        },
        onError: (error) => resolve(problemOfWrite(null, errorsOf(error))),
      });
    });
}
