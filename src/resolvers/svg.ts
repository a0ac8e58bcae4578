/**
 * Tells an SVG that is only a picture from one that runs scripts on the domain which serves it, or that
 * tells another server who looks at it.
 */
import { SaxesParser } from 'saxes';
import { findOuterReference } from './css-references.js';

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
  /** The text of the style element that is open. */
  let style: string | undefined;
  parser.on('opentag', ({ name, attributes }) => {
    if (!isSvg && localName(name) !== 'svg') throw new Refusal('has another root element');
    isSvg = true;
    checkElement(name);
    for (const [attribute, value] of Object.entries(attributes)) checkAttribute(attribute, value);
    // Browsers join the texts around it, so that neither is what it seems.
    if (style !== undefined) throw new Refusal('has an element inside a style');
    if (localName(name) === 'style') style = '';
  });
  const addStyle = (text: string) => {
    if (style !== undefined) style += text;
  };
  parser.on('text', addStyle);
  parser.on('cdata', addStyle);
  parser.on('closetag', () => {
    checkStyle(style ?? '');
    style = undefined;
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

/**
 * Attributes that no browser reads as a style, and in which editors write names of files and layers. No
 * style has a prefix.
 */
const NO_STYLE = /:|^(?:id|class|data-.*|aria-.*)$/i;

/** Returns a name without its prefix, in lower case. */
const localName = (name: string) => name.slice(name.indexOf(':') + 1).toLowerCase();

function checkElement(name: string): void {
  if (ACTIVE_ELEMENTS.has(localName(name))) throw new Refusal(`has the element \`${name}\``);
}

function checkAttribute(name: string, value: string): void {
  const local = localName(name);
  if (value === HTML_NAMESPACE) throw new Refusal('has HTML inside');
  if (local.startsWith('on')) throw new Refusal(`has the event handler \`${name}\``);
  if ((local === 'href' || name === 'xml:base') && !INNER_REFERENCE.test(value)) {
    throw new Refusal(`has the attribute \`${name}\` with a link to elsewhere`);
  }
  if (!NO_STYLE.test(name)) checkStyle(value);
  // Animations can set what is refused above.
  if (local === 'attributename' && /^(?:on|href$)/.test(localName(value.trim()))) {
    throw new Refusal(`animates the attribute \`${value.trim().slice(0, 40)}\``);
  }
}

/** Styles are in elements, and in attributes such as `style`, `fill` and `to`. */
function checkStyle(text: string): void {
  const reference = findOuterReference(text);
  if (reference === undefined) return;
  throw new Refusal(`has the style \`${reference.slice(0, 40)}\`, which reads another file`);
}
