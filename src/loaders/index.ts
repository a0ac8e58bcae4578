/** All reads of one operation. They are created for each operation, and nothing outlives it. */
import type { Endpoint } from '../upstream/endpoint.js';
import { createFeatureFlagLoaders } from './feature-flags.js';
import { MemberLists } from './member-lists.js';
import { createOrganizationConnectionLoaders } from './organization-connections.js';
import { createOrganizationInviteLoaders } from './organization-invites.js';
import { createOrganizationLogoLoaders } from './organization-logos.js';
import { createOrganizationPropertyLoaders } from './organization-properties.js';
import { createOrganizationRoleLoaders } from './organization-roles.js';
import { createOrganizationSecurityLoaders } from './organization-security.js';
import { createOrganizationUserMfaLoaders } from './organization-user-mfa.js';
import { createOrganizationLoaders } from './organizations.js';
import { createPeopleLoaders } from './people.js';
import type { DifferingOrganizations, PlanReport } from './permission-plan.js';
import { createPermissionLoaders } from './permissions.js';
import { createRoleLoaders } from './roles.js';
import { SharedReads } from './shared-reads.js';
import type { Sources } from './sources.js';
import { createUserLoaders } from './users.js';

export interface LoaderOptions extends Omit<Sources, 'reads'> {
  differing: DifferingOrganizations;
}

/** What the loaders of one operation share. Those that others are made from are created once. */
class Operation {
  asked = 0;
  readonly plans: PlanReport[] = [];
  readonly reads = new SharedReads();
  readonly memberLists = this.reads.state(() => new MemberLists());
  readonly sources: Sources;
  readonly #differing: DifferingOrganizations;
  #people: ReturnType<typeof createPeopleLoaders> | undefined;
  #roles: ReturnType<typeof createRoleLoaders> | undefined;
  #users: ReturnType<typeof createUserLoaders> | undefined;

  constructor({ differing, upstream, granted, maxPageSize }: LoaderOptions) {
    this.sources = { upstream, granted, maxPageSize, reads: this.reads };
    this.#differing = differing;
  }

  people() {
    return (this.#people ??= createPeopleLoaders(this.sources));
  }

  roles() {
    return (this.#roles ??= createRoleLoaders(this.sources));
  }

  users() {
    return (this.#users ??= createUserLoaders(
      this.sources,
      (id) => this.people().find(id),
      (member) => this.roles().ofMember(member),
      this.memberLists,
    ));
  }

  permissions() {
    return createPermissionLoaders(this.sources, {
      roles: this.roles(),
      differing: this.#differing,
      lists: this.memberLists,
      users: (request) => this.users().page(request),
      onPlan: (report) => void this.plans.push(report),
    });
  }
}

const domains = {
  organizations: ({ sources }: Operation) => createOrganizationLoaders(sources),
  organizationConnections: ({ sources }: Operation) => createOrganizationConnectionLoaders(sources),
  organizationInvites: ({ sources }: Operation) => createOrganizationInviteLoaders(sources),
  organizationLogos: ({ sources }: Operation) => createOrganizationLogoLoaders(sources),
  organizationProperties: ({ sources }: Operation) => createOrganizationPropertyLoaders(sources),
  organizationRoles: ({ sources }: Operation) => createOrganizationRoleLoaders(sources),
  organizationSecurity: ({ sources }: Operation) => createOrganizationSecurityLoaders(sources),
  organizationUserMfa: ({ sources }: Operation) => createOrganizationUserMfaLoaders(sources),
  people: (operation: Operation) => operation.people(),
  users: (operation: Operation) => operation.users(),
  roles: (operation: Operation) => operation.roles(),
  permissions: (operation: Operation) => operation.permissions(),
  featureFlags: ({ sources }: Operation) => createFeatureFlagLoaders(sources),
};

type Domains = { readonly [D in keyof typeof domains]: ReturnType<(typeof domains)[D]> };

class OperationLoaders {
  readonly #operation: Operation;

  constructor(operation: Operation) {
    this.#operation = operation;
  }

  static {
    // A domain's loaders are created when they are first asked for: most operations read few domains.
    for (const [name, create] of Object.entries(domains)) {
      let Counted: CountedLoaders | undefined;
      Object.defineProperty(OperationLoaders.prototype, name, {
        get(this: OperationLoaders) {
          const operation = this.#operation;
          const loaders = create(operation);
          Counted ??= countedLoaders(Object.keys(loaders));
          const value = new Counted(operation, loaders);
          Object.defineProperty(this, name, { value });
          return value;
        },
      });
    }
  }

  /** What the operation has seen of the lists of members. */
  get memberLists(): () => MemberLists {
    return this.#operation.memberLists;
  }

  /** Returns how many reads the resolvers have asked for, each of which would be a call without sharing. */
  asked(): number {
    return this.#operation.asked;
  }

  /** Returns how the permissions of many members were read, in the order of the decisions. */
  plans(): readonly PlanReport[] {
    return this.#operation.plans;
  }

  /** Drops what earlier mutations of the operation have read, and all errors. Catalogues are kept. */
  beginMutation(): void {
    this.#operation.reads.clearAfter([]);
  }

  /**
   * Drops what has been read so far, after calls of these rows. Catalogues are kept unless one of the
   * calls has written to them.
   */
  clearAfter(calls: readonly Endpoint[]): void {
    this.#operation.reads.clearAfter(calls);
  }
}

export type Loaders = Domains & OperationLoaders;

/** Creates the loaders of one operation. */
export function createLoaders(options: LoaderOptions): Loaders {
  return new OperationLoaders(new Operation(options)) as Loaders;
}

type CountedLoaders = new (operation: Operation, loaders: object) => object;

/**
 * Returns the class of loaders with these names that count each read. A loader that counts is made when
 * it is first asked for: an operation uses few of a domain's loaders.
 */
function countedLoaders(names: readonly string[]): CountedLoaders {
  class Counted {
    constructor(
      readonly operation: Operation,
      readonly loaders: Record<string, (argument: unknown) => unknown>,
    ) {}
  }
  for (const name of names) {
    Object.defineProperty(Counted.prototype, name, {
      get(this: Counted) {
        const { operation } = this;
        const load = this.loaders[name]!;
        const value = (argument: unknown) => {
          operation.asked++;
          return load(argument);
        };
        Object.defineProperty(this, name, { value });
        return value;
      },
    });
  }
  return Counted as CountedLoaders;
}
