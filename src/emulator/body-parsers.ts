/** How the emulated API reads bodies: JSON, and the files of a multipart form. */
import type { FastifyInstance } from 'fastify';
import type { FileUpload } from '../upstream/endpoint.js';
import { invalid } from './errors.js';

export function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    // Clients that set the type on every request send it with no body at all, too.
    if (text.length === 0) return done(null);
    try {
      done(null, JSON.parse(text.toString()));
    } catch {
      done(invalid('INVALID_JSON', 'The body is not JSON'));
    }
  });
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: MAX_FORM_BYTES },
    async ({ headers }: { headers: Record<string, unknown> }, body: Buffer) =>
      parseForm(String(headers['content-type']), body),
  );
}

/** Room for a logo, which Kinde takes up to 1 MB, and for what surrounds it. */
const MAX_FORM_BYTES = 1_100_000;

/** The parts of a form by name. No JSON has a Map, so that neither can pass for the other. */
export type Form = ReadonlyMap<string, string | FileUpload>;

/** Returns the parts of a form by name, read by the platform's own parser. */
async function parseForm(contentType: string, body: Buffer): Promise<Form> {
  const headers = { 'content-type': contentType };
  const form = await new Response(new Uint8Array(body), { headers }).formData().catch(() => {
    throw invalid('INVALID_FORM', 'The body is not a multipart form');
  });
  const parts = await Promise.all(
    [...form.entries()].map(async ([name, part]) => [name, await readPart(part)] as const),
  );
  return new Map(parts);
}

async function readPart(part: File | string): Promise<string | FileUpload> {
  if (typeof part === 'string') return part;
  return { name: part.name, type: part.type, content: new Uint8Array(await part.arrayBuffer()) };
}
