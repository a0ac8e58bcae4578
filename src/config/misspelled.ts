/** Finds variables of the environment that are probably misspelled settings, which would do nothing. */

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
    Math.abs(name.length - setting.length) <= mistakes && mistakesIn(name, setting) <= mistakes
  );
}

/** Returns how many letters of a name are missing, too many, wrong or swapped with the next one. */
function mistakesIn(name: string, setting: string): number {
  const rows = [Array.from({ length: setting.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= name.length; row++) {
    const [above, twoAbove] = [rows[row - 1]!, rows[row - 2]];
    const current = [row];
    for (let column = 1; column <= setting.length; column++) {
      const isSame = name[row - 1] === setting[column - 1];
      const isSwapped =
        name[row - 1] === setting[column - 2] && name[row - 2] === setting[column - 1];
      current.push(
        Math.min(
          above[column - 1]! + (isSame ? 0 : 1),
          above[column]! + 1,
          current[column - 1]! + 1,
          isSwapped && twoAbove !== undefined ? twoAbove[column - 2]! + 1 : Infinity,
        ),
      );
    }
    rows.push(current);
  }
  return rows[name.length]![setting.length]!;
}
