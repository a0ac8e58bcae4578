import type { CallOptions } from '../upstream/client.js';
import { endpoints } from '../upstream/endpoints/index.js';
import { UpstreamError } from '../upstream/errors.js';
import type { FeatureFlag } from '../upstream/types.js';
import { incomplete, withRest } from './incomplete.js';
import { ifPermitted } from './scopes.js';
import { nextToken, type Entry } from './shared-reads.js';
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

/** The environment's flags, of which Kinde may say that there are more. */
interface EnvironmentFlags {
  flags: ByKey<EnvironmentFeatureFlagParent>;
  hasMore: boolean;
}

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

/** Creates the read of the environment's flags, which is one call for a whole operation. */
function createEnvironmentFlags({ upstream, reads }: Pick<Sources, 'upstream' | 'reads'>) {
  const readEnvironment = reads
    .ofCatalogue(endpoints.featureFlags.environment)
    .one(async (_: 'environment'): Promise<EnvironmentFlags> => {
      const { feature_flags, next_token } = await upstream.featureFlags.environment({});
      return {
        flags: byKey(feature_flags, (flag, key) => ({ ...flag, key })),
        hasMore: nextToken(next_token) !== undefined,
      };
    }, String);
  const environment = () => readEnvironment('environment');
  const listed = <T>(flags: ByKey<T>, hasMore: boolean): readonly Entry<T>[] =>
    withRest(endpoints.featureFlags.environment, [...flags.values()], hasMore);

  async function findInEnvironment(key: string): Promise<EnvironmentFeatureFlagParent | null> {
    const { flags, hasMore } = await environment();
    const flag = entryOf(flags, key);
    if (flag === null && hasMore) throw incomplete(endpoints.featureFlags.environment);
    return flag;
  }

  return {
    environment,
    /** Lists flags that the environment's are among, with an error at the end where it has more. */
    listed,
    /** Returns one flag, or null. Throws when Kinde sent it unusable, or not all of them. */
    findInEnvironment,
  };
}

export function createFeatureFlagLoaders({ upstream, granted, reads }: Sources) {
  const readOverrides = async (
    org_code: string,
    options?: CallOptions,
  ): Promise<ByKey<FeatureFlagParent>> => {
    const { feature_flags } = await upstream.organizations.featureFlags({ org_code }, options);
    // Without a spread, since a response may hold tens of thousands.
    return byKey(feature_flags, ({ type, value }, key) => {
      return { type, value, org_code, key, source: 'ORGANIZATION' };
    });
  };
  const overrides = reads.one(
    (org_code: string) => readOverrides(org_code),
    (org_code) => org_code,
  );

  const { environment, listed, findInEnvironment } = createEnvironmentFlags({ upstream, reads });

  async function inherited(org_code: string, key: string): Promise<FeatureFlagParent | null> {
    const flag = await findInEnvironment(key);
    return flag && { ...flag, org_code, source: 'ENVIRONMENT' };
  }

  const find = async ({ org_code, key }: FlagReference) => entryOf(await overrides(org_code), key);
  const effective = async (flag: FlagReference): Promise<FeatureFlagParent | null> =>
    (await find(flag)) ?? inherited(flag.org_code, flag.key);

  return {
    /** Returns the flags that an organization overrides, by key and in the order of their keys. */
    ofOrganization: overrides,
    /** Returns the same bypassing the cache, for a write that deletes them all. */
    currentOfOrganization: (org_code: string) => readOverrides(org_code, { skipsCache: true }),
    /** Returns the same with the environment's flags that it doesn't override. */
    effectiveIn: async (org_code: string): Promise<readonly Entry<FeatureFlagParent>[]> => {
      const [own, { flags: others, hasMore }] = await Promise.all([
        overrides(org_code),
        environment(),
      ]);
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
      return listed(all, hasMore);
    },
    /** Returns an organization's override of one flag, or null. Throws when Kinde sent it unusable. */
    find,
    /** Returns the flag as it is for an organization, or null. Throws when Kinde may have it and didn't send it. */
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
    /** Returns the environment's flags, in the order of their keys. */
    ofEnvironment: async (): Promise<readonly Entry<EnvironmentFeatureFlagParent>[]> => {
      const { flags, hasMore } = await environment();
      return listed(flags, hasMore);
    },
    /** Returns one of them, or null. Throws when Kinde sent it unusable, or not all of them. */
    findInEnvironment,
  };
}
