/** Reads the image file that an input holds as text. */
import { InputError } from '../graphql/user-errors.js';
import { checkSvg } from './svg.js';

/** An image whose content is of its media type. */
export interface ImageFile {
  /** Its media type, such as `image/png`. */
  type: string;
  /** The extension of such files, such as `png`. */
  extension: string;
  content: Buffer;
}

/** In base64 it takes 683 KiB, which leaves room in a request of 1 MB, and is under Kinde's 1 MB. */
const MAX_IMAGE_BYTES = 512 * 1024;

type Format = Pick<ImageFile, 'type' | 'extension'> & { isBegunBy: (start: string) => boolean };

/** The formats that begin with certain bytes, which `start` has as Latin-1. */
const FORMATS: readonly Format[] = [
  {
    type: 'image/png',
    extension: 'png',
    isBegunBy: (start) => start.startsWith('\x89PNG\r\n\x1a\n'),
  },
  { type: 'image/jpeg', extension: 'jpg', isBegunBy: (start) => start.startsWith('\xff\xd8\xff') },
  { type: 'image/gif', extension: 'gif', isBegunBy: (start) => /^GIF8[79]a/.test(start) },
  { type: 'image/webp', extension: 'webp', isBegunBy: (start) => /^RIFF.{4}WEBP/s.test(start) },
  {
    type: 'image/avif',
    extension: 'avif',
    // The first box of the file names the brands that it is compatible with.
    isBegunBy: (start) => /^.{4}ftyp(?:.{4}){0,8}?avi[fs]/s.test(start),
  },
];

/** Returns the image that a value in base64, or a `data:` URL, stands for. Throws an InputError that names `field`. */
export function readImage(value: string, field: string): ImageFile {
  const refuse = (problem: string) =>
    new InputError([{ message: `\`${field}\` ${problem}`, code: 'INVALID_VALUE', field: [field] }]);

  const base64 = value.replace(/^data:[^,]{0,100};base64,/i, '');
  const bytes = Buffer.byteLength(base64, 'base64');
  if (bytes > MAX_IMAGE_BYTES) {
    throw refuse(`has ${bytes} bytes, and an image may have ${MAX_IMAGE_BYTES} (512 KiB).`);
  }
  if (base64.length % 4 !== 0 || !/^[A-Za-z\d+/]+={0,2}$/.test(base64)) {
    throw refuse(
      'is not in base64: A to Z, a to z, 0 to 9, + and /, padded with = to whole fours.',
    );
  }
  const content = Buffer.from(base64, 'base64');
  const start = content.toString('latin1', 0, 64);
  const format = FORMATS.find(({ isBegunBy }) => isBegunBy(start));
  if (format !== undefined) return { type: format.type, extension: format.extension, content };

  const { isSvg, problem } = checkSvg(content.toString());
  if (!isSvg) {
    const first = content.toString('hex', 0, 8);
    throw refuse(
      `is no PNG, JPEG, GIF, WebP, AVIF or SVG image. Its first bytes are ${first} in hexadecimal.`,
    );
  }
  if (problem !== undefined) {
    throw refuse(`is an SVG that ${problem}. A logo may hold shapes, texts, styles and images.`);
  }
  return { type: 'image/svg+xml', extension: 'svg', content };
}
