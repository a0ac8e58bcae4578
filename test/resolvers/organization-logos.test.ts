/** An organization's logos through the door: read, uploaded as a file to Kinde, and deleted. */
import { describe, expect, test } from '@jest/globals';
import { startDomain } from '../support/domain.js';

const domain = startDomain();
const organization = () => domain.gateway.emulator.state.organization(domain.organizationCode);
const path = (type = '') => `/api/v1/organizations/${domain.organizationCode}/logos${type}`;
const details = () => `GET /api/v1/organization?code=${domain.organizationCode}`;

const LOGOS = `query ($code: ID!) {
  organization(code: $code) { logos { id type fileName path } }
}`;

const readLogos = async (): Promise<any[]> =>
  (await domain.gateway.query(LOGOS, { code: domain.organizationCode })).organization.logos;

const upload = (data: string, type = 'LIGHT', fields = 'organization { code }') =>
  domain.mutate(
    'uploadOrganizationLogo',
    { organizationCode: domain.organizationCode, type, data },
    fields,
  );
const remove = (type: string, fields = 'organization { code }') =>
  domain.mutate(
    'deleteOrganizationLogo',
    { organizationCode: domain.organizationCode, type },
    fields,
  );

const base64 = (content: string | Uint8Array) => Buffer.from(content).toString('base64');
const svg = (inside = '', root = '') =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"${root}>${inside}</svg>`;

/** The beginnings of files, by media type and the extension that the upload is named with. */
const FILES: [string, string, Uint8Array | string][] = [
  ['image/png', 'png', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 255])],
  ['image/jpeg', 'jpg', Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 16])],
  ['image/gif', 'gif', 'GIF89a\x01\0'],
  ['image/webp', 'webp', 'RIFF\x08\0\0\0WEBPVP8 '],
  ['image/avif', 'avif', '\0\0\0\x1cftypavif\0\0\0\0avifmif1'],
  ['image/avif', 'avif', '\0\0\0\x1cftypmif1\0\0\0\0mif1avif'],
  ['image/svg+xml', 'svg', svg('<circle r="4"/>')],
];

describe('reads', () => {
  test('list the logos with one call, and find one by its global id', async () => {
    await upload(base64(svg()), 'DARK');
    domain.gateway.calls();
    const logos = await readLogos();
    expect(domain.gateway.calls()).toEqual([details(), `GET ${path()}`]);
    expect(logos).toContainEqual({
      id: expect.any(String),
      type: 'DARK',
      fileName: 'logo_dark.svg',
      path: `/logo_dark?p_org_code=${domain.organizationCode}`,
    });
    const { id } = logos.find(({ type }) => type === 'DARK');
    const { node } = await domain.gateway.query(
      'query ($id: ID!) { node(id: $id) { ... on OrganizationLogo { type fileName } } }',
      { id },
    );
    expect(node).toEqual({ type: 'DARK', fileName: 'logo_dark.svg' });
  });

  test('give null for a type that the schema does not know', async () => {
    domain.gateway.emulator.fault({
      route: 'GET /api/v1/organizations/{org_code}/logos',
      respond: { status: 200, body: { logos: [{ type: 'sepia', file_name: 'old.png' }] } },
    });
    expect(await readLogos()).toMatchObject([{ type: null, fileName: 'old.png', path: null }]);
  });

  test('are denied without the scope, before any call', async () => {
    const { data, errors } = await domain.executeWith(['update:organizations'], LOGOS, {
      code: domain.organizationCode,
    });
    expect(data.organization).toBeNull();
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'read:organizations' } },
    ]);
    expect(domain.gateway.calls()).toEqual([]);
  });
});

