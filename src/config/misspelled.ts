/** Finds variables of the environment that are probably misspelled settings, which would do nothing. */
import { editDistance } from '../edit-distance.js';

/** Many variables of other programs resemble a shorter name. */
const SHORTEST_NAME = 8;
const LONG_NAME = 12;

/** Kubernetes and Docker tell a container the addresses of other services so. */
const SERVICE_LINK = /^(tcp|udp|sctp):\/\//;

/** Returns a sentence for each variable that resembles the name of a setting, unless that is set as well. */
export function misspelledSettings(
  env: Readonly<Record<string, string | undefined>>,
  known: ReadonlySet<string>,
): string[] {
  const unset = [...known].filter((name) => !env[name] && name.length >= SHORTEST_NAME);
  return Object.entries(env).flatMap(([name, value]) => {
    if (!value || known.has(name) || SERVICE_LINK.test(value)) return [];
    const meant = unset.find((setting) => resembles(name.toUpperCase(), setting));
    return meant === undefined ? [] : [`There is no setting ${name}. Did you mean ${meant}?`];
  });
}

function resembles(name: string, setting: string): boolean {
  const mistakes = setting.length < LONG_NAME ? 1 : 2;
  return (
    Math.abs(name.length - setting.length) <= mistakes &&
    editDistance(name, setting, { swapCost: 1 }) <= mistakes
  );
}
