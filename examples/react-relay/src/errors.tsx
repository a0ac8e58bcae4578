import { Component, type ReactNode } from 'react';
import { ProblemNotice, problemOf, type Problem, type ResponseError } from '../../design/index.js';
import { ResponseWithoutData } from './environment.js';

/** What `@catch(to: RESULT)` makes of a field. */
export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly errors: readonly unknown[] };

/** Returns why a field couldn't be read. */
export function problemIn(result: Result<unknown> | null | undefined): Problem {
  const [error] = result?.ok === false ? result.errors : [];
  return problemOf((error ?? {}) as ResponseError);
}

/** Returns the errors of a response without data; undefined if there was no response. */
export const errorsOf = (error: unknown): readonly ResponseError[] | undefined =>
  error instanceof ResponseWithoutData ? error.errors : undefined;

interface Props {
  what: string;
  /** Gets the number of the attempt for `fetchKey`: with the same one, Relay throws the same error again. */
  children: (attempt: number) => ReactNode;
}

interface State {
  attempt: number;
  error?: unknown;
}

/** Shows why a query has no data, and tries again. */
export class ProblemBoundary extends Component<Props, State> {
  override state: State = { attempt: 0 };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { attempt, error } = this.state;
    if (error === undefined) return this.props.children(attempt);
    const [first] = errorsOf(error) ?? [];
    const problem: Problem = first === undefined ? { kind: 'unreachable' } : problemOf(first);
    const onRetry = () => this.setState({ attempt: attempt + 1, error: undefined });
    return <ProblemNotice {...{ problem, what: this.props.what, onRetry }} isAutomatic />;
  }
}
