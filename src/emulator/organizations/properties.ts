import { invalid } from '../errors.js';
import type { Handlers } from '../handler.js';
import { type Random, random } from '../seed/random.js';
import type { OrganizationRecord, State } from '../state.js';
import { success } from '../success.js';

export const organizationProperties: Handlers['organizationProperties'] = {
  // A decision: a property without a value is listed, too, with null.
  list: (state, { org_code }) => {
    const { properties } = state.organization(org_code);
    return success({
      properties: Array.from(state.properties.values(), (property) => ({
        ...property,
        value: properties.get(property.key) ?? null,
      })),
    });
  },

  update: (state, { org_code, property_key, value }) => {
    const { properties } = state.organization(org_code);
    properties.set(propertyKey(state, property_key), value);
    return success({});
  },

  updateAll: (state, { org_code, properties: given }) => {
    const { properties } = state.organization(org_code);
    // Everything is checked before anything is changed, so a refused request changes nothing.
    for (const key of Object.keys(given)) propertyKey(state, key);
    for (const [key, value] of Object.entries(given)) properties.set(key, value);
    return success({});
  },
};

/** The code is a decision: none is documented for a key that the environment does not define. */
function propertyKey(state: State, key: string): string {
  if (!state.properties.has(key)) throw invalid('PROPERTY_NOT_FOUND', `No property ${key}`);
  return key;
}

/** Key, name and description. */
const PROPERTIES = [
  ['industry', 'Industry', 'What the organization does'],
  ['account_manager', 'Account manager', null],
  ['contract_end', 'Contract end', 'The last day of the contract'],
  ['seats', 'Seats', 'How many people the contract allows'],
] as const;

export function seedPropertyDefinitions(state: State, seed: string): void {
  for (const [key, name, description] of PROPERTIES) {
    const id = `prop_${random(seed, 'property', key).hex(32)}`;
    state.properties.set(key, { id, key, name, description });
  }
}

export function seedProperties({ properties }: OrganizationRecord, chance: Random): void {
  properties.set('industry', chance.pick(['Health', 'Logistics', 'Software', 'Education']));
  if (chance.chance(70)) properties.set('seats', String(10 * (1 + chance.below(20))));
  if (chance.chance(50)) properties.set('contract_end', `2027-0${1 + chance.below(9)}-15`);
}
