/** Bodies as they are sent, read by the platform's own parser. */
import { expect, test } from '@jest/globals';
import { encode } from '../../src/upstream/encode.js';
import { endpoints } from '../../src/upstream/endpoints/index.js';

test.each(['logo.png', 'a "b".png', 'line\r\ncontent-type: text/html\r\n\r\n.png', 'größe.png'])(
  'a file keeps its name %j, its media type and its bytes',
  async (name) => {
    const content = Uint8Array.from({ length: 1024 }, (_, index) => index % 256);
    const { body } = encode('', endpoints.organizationLogos.upload, {
      ...{ org_code: 'org_1', type: 'light' },
      logo: { name, type: 'image/png', content },
    });
    const headers = { 'content-type': body!.type };
    const form = await new Response(new Uint8Array(body!.content as Buffer), {
      headers,
    }).formData();
    expect([...form.keys()]).toEqual(['logo']);
    const file = form.get('logo') as File;
    expect([file.name, file.type]).toEqual([name, 'image/png']);
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(content);
  },
);
