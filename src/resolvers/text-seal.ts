import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto';
import type { TextSeal } from '../graphql/context.js';

const TAG_BYTES = 16;

/** The secret that texts are encrypted with. It may change. */
export interface SealSecret {
  /** Returns the value of now. */
  read(): string;
  /** Returns the values that this process has seen, the newest first. */
  known(): readonly string[];
}

/** A seal with one value of the secret. */
type Sealer = Omit<TextSeal, 'isFingerprint'>;

/** How often a text that doesn't open has the secret read again, at most. */
const READ_AGAIN_AFTER_MS = 1_000;

/**
 * Creates a seal from a secret that all replicas have; returns undefined without one. The tag of a
 * text is also the IV, as in AES-SIV (RFC 5297), so that a response that hasn't changed keeps its ETag.
 * What was sealed with an earlier value of the secret still opens.
 */
export function createTextSeal(secret: SealSecret | undefined): TextSeal | undefined {
  if (secret === undefined) return undefined;
  const sealers = new Map<string, Sealer>();
  const sealerOf = (value: string): Sealer => {
    let sealer = sealers.get(value);
    if (sealer === undefined) sealers.set(value, (sealer = sealWith(value)));
    return sealer;
  };
  const open: TextSeal['open'] = (sealed, purpose) => {
    for (const value of secret.known()) {
      const text = sealerOf(value).open(sealed, purpose);
      if (text !== undefined) return text;
    }
    return undefined;
  };
  let readAt = -Infinity;
  return {
    seal: (text, purpose) => sealerOf(secret.known()[0]!).seal(text, purpose),
    fingerprint: (text) => sealerOf(secret.known()[0]!).fingerprint(text),
    isFingerprint: (fingerprint, text) =>
      secret.known().some((value) => sealerOf(value).fingerprint(text) === fingerprint),
    open: (sealed, purpose) => {
      const text = open(sealed, purpose);
      if (text !== undefined || performance.now() - readAt < READ_AGAIN_AFTER_MS) return text;
      // Another replica may have the next secret already.
      readAt = performance.now();
      const [before] = secret.known();
      return secret.read() === before ? undefined : open(sealed, purpose);
    },
  };
}

function sealWith(secret: string): Sealer {
  const keys = Buffer.from(hkdfSync('sha256', secret, '', 'kinde-graphql text seal', 96));
  const macKey = keys.subarray(0, 32);
  const cipherKey = keys.subarray(32, 64);
  const fingerprintKey = keys.subarray(64);
  const tagOf = (text: string, purpose: string) =>
    createHmac('sha256', macKey)
      .update(JSON.stringify([purpose, text]))
      .digest()
      .subarray(0, TAG_BYTES);
  return {
    fingerprint: (text) =>
      createHmac('sha256', fingerprintKey).update(text).digest('base64url').slice(0, 11),
    seal: (text, purpose) => {
      const tag = tagOf(text, purpose);
      const cipher = createCipheriv('aes-256-ctr', cipherKey, tag);
      return Buffer.concat([tag, cipher.update(text), cipher.final()]).toString('base64url');
    },
    open: (sealed, purpose) => {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < TAG_BYTES) return undefined;
      const tag = bytes.subarray(0, TAG_BYTES);
      const decipher = createDecipheriv('aes-256-ctr', cipherKey, tag);
      const text = Buffer.concat([
        decipher.update(bytes.subarray(TAG_BYTES)),
        decipher.final(),
      ]).toString();
      return timingSafeEqual(tag, tagOf(text, purpose)) ? text : undefined;
    },
  };
}
