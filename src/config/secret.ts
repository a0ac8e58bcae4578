/** Secrets in files, as Docker and Kubernetes mount them, which may change while the process runs. */
import { readFileSync } from 'node:fs';

/** A secret as it is at any time. */
export interface Secret {
  /** Returns the value of now. */
  read(): string;
  /** Returns the values that this process has seen, the newest first. */
  known(): readonly string[];
}

/** The new value, the one before, and one more for a rotation that was taken back. */
const MOST_KNOWN = 3;

/**
 * Returns a secret that is read from its file at each use; one without a file never changes. While the
 * file can't be read or is empty, as in the middle of a replacement, the last value holds.
 */
export function openSecret(value: string, file: string | undefined): Secret {
  let known: readonly string[] = [value];
  return {
    read: () => {
      const now = file === undefined ? value : (tryRead(file) ?? known[0]!);
      if (now !== known[0]) {
        known = [now, ...known.filter((other) => other !== now)].slice(0, MOST_KNOWN);
      }
      return now;
    },
    known: () => known,
  };
}

/** Returns the text of a secret's file, without the line break that editors add. Throws if it can't be read. */
export function readSecretFile(file: string): string {
  return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
}

function tryRead(file: string): string | undefined {
  try {
    return readSecretFile(file) || undefined;
  } catch {
    return undefined;
  }
}
