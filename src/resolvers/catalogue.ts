/**
 * What roles and permissions share. Both are catalogues of the environment, whose entries inputs refer to
 * by key or by id, and which can be added to members and removed from them.
 */
import type { Context } from '../graphql/context.js';
import { catalogueTraits, type CatalogueList } from '../loaders/catalogue.js';
import type { Loaders } from '../loaders/index.js';
import type { ReadPage } from '../loaders/shared-reads.js';
import type { MemberReference } from '../loaders/users.js';
import { connection } from './connection.js';
import { mutation } from './mutation.js';
import { nodeId } from './node-id.js';
import {
  checkFilterKeys,
  currentEntry,
  resolveIds,
  resolveKeys,
  writeWithId,
  type Place,
  type Reference,
  type ReferenceKind,
  type ReferenceList,
} from './reference.js';
import { refreshAfterWrite } from './refresh-claims.js';
import { requireChange, writeProperties } from './write-properties.js';

type Noun = ReferenceKind['noun'];
type Upstream = Context['upstream'];

/** An entry of a catalogue as Kinde sends it. */
interface Entry {
  id: string;
  key: string;
  name?: string | null | undefined;
}

/** The input of a mutation that adds an entry of a catalogue to a member or removes it. */
type MemberInput<N extends Noun> = Record<N, Reference> & {
  organizationCode: string;
  userId: string;
  refreshClaims?: boolean | null | undefined;
};

interface CatalogueKind<N extends Noun, T extends Entry> {
  /** What the field of a reference in an input is called. */
  noun: N;
  kindOf: (loaders: Loaders) => ReferenceKind<T>;
  /** What an input's properties are called in the API. */
  names: Readonly<Record<string, string>>;
}

type Reads<T extends Entry> = Pick<
  ReferenceKind<T>,
  'currentCatalogue' | 'currentIfPermitted' | 'byId' | 'hasKey' | 'keys'
>;

/** Returns the reads of a catalogue that references need. Loaders make them when asked, so they can't be spread. */
export const readsOf = <T extends Entry>({
  currentCatalogue,
  currentIfPermitted,
  byId,
  hasKey,
  keys,
}: Reads<T>): Reads<T> => ({ currentCatalogue, currentIfPermitted, byId, hasKey, keys });

/** `W` is what Kinde takes to create an entry. */
export function createCatalogueWrites<
  N extends Noun,
  T extends Entry,
  W extends { key: string; name: string },
>({ noun, kindOf, names }: CatalogueKind<N, T>) {
  const placeOf = (reference: Reference): Place => ({ reference, field: [noun] });

  const current = (loaders: Loaders, reference: Reference): Promise<T> =>
    currentEntry(placeOf(reference), kindOf(loaders));

  /** Returns all of an entry that Kinde takes: what Kinde does with properties left out is unknown. */
  function writtenOf(entry: T): W {
    const properties = Object.values(names).map((name) => [
      name,
      (entry as Record<string, unknown>)[name] ?? undefined,
    ]);
    return { ...Object.fromEntries(properties), name: entry.name ?? entry.key } as W;
  }

  return {
    /** Returns the keys of lists of references. Throws an InputError that names those that don't exist. */
    keys: (loaders: Loaders, lists: readonly ReferenceList[]) =>
      resolveKeys(lists, kindOf(loaders)),

    /** Returns the ids of lists of references. Throws an InputError that names those that don't exist. */
    ids: (loaders: Loaders, lists: readonly ReferenceList[]) => resolveIds(lists, kindOf(loaders)),

    /** Throws BAD_USER_INPUT for a key that the catalogue doesn't have. */
    checkFilter: (loaders: Loaders, keys: readonly string[]) =>
      checkFilterKeys(keys, kindOf(loaders)),

    /** Returns where an input refers to an entry. */
    placeOf,

    /** Returns the entry that an input refers to, from a read bypassing the cache. */
    current,

    /** Returns an entry, what it should be after a change, and the global id that its key had before. */
    changed: async (loaders: Loaders, reference: Reference, input: object) => {
      const changes = writeProperties(input, names) as Partial<W>;
      requireChange(changes);
      const entry = await current(loaders, reference);
      const written: W = { ...writtenOf(entry), ...changes };
      const isRenamed = written.key !== entry.key;
      const { typeName } = kindOf(loaders);
      return { entry, written, replacedId: isRenamed ? nodeId(typeName, entry.key) : null };
    },

    /** Returns the resolver of a mutation that adds an entry to a member or removes it. */
    memberMutation: (
      write: (upstream: Upstream, member: MemberReference, id: string) => Promise<unknown>,
    ) =>
      mutation({ organizationUser: null }, async (input: MemberInput<N>, context: Context) => {
        const { upstream, loaders } = context;
        const member = { org_code: input.organizationCode, user_id: input.userId };
        await writeWithId(input[noun], kindOf(loaders), [noun], (id) =>
          write(upstream, member, id),
        );
        const userErrors = await refreshAfterWrite(input, [member.user_id], context);
        return { organizationUser: member, userErrors };
      }),
  };
}

/** Returns the resolver of a catalogue's list. Cursors belong to the list's name. */
export const catalogueConnection =
  <T extends Pick<Entry, 'key'>>(
    name: string,
    pageOf: (loaders: Loaders) => ReadPage<CatalogueList, T>,
  ) =>
  (_: unknown, page: { first?: number | null; after?: string | null }, context: Context) =>
    connection(
      page,
      {
        load: pageOf(context.loaders),
        traits: catalogueTraits,
        identity: [name],
        listIn: () => ({}),
      },
      context,
    );
