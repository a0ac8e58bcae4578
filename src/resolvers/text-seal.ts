import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto';
import type { TextSeal } from '../graphql/context.js';

const TAG_BYTES = 16;

/**
 * Creates a seal from a secret that all replicas have; returns undefined without one. The tag of a
 * text is also the IV, as in AES-SIV (RFC 5297), so that a response that hasn't changed keeps its ETag.
 */
export function createTextSeal(secret: string | undefined): TextSeal | undefined {
  if (secret === undefined) return undefined;
  const keys = Buffer.from(hkdfSync('sha256', secret, '', 'kinde-graphql text seal', 64));
  const macKey = keys.subarray(0, 32);
  const cipherKey = keys.subarray(32);
  const tagOf = (text: string, purpose: string) =>
    createHmac('sha256', macKey)
      .update(JSON.stringify([purpose, text]))
      .digest()
      .subarray(0, TAG_BYTES);
  return {
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
