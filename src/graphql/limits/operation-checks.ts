/** Remembers what operations cost that were within the limits, so that a document is measured once. */
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { Limits } from '../../config.js';
import { fragmentsOf } from './collect-fields.js';
import { checkOperation, type CheckedOperation, type Unmeasured } from './operation-limits.js';

/** How many forms of the variables are remembered for one operation. */
const MAX_FORMS = 32;
/** Names of variables may be of any length. */
const LONGEST_FORM = 200;

/** An operation of a document, with its variables in their types, defaults included. */
interface Checkable extends Omit<Unmeasured, 'fragments' | 'variables'> {
  document: DocumentNode;
  variables: Readonly<Record<string, unknown>>;
}

/** Holds the operations of one schema to the limits. */
export class OperationChecks {
  readonly #known = new WeakMap<OperationDefinitionNode, Map<string, CheckedOperation>>();

  constructor(private readonly limits: Limits) {}

  check({ document, schema, operation, variables }: Checkable): CheckedOperation {
    const form = formOf(variables);
    const known = form === undefined ? undefined : this.#known.get(operation)?.get(form);
    if (known !== undefined) return known;
    const fragments = fragmentsOf(document);
    const checked = checkOperation({ schema, operation, fragments, variables }, this.limits);
    if (form !== undefined && checked.errors.length === 0) this.#remember(operation, form, checked);
    return checked;
  }

  #remember(operation: OperationDefinitionNode, form: string, checked: CheckedOperation): void {
    let known = this.#known.get(operation);
    if (known === undefined) this.#known.set(operation, (known = new Map()));
    if (known.size >= MAX_FORMS) known.clear();
    known.set(form, checked);
  }
}

/**
 * Returns all that an operation's cost depends on in its variables: which of them are given, numbers,
 * booleans, and the lengths of texts. Undefined for variables with a list or an object, or with many or
 * long names: such an operation is measured each time.
 */
function formOf(variables: Readonly<Record<string, unknown>>): string | undefined {
  let form = '';
  for (const name in variables) {
    const value = variables[name];
    if (typeof value === 'string') form += `${name}"${value.length} `;
    else if (typeof value === 'number' || typeof value === 'boolean' || value === null) {
      form += `${name}=${value} `;
    } else return undefined;
    if (form.length > LONGEST_FORM) return undefined;
  }
  return form;
}