describe('uploadOrganizationLogo', () => {
  test.each(FILES)('sends a file of the type %s as .%s', async (type, extension, content) => {
    const payload = await upload(
      base64(content),
      'LIGHT',
      'organization { branding { logo } } organizationLogo { type fileName }',
    );
    expect(payload).toEqual({
      organization: {
        branding: {
          logo: `https://images.example.com/${domain.organizationCode}/logo_light.${extension}`,
        },
      },
      organizationLogo: { type: 'LIGHT', fileName: `logo_light.${extension}` },
      userErrors: [],
    });
    expect(domain.gateway.calls()).toEqual([`POST ${path('/light')}`, details(), `GET ${path()}`]);
    expect(organization().logos.get('light')).toEqual({
      name: `logo_light.${extension}`,
      type,
      content: Uint8Array.from(Buffer.from(content)),
    });
  });

  test('takes the format from the content, whatever a data URL says', async () => {
    expect(await upload(`data:image/png;base64,${base64('GIF87a')}`)).toMatchObject({
      userErrors: [],
    });
    expect(organization().logos.get('light')?.type).toBe('image/gif');
  });

  test('takes up to 512 KiB in one request', async () => {
    const png = Buffer.alloc(512 * 1024 + 1, FILES[0]![2]);
    expect((await upload(base64(png.subarray(0, -1)))).userErrors).toEqual([]);
    expect(organization().logos.get('light')?.content.byteLength).toBe(512 * 1024);
    const { userErrors } = await upload(base64(png));
    expect(userErrors).toEqual([
      {
        code: 'INVALID_VALUE',
        kindeCode: null,
        field: ['data'],
        message: '`data` has 524289 bytes, and an image may have 524288 (512 KiB).',
      },
    ]);
    expect(domain.gateway.calls()).toEqual([]);
  });

  test.each<[string, string, RegExp]>([
    ['nothing', '', /not in base64/],
    ['a data URL without data', 'data:image/png;base64,', /not in base64/],
    ['base64url', 'iVBORw0KGgo_-w==', /not in base64/],
    ['lines', 'iVBO\nRw0=', /not in base64/],
    ['missing padding', 'iVBORw0KGg', /not in base64/],
    ['HTML', base64('<!doctype html><p>'), /no PNG.*first bytes are 3c21646f63747970/],
    ['XML of another kind', base64('<html xmlns="x"><svg/></html>'), /no PNG/],
    ['a PDF', base64('%PDF-1.7'), /no PNG/],
    ['an icon', base64('\0\0\x01\0'), /no PNG/],
    ['half a PNG signature', base64(Uint8Array.from([0x89, 0x50, 0x4e, 0x47])), /no PNG/],
  ])('refuses %s before any call', async (_, data, message) => {
    const { userErrors } = await upload(data);
    expect(userErrors).toEqual([
      {
        code: 'INVALID_VALUE',
        kindeCode: null,
        field: ['data'],
        message: expect.stringMatching(message),
      },
    ]);
    expect(domain.gateway.calls()).toEqual([]);
  });

  test.each([
    ['a script', svg('<script>alert(1)</script>')],
    ['a script with a prefix', svg('<s:script/>', ' xmlns:s="http://www.w3.org/2000/svg"')],
    ['a script in capitals', svg('<SCRIPT/>')],
    ['an event handler', svg('', ' onload="alert(1)"')],
    ['HTML in a foreign object', svg('<foreignObject/>')],
    ['HTML', svg('<h:iframe/>', ' xmlns:h="http://www.w3.org/1999/xhtml"')],
    ['a script in a link', svg('<a href="java&#115;cript:alert(1)"/>')],
    ['a link to elsewhere', svg('<image xlink:href="https://tracker.example/p.png"/>')],
    ['an SVG inside', svg('<use href="data:image/svg+xml;base64,PHN2Zz4=#x"/>')],
    ['an animation of a link', svg('<set attributeName="xlink:href" to="javascript:alert(1)"/>')],
    ['an animation of a handler', svg('<set attributeName="onclick" to="alert(1)"/>')],
    ['entities', `<!DOCTYPE svg [<!ENTITY a "&#60;script/>">]>${svg('&a;')}`],
    ['a style sheet from elsewhere', `<?xml-stylesheet href="https://x.example/a.css"?>${svg()}`],
    ['an import in a style', svg('<style>@import "https://x.example/a.css";</style>')],
    ['an import in pieces', svg('<style>@\\69m<![CDATA[po]]>r&#116; "//x.example"</style>')],
    ['an import around an element', svg('<style>@im<g/>port "//x.example"</style>')],
    ['an import on which it ends', svg('<style>a{}</style><style>@IMPORT "//x.example"</style>')],
    ['a picture of a style', svg('<style>g { fill: u\\000072 l( "https://x.example/p")}</style>')],
    ['a font from elsewhere', svg('<style>@font-face{src:url(#a),url(//x.example/f)}</style>')],
    ['a set of images', svg('<g style="mask: image-set(\'//x.example/p\' 1x)"/>')],
    ['a filter from elsewhere', svg('<g filter="url(https://x.example/f.svg#f)"/>')],
    ['an animation to elsewhere', svg('<set attributeName="fill" to="url(//x.example#f)"/>')],
    ['a base elsewhere', svg('<use href="#a"/>', ' xml:base="https://x.example/"')],
    ['an end that is missing', svg().slice(0, -1)],
  ])('refuses an SVG with %s before any call', async (_, content) => {
    const { userErrors } = await upload(base64(content));
    expect(userErrors).toEqual([
      {
        code: 'INVALID_VALUE',
        kindeCode: null,
        field: ['data'],
        message: expect.stringMatching(/^`data` is (?:an SVG that|no PNG)/),
      },
    ]);
    expect(domain.gateway.calls()).toEqual([]);
  });

  test('accepts SVGs of drawing programs', async () => {
    const drawing = `\uFEFF<?xml version="1.0" encoding="UTF-8" standalone="no"?>
      <!-- Drawn by hand -->
      <!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
      <svg:svg xmlns:svg="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
        <svg:style><![CDATA[
          /* Made at https://draw.example */
          @font-face { font-family: "A\\20 B"; src: url('data:font/woff2;base64,d09GMg==') }
          .a { fill: #fff; filter: url(#dot) }
        ]]></svg:style>
        <svg:defs><svg:circle id="dot" r="1"/></svg:defs>
        <svg:g sodipodi:docname="image(1).svg" data-name="image-set(2)" id="src(3)"/>
        <svg:use xlink:href="#dot" fill="url( #dot )" style="mask:url(&quot;#dot&quot;)" transform="scale(2)"/>
        <svg:image href="data:image/png;base64,iVBORw0KGgo="/>
        <svg:text>Fish &amp; chips</svg:text>
        <svg:animate attributeName="opacity" values="0;1"/>
      </svg:svg>`;
    expect((await upload(base64(drawing))).userErrors).toEqual([]);
    expect(organization().logos.get('light')?.type).toBe('image/svg+xml');
  });

  test('passes on why Kinde refuses a logo', async () => {
    domain.gateway.emulator.fault({
      route: 'POST /api/v1/organizations/{org_code}/logos/{type}',
      respond: {
        status: 400,
        body: { errors: [{ code: 'INVALID_LOGO_FORMAT', message: 'Not a picture.' }] },
      },
    });
    expect(await upload(base64(svg()))).toEqual({
      organization: null,
      userErrors: [
        {
          code: 'REFUSED_BY_KINDE',
          kindeCode: 'INVALID_LOGO_FORMAT',
          field: ['data'],
          message: 'Not a picture.',
        },
      ],
    });
  });

  test('is denied without the scope, before any call', async () => {
    const { data, errors } = await domain.executeWith(
      ['read:organizations'],
      `mutation ($input: UploadOrganizationLogoInput!) {
        uploadOrganizationLogo(input: $input) { userErrors { code } }
      }`,
      { input: { organizationCode: domain.organizationCode, type: 'LIGHT', data: base64(svg()) } },
    );
    expect(data).toEqual({ uploadOrganizationLogo: null });
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'update:organizations' } },
    ]);
    expect(domain.gateway.calls()).toEqual([]);
  });
});

