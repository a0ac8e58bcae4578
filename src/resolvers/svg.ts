/** Tells an SVG that is only a picture from one that runs scripts on the domain which serves it. */
import { SaxesParser } from 'saxes';

export interface SvgCheck {
  /** Whether the root element is `svg`. */
  isSvg: boolean;
  /** What an SVG has that a picture needs not, as in "has the element `script`". */
  problem?: string;
}

/** Ends the parsing. Its message is the problem. */
class Refusal extends Error {}

/** Elements with scripts, or with HTML inside. */
const ACTIVE_ELEMENTS: ReadonlySet<string> = new Set([
  'script',
  'handler',
  'listener',
  'foreignobject',
]);

const HTML_NAMESPACE = 'http://www.w3.org/1999/xhtml';

/** A link inside the file, or an image that is part of it. */
const INNER_REFERENCE = /^\s*(?:#|data:image\/(?:png|jpeg|gif|webp|avif)[;,])/i;

/** Checks a text that may be an SVG. */
export function checkSvg(text: string): SvgCheck {
  // To resolve namespaces takes time that grows with the square of the depth. Local names do as well.
  const parser = new SaxesParser({ xmlns: false });
  let isSvg = false;
  parser.on('opentag', ({ name, attributes }) => {
    if (!isSvg && localName(name) !== 'svg') throw new Refusal('has another root element');
    isSvg = true;
    checkElement(name);
    for (const [attribute, value] of Object.entries(attributes)) checkAttribute(attribute, value);
  });
  parser.on('doctype', (declaration) => {
    if (declaration.includes('[')) throw new Refusal('declares entities');
  });
  parser.on('processinginstruction', ({ target }) => {
    throw new Refusal(`has the processing instruction \`${target}\``);
  });
  parser.on('error', () => {
    throw new Refusal('is not well-formed XML');
  });
  try {
    parser.write(text).close();
    return { isSvg };
  } catch (error) {
    if (error instanceof Refusal) return { isSvg, problem: error.message };
    throw error;
  }
}

/** Returns a name without its prefix, in lower case. */
const localName = (name: string) => name.slice(name.indexOf(':') + 1).toLowerCase();

function checkElement(name: string): void {
  if (ACTIVE_ELEMENTS.has(localName(name))) throw new Refusal(`has the element \`${name}\``);
}

function checkAttribute(name: string, value: string): void {
  const local = localName(name);
  if (value === HTML_NAMESPACE) throw new Refusal('has HTML inside');
  if (local.startsWith('on')) throw new Refusal(`has the event handler \`${name}\``);
  if (local === 'href' && !INNER_REFERENCE.test(value)) {
    throw new Refusal(`has the attribute \`${name}\` with a link to elsewhere`);
  }
  // Animations can set what is refused above.
  if (local === 'attributename' && /^(?:on|href$)/.test(localName(value.trim()))) {
    throw new Refusal(`animates the attribute \`${value.trim().slice(0, 40)}\``);
  }
}
