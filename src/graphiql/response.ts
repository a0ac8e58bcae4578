/** What the response pane shows of a response, which may be a proxy's. */
import { GraphQLError, type ExecutionResult, type OperationDefinitionNode } from 'graphql';

/** Returns the result in a response. A proxy in front of the gateway may respond with a page. */
export async function resultOf(response: Response): Promise<ExecutionResult> {
  const text = await response.text();
  try {
    return JSON.parse(text) as ExecutionResult;
  } catch {
    const status = `${response.status} ${response.statusText}`.trim();
    return failure(`The response is not JSON, so it isn’t the gateway’s. Its status is ${status}.`);
  }
}

/** Returns the result of a request that got no response. */
export function unreachable(error: unknown): ExecutionResult {
  return failure(`The gateway can’t be reached: ${(error as Error).message}.`);
}

/** Returns the result of a request that was stopped. The gateway completes a mutation all the same. */
export function stopped(operation: OperationDefinitionNode | undefined): ExecutionResult {
  const isMutation = operation?.operation === 'mutation';
  return failure(
    isMutation
      ? 'Stopped. The mutation may have been carried out: read before you repeat it.'
      : 'Stopped.',
  );
}

/** Returns the result of a request with something that an HTTP header can't have. */
export function unsendable(subject: string): ExecutionResult {
  return failure(
    `Not sent. ${subject} has a character that HTTP headers can’t have. Copy it again, as plain text.`,
  );
}

function failure(message: string): ExecutionResult {
  return { errors: [new GraphQLError(message)] };
}
