type PageStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'>;

/** The storages of the browser, which throws as soon as they are named where its user blocks them. */
export const forTab = available(() => sessionStorage);
const forAllTabs = available(() => localStorage);

const isHistory = (key: string) => /:(queries|favorites)$/.test(key);

/**
 * localStorage without credentials: GraphiQL leaves headers out of the tabs that it stores unless
 * its settings say otherwise, but keeps them with each operation of the history.
 */
export const storage: PageStorage = {
  getItem: (key) => forAllTabs.getItem(key),
  setItem: (key, value) =>
    forAllTabs.setItem(
      key,
      isHistory(key)
        ? JSON.stringify(JSON.parse(value, (name, part) => (name === 'headers' ? undefined : part)))
        : value,
    ),
  removeItem: (key) => forAllTabs.removeItem(key),
  clear: () => forAllTabs.clear(),
  get length() {
    return forAllTabs.length;
  },
};

/** Returns whether GraphiQL opens the tabs of the last visit. It gives up those that it can't read. */
export function hasStoredTabs(): boolean {
  try {
    return JSON.parse(storage.getItem('graphiql:tabState') ?? 'null') !== null;
  } catch {
    return false;
  }
}

function available(read: () => Storage): PageStorage {
  try {
    return read();
  } catch {
    return inMemory();
  }
}

function inMemory(): PageStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
    get length() {
      return items.size;
    },
  };
}
