const isHistory = (key: string) => /:(queries|favorites)$/.test(key);

/**
 * localStorage without credentials: GraphiQL leaves headers out of the tabs that it stores unless
 * its settings say otherwise, but keeps them with each operation of the history.
 */
export const storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'> = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) =>
    localStorage.setItem(
      key,
      isHistory(key)
        ? JSON.stringify(JSON.parse(value, (name, part) => (name === 'headers' ? undefined : part)))
        : value,
    ),
  removeItem: (key) => localStorage.removeItem(key),
  clear: () => localStorage.clear(),
  get length() {
    return localStorage.length;
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
