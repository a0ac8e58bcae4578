import { useState, type ReactNode } from 'react';
import { useMutation } from 'react-relay';
import type { GraphQLTaggedNode, MutationParameters } from 'relay-runtime';
import {
  ProblemNotice,
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

/**
 * Returns a function that writes and resolves to whether it was done, and what to show of a write that
 * wasn't. "Try again" sends the same write, so its `idempotencyKey` keeps it from happening twice.
 */
export function useWrite(what: string, onLook: () => void) {
  type Attempt = () => Promise<Problem | undefined>;
  const [failure, setFailure] = useState<{ problem: Problem; attempt: Attempt }>();
  const write = async (attempt: Attempt): Promise<boolean> => {
    setFailure(undefined);
    const problem = await attempt();
    if (problem !== undefined) setFailure({ problem, attempt });
    return problem === undefined;
  };
  const look = () => {
    setFailure(undefined);
    onLook();
  };
  const notice: ReactNode = failure && (
    <ProblemNotice
      problem={failure.problem}
      what={what}
      onRetry={() => void write(failure.attempt)}
      onLook={look}
    />
  );
  return [write, notice] as const;
}