describe('deleteOrganizationLogo', () => {
  test('deletes the logo of the type, and returns its global id', async () => {
    await upload(base64(svg()), 'DARK');
    const { id } = (await readLogos()).find(({ type }) => type === 'DARK');
    expect(
      await remove(
        'DARK',
        'deletedOrganizationLogoId organization { branding { logoDark } logos { type } }',
      ),
    ).toEqual({
      deletedOrganizationLogoId: id,
      organization: {
        branding: { logoDark: null },
        logos: expect.not.arrayContaining([{ type: 'DARK' }]),
      },
      userErrors: [],
    });
    expect(domain.gateway.calls()).toEqual([`DELETE ${path('/dark')}`, details(), `GET ${path()}`]);
    expect(organization().logos.has('dark')).toBe(false);
  });

  test('succeeds where there is none, when Kinde responds with 204', async () => {
    organization().logos.delete('dark');
    expect(await remove('DARK')).toEqual({
      organization: { code: domain.organizationCode },
      userErrors: [],
    });
    expect(domain.gateway.emulator.requests.map(({ status }) => status)).toEqual([204]);
  });
});

test.each(['uploadOrganizationLogo', 'deleteOrganizationLogo'])(
  '%s names an organization that does not exist',
  async (mutation) => {
    const data = mutation === 'uploadOrganizationLogo' ? { data: base64(svg()) } : {};
    const { userErrors } = await domain.mutate(mutation, {
      ...{ organizationCode: 'org_none', type: 'LIGHT' },
      ...data,
    });
    expect(userErrors).toMatchObject([
      { kindeCode: 'ORGANIZATION_NOT_FOUND', field: ['organizationCode'] },
    ]);
  },
);

test('cached logos and branding are read again after an upload', async () => {
  const scopes = ['read:organizations', 'update:organizations'];
  const read = async () => {
    const { data } = await domain.executeWith(
      scopes,
      'query ($code: ID!) { organization(code: $code) { branding { logo } logos { fileName } } }',
      { code: domain.organizationCode },
    );
    return data.organization;
  };
  organization().logos.clear();
  organization().profile.logo = null;
  expect(await read()).toEqual({ branding: { logo: null }, logos: [] });
  await domain.executeWith(
    scopes,
    `mutation ($input: UploadOrganizationLogoInput!) {
      uploadOrganizationLogo(input: $input) { userErrors { code } }
    }`,
    { input: { organizationCode: domain.organizationCode, type: 'LIGHT', data: base64(svg()) } },
  );
  expect(await read()).toEqual({
    branding: { logo: expect.stringContaining('logo_light.svg') },
    logos: [{ fileName: 'logo_light.svg' }],
  });
});
