/** Properties that are serialized as they are, without what resolvers and errors need. */
import type { GraphQLLeafType } from 'graphql';
import type { Data, FieldPlan, SelectionPlan, ValuePlan } from './plan.js';

/** Returns whether graphql-js would wait for a value. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return isObjectLike(value) && typeof (value as { then?: unknown }).then === 'function';
}

function isObjectLike(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Returns what is selected of a list's entries where that is properties alone. */
export function plainSelection(entry: ValuePlan, field: FieldPlan): SelectionPlan | undefined {
  const plan = entry.kind === 'nonNull' ? entry.of : entry;
  if (plan.kind !== 'object') return undefined;
  try {
    const selection = field.selectionOf(plan.type);
    return selection.isPlain ? selection : undefined;
  } catch {
    // It is an error of each entry that is an object, and there may be none.
    return undefined;
  }
}

/**
 * Reads an object of which properties alone are selected, without the objects that errors need; returns
 * undefined where one may be needed, or the entry isn't an object yet.
 */
export function readProperties({ fields, Data }: SelectionPlan, source: unknown): Data | undefined {
  if (source == null || source instanceof Error || isPromise(source)) return undefined;
  const data = new Data();
  for (const field of fields) {
    const value = serializeProperty(field, field.property!, source);
    if (value === undefined) return undefined;
    data[field.responseName] = value;
  }
  return data;
}

/**
 * Returns a property that is text, a number or a boolean, without the objects that resolvers and errors
 * need; undefined where it is anything else or can't be serialized.
 */
export function serializeProperty(
  { definition, value: plan }: FieldPlan,
  type: GraphQLLeafType,
  source: unknown,
): unknown {
  if (typeof source !== 'object' || source === null) return undefined;
  try {
    const value = (source as Data)[definition.name];
    if (value == null) return plan.kind === 'nonNull' ? undefined : null;
    if (isObjectLike(value)) return undefined;
    const serialized: unknown = type.serialize(value);
    return serialized === null || isObjectLike(serialized) ? undefined : serialized;
  } catch {
    return undefined;
  }
}
