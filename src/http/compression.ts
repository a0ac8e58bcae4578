/** Compression of response bodies. */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';

/** In order of preference where the client has none. */
const ENCODINGS = ['br', 'gzip'] as const;

export type Encoding = (typeof ENCODINGS)[number];

/** Below this length a body fits into one packet, compressed or not. */
export const MIN_LENGTH = 1024;

/** Half of the highest quality: for JSON about a tenth larger, in a tenth of the time. */
const BROTLI_QUALITY = 5;

/** The types of the package lack the second parameter. */
interface EncodingNegotiator {
  encoding(
    available: readonly string[],
    options: { preferred: readonly string[] },
  ): string | undefined;
}

/**
 * Returns the encoding of a response, undefined for none. A page that cannot read the response, because
 * CORS does not allow its origin, gets it uncompressed: from the length of a compressed response it
 * could guess the content, byte by byte (BREACH, HEIST).
 */
export function negotiateEncoding(
  { headers }: FastifyRequest,
  reply: FastifyReply,
): Encoding | undefined {
  if (headers['accept-encoding'] === undefined) return undefined;
  const site = headers['sec-fetch-site'] ?? 'none';
  const isReadable = site === 'none' || site === 'same-origin';
  if (!isReadable && !reply.hasHeader('access-control-allow-origin')) return undefined;
  const negotiator: EncodingNegotiator = new Negotiator({ headers });
  return negotiator.encoding(ENCODINGS, { preferred: ENCODINGS }) as Encoding | undefined;
}

const compressors: Readonly<Record<Encoding, (body: string | Buffer) => Promise<Buffer>>> = {
  br: (body) => {
    const size = Buffer.byteLength(body);
    const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
    const params = { [BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [BROTLI_PARAM_SIZE_HINT]: size };
    return promisify(brotliCompress)(body, { params });
  },
  gzip: promisify<string | Buffer, Buffer>(gzip),
};

/** Compresses a body, outside the event loop. */
export function compress(body: string | Buffer, encoding: Encoding): Promise<Buffer> {
  return compressors[encoding](body);
}
