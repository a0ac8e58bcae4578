/**
 * fast-check with a seed that is the same in each run, so that `npm test` tries today what it tried
 * yesterday. FC_SEED=random draws another each time, and a number repeats the run that printed it.
 */
import fc from 'fast-check';

const { FC_SEED = '20261126' } = process.env;
if (FC_SEED !== 'random') fc.configureGlobal({ seed: Number(FC_SEED) });

/** Sets how many values the properties of this file try. fast-check's own setting would forget the seed. */
export const tryEach = (numRuns: number): void =>
  fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns });

export default fc;
