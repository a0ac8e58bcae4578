import { useSyncExternalStore } from 'react';

const codeInAddress = () => location.hash.replace(/^#\/?/, '') || undefined;

function onChange(listener: () => void) {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

/** The organization's code in the address, such as `#/org_1ccfb819462`. */
export const useOrganizationCode = () => useSyncExternalStore(onChange, codeInAddress);
