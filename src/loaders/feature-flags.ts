import { endpoints } from '../upstream/endpoints/index.js';
import { UpstreamError } from '../upstream/errors.js';
import type { FeatureFlag } from '../upstream/types.js';
import { ifPermitted } from './scopes.js';
import type { Entry } from './shared-reads.js';
import type { Sources } from './sources.js';

/** A flag of an organization. */
interface FlagReference {
  org_code: string;
  key: string;
}

/** A flag of the environment, with its key, which the API gives as the name of a property. */
export type EnvironmentFeatureFlagParent = FeatureFlag & Pick<FlagReference, 'key'>;

/** A flag as it is for an organization, with the place of its value. */
export type FeatureFlagParent = FeatureFlag &
  FlagReference & { source: 'ORGANIZATION' | 'ENVIRONMENT' };

type ByKey<T> = ReadonlyMap<string, Entry<T>>;

/** Returns flags by their keys, in the order of the keys. */
function byKey<T>(
  flags: Record<string, Entry<FeatureFlag>>,
  map: (flag: FeatureFlag, key: string) => T,
): ByKey<T> {
  const sorted = new Map<string, Entry<T>>();
  for (const key of Object.keys(flags).sort()) {
    const flag = flags[key]!;
    sorted.set(key, flag instanceof UpstreamError ? flag : map(flag, key));
  }
  return sorted;
}

/** Returns an entry or null. Throws for one that Kinde sent unusable. */
function entryOf<T>(flags: ByKey<T>, key: string): T | null {
  const flag = flags.get(key) ?? null;
  if (flag instanceof UpstreamError) throw flag;
  return flag;
}

export function createFeatureFlagLoaders({ upstream, granted, reads }: Sources) {
  const overrides = reads.one(
    async (org_code: string): Promise<ByKey<FeatureFlagParent>> => {
      const { feature_flags } = await upstream.organizations.featureFlags({ org_code });
      // Without a spread, since a response may hold tens of thousands.
      return byKey(feature_flags, ({ type, value }, key) => {
        return { type, value, org_code, key, source: 'ORGANIZATION' };
      });
    },
    (org_code) => org_code,
  );

  const readEnvironment = reads
    .ofCatalogue(endpoints.featureFlags.environment)
    .one(async (_: 'environment'): Promise<ByKey<EnvironmentFeatureFlagParent>> => {
      const { feature_flags } = await upstream.featureFlags.environment({});
      return byKey(feature_flags, (flag, key) => ({ ...flag, key }));
    }, String);
  const environment = () => readEnvironment('environment');

  async function inherited(org_code: string, key: string): Promise<FeatureFlagParent | null> {
    const flag = entryOf(await environment(), key);
    return flag && { ...flag, org_code, source: 'ENVIRONMENT' };
  }

  const find = async ({ org_code, key }: FlagReference) => entryOf(await overrides(org_code), key);
  const effective = async (flag: FlagReference): Promise<FeatureFlagParent | null> =>
    (await find(flag)) ?? inherited(flag.org_code, flag.key);

  return {
    /** Returns the flags that an organization overrides, by key and in the order of their keys. */
    ofOrganization: overrides,
    /** The same with the environment's flags that it doesn't override. */
    effectiveIn: async (org_code: string): Promise<ByKey<FeatureFlagParent>> => {
      const [own, others] = await Promise.all([overrides(org_code), environment()]);
      const all = new Map<string, Entry<FeatureFlagParent>>();
      for (const key of [...new Set([...own.keys(), ...others.keys()])].sort()) {
        const other = others.get(key);
        all.set(
          key,
          own.get(key) ??
            (other instanceof UpstreamError
              ? other
              : { ...other!, org_code, source: 'ENVIRONMENT' }),
        );
      }
      return all;
    },
    /** Returns an organization's override of one flag, or null. Throws when Kinde sent it unusable. */
    find,
    /** Returns the flag as it is for an organization, or null. Throws when Kinde sent it unusable. */
    effective,
    /** The same; only the override where the token may not read the environment's flags. */
    effectiveIfPermitted: async (flag: FlagReference): Promise<FeatureFlagParent | null> =>
      (await find(flag)) ??
      ifPermitted<FeatureFlagParent | null>(
        granted,
        endpoints.featureFlags.environment,
        () => inherited(flag.org_code, flag.key),
        async () => null,
      ),
    /** Returns a flag as the environment has it for an organization, or null. */
    inherited: ({ org_code, key }: FlagReference) => inherited(org_code, key),
    /** Returns the environment's flags, by key and in the order of their keys. */
    ofEnvironment: environment,
    /** Returns one of them, or null. Throws when Kinde sent it unusable. */
    findInEnvironment: async (key: string) => entryOf(await environment(), key),
  };
}
