/** How many entries a page may have: Kinde documents 500, and is said to refuse more than 100. */
import type { CallArguments } from './call.js';
import { hasFailed, UpstreamError } from './errors.js';

/** What Kinde's code or message says when it is the size of a page that it refuses. */
const PAGE_SIZE = /\bpage[ _-]?size\b|PAGE_?SIZE|\bper[ _-]page\b/i;

/** The API's own default: a smaller number in a message is no page size. */
const SMALLEST = 10;

/** The sizes to fall back to where the message names none. */
const FALLBACKS = [100, 50, SMALLEST];

export interface PageSizeOptions {
  /** Entries of the largest page that is asked for at first. */
  size: number;
  /** Called when Kinde has refused a page, with the new limit. */
  onLowered?: ((size: number) => void) | undefined;
}

/** The largest page size that Kinde accepts, as far as this process has learned. */
export class PageSizeLimit {
  #size: number;
  readonly #onLowered: (size: number) => void;

  constructor({ size, onLowered = () => undefined }: PageSizeOptions) {
    this.#size = size;
    this.#onLowered = onLowered;
  }

  get size(): number {
    return this.#size;
  }

  /** Returns the arguments of a call with no larger page than Kinde accepts. */
  apply(args: CallArguments): CallArguments {
    const { page_size: size } = args;
    return typeof size === 'number' && size > this.#size
      ? { ...args, page_size: this.#size }
      : args;
  }

  /**
   * Learns from a failed call. Returns whether to make it again, with a smaller page; throws when Kinde
   * accepts no page at all, since that isn't the caller's mistake. The limit holds for all routes.
   */
  shouldRetry(error: unknown, { page_size: refused, ...others }: CallArguments): boolean {
    if (typeof refused !== 'number' || !hasFailed(error, 'BAD_REQUEST')) return false;
    const { reasons, route, status } = error as UpstreamError;
    // A message may repeat what the caller asked for, and nobody may lower the limit for all others.
    const isRepeatable = PAGE_SIZE.test(JSON.stringify(others));
    const reason = reasons.find(({ code, message }) =>
      PAGE_SIZE.test(isRepeatable ? code : `${code} ${message}`),
    );
    if (reason === undefined) return false;
    if (this.#size < refused) return true;
    const size = smallerSize(reason.message, refused);
    if (size === undefined) {
      throw new UpstreamError('BAD_RESPONSE', `${route} accepts no page size`, {
        ...(route && { route }),
        ...(status && { status }),
        cause: error,
      });
    }
    this.#size = size;
    this.#onLowered(this.#size);
    return true;
  }
}

/** Returns the largest size that the message names ("between 1 and 100"), or else the next fallback. */
function smallerSize(message: string, refused: number): number | undefined {
  const named = [...message.matchAll(/\d+/g)]
    .map(([digits]) => Number(digits))
    .filter((size) => size >= SMALLEST && size < refused);
  return named.length > 0 ? Math.max(...named) : FALLBACKS.find((size) => size < refused);
}
