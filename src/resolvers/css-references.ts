/** A part of the document, or a file that is within the style itself. */
const INNER_REFERENCE =
  /^\s*["']?\s*(?:#|data:(?:image\/(?:png|jpeg|gif|webp|avif)|font\/|application\/(?:x-)?font))/i;

/**
 * Returns the first text in a style by which a browser reads another file; undefined without one. Functions
 * other than `url()` also take addresses as plain strings.
 */
export function findOuterReference(style: string): string | undefined {
  const text = unescaped(style);
  const [other] = /@import|\b(?:image|image-set|cross-fade|src)\(/i.exec(text) ?? [];
  if (other !== undefined) return other;
  for (const { 0: start, index } of text.matchAll(/url\(/gi)) {
    const value = text.slice(index + start.length, index + 200);
    if (!INNER_REFERENCE.test(value)) return /^[^)]*\)?/.exec(start + value)![0];
  }
  return undefined;
}

/** Returns a style without the escapes in which any name can be written: `u\72 l` is `url`. */
function unescaped(style: string): string {
  if (!style.includes('\\')) return style;
  return style.replace(/\\(?:([\da-f]{1,6})\s?|([^]))/gi, (_escape, code: string, character) => {
    if (code === undefined) return character === '\n' ? '' : String(character);
    const point = parseInt(code, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  });
}
