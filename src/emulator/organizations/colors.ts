import type { Color } from '../../upstream/types.js';
import { invalid } from '../errors.js';

/**
 * A colour as it comes out, from the text that it went in as. A decision: only hexadecimal colours
 * are taken, since no other notation is documented.
 */
export function color(raw: string): Color {
  const digits = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(raw)?.[1];
  if (!digits) throw invalid('INVALID_COLOR', `Not a hexadecimal color: ${raw}`);
  const long = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits;
  return { raw, hex: `#${long}`, hsl: hsl(Number.parseInt(long, 16)) };
}

function hsl(rgb: number): string {
  const red = (rgb >> 16) / 255;
  const green = ((rgb >> 8) & 255) / 255;
  const blue = (rgb & 255) / 255;
  const max = Math.max(red, green, blue);
  const min = Math.min(red, green, blue);
  const range = max - min;
  const lightness = (max + min) / 2;
  const saturation = range === 0 ? 0 : range / (1 - Math.abs(2 * lightness - 1));
  let hue = 0;
  if (range > 0) {
    if (max === red) hue = ((green - blue) / range + 6) % 6;
    else if (max === green) hue = (blue - red) / range + 2;
    else hue = (red - green) / range + 4;
  }
  const percent = (share: number) => `${Math.round(share * 100)}%`;
  return `hsl(${Math.round(hue * 60) % 360}, ${percent(saturation)}, ${percent(lightness)})`;
}
