import fc from 'fast-check';
import type { GatewayWorld } from '../fakes/gateway-world.js';

/** One raw request: the bytes before it, the parts of its request line and its header lines, without Host and Authorization. */
export type RawCall = {
  before: string;
  method: string;
  target: string;
  version: string;
  headers: string[];
  host: string;
};

/** Calls that are allowed, and calls that one of the checks refuses, in plain spelling. */
const CALLS: readonly (readonly [method: string, target: string])[] = [
  ['GET', '/billing/tenants/acme/invoices/7'],
  ['GET', '/billing/tenants/acme/invoices?status=open'],
  ['GET', '/billing/tenants/acme/invoices'],
  ['GET', '/billing/tenants/globex/invoices/7'],
  ['GET', '/billing/tenants/acme/payroll/7'],
  ['GET', '/billing/tenants/acme/secrets'],
  ['GET', '/billing/tenants/acme/invoices?limit=1'],
  ['DELETE', '/billing/tenants/acme/invoices/7'],
  ['PUT', '/billing/tenants/acme/invoices/7'],
  ['GET', '/crm/tenants/acme/invoices/7'],
  ['GET', '/'],
];

/** What the test's grant allows, implemented a second time and independently of the gateway. */
function isAllowed(method: string, url: string): boolean {
  const [path = '', query] = url.split('?');
  const { list, id } = /^\/tenants\/acme\/(?<list>invoices)(?:\/(?<id>[^/?#]+))?$/.exec(path)?.groups ?? {};
  if (list === undefined) return false;
  const mayRead = method === 'GET' || method === 'HEAD';
  if (id === undefined) return mayRead ? listsOnce(query ?? '') : method === 'POST' && query === undefined;
  return isId(id) && query === undefined && (mayRead || method === 'PATCH');
}

/** Any text that every server decodes alike to one segment. */
function isId(id: string): boolean {
  if (!/^(?:[A-Za-z0-9._~!$&'()*+,=:@-]|%[0-9A-F]{2})+$/.test(id)) return false;
  try {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    return !/[/\\%\u0000-\u001f\u007f-\u009f]|^\.\.?$/.test(decodeURIComponent(id));
  } catch {
    return false;
  }
}

/** `status` and `page`, each at most once. */
function listsOnce(query: string): boolean {
  const names = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => decodeURIComponent(pair.split('=')[0] ?? ''));
  return new Set(names).size === names.length && names.every((name) => name === 'status' || name === 'page');
}

type Rewrite = (call: RawCall) => RawCall;
const target =
  (edit: (text: string) => string): Rewrite =>
  (call) => ({ ...call, target: edit(call.target) });
const header =
  (line: string): Rewrite =>
  (call) => ({ ...call, headers: [...call.headers, line] });
/** Only ASCII: `ÿ` would become a letter that is not one byte. */
const capitals = (text: string) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
const escaped = (char: string) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`;

const rewrite: fc.Arbitrary<Rewrite> = fc.oneof(
  // One character in another spelling.
  fc.tuple(fc.nat(), fc.constantFrom('lower', 'upper', 'double', 'overlong', 'wide')).map(([place, how]) =>
    target((text) => {
      const at = place % text.length;
      const char = text[at] ?? '';
      const spelt = {
        lower: escaped(char),
        upper: capitals(escaped(char)),
        double: escaped(char).replace('%', '%25'),
        overlong: `%C0%${(0x80 + (char.charCodeAt(0) & 0x3f)).toString(16).toUpperCase()}`,
        wide: String.fromCharCode(0xff),
      }[how];
      return text.slice(0, at) + spelt + text.slice(at + 1);
    }),
  ),
  // Inserted characters that a careless parser removes again.
  fc
    .tuple(
      fc.nat(),
      fc.constantFrom(
        '/',
        '/.',
        '/./',
        '/../',
        '/x/..',
        '//',
        '\\',
        ';x=1',
        '%00',
        '%2f',
        '%5c',
        '#',
        '?',
        '&',
        '&status=open',
        '.',
        '..',
        '..;',
        '\t',
        ' ',
        '*',
        '%',
        '+',
        '@evil',
        ':80',
      ),
    )
    .map(([place, text]) =>
      target(
        (whole) =>
          whole.slice(0, place % (whole.length + 1)) + text + whole.slice(place % (whole.length + 1)),
      ),
    ),
  // Any byte at all.
  fc
    .tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
    .map(([place, byte]) =>
      target(
        (text) =>
          text.slice(0, place % text.length) +
          String.fromCharCode(byte) +
          text.slice((place % text.length) + 1),
      ),
    ),
  // Paths from another tenant to this one, and back.
  fc
    .constantFrom(
      '/billing/tenants/globex/../acme/invoices/7',
      '/billing/tenants/acme/invoices/../../globex/invoices/7',
      '/billing/x/../tenants/acme/invoices/7',
    )
    .map((text) => target(() => text)),
  fc
    .constantFrom('http://localhost', 'https://evil.example', '//evil.example', 'localhost:80', '*')
    .map((text) => target((whole) => text + whole)),
  fc
    .nat()
    .map((place) =>
      target((text) => text.slice(0, place % text.length) + capitals(text.slice(place % text.length))),
    ),
  fc
    .constantFrom(
      'X-HTTP-Method-Override: GET',
      'X-HTTP-Method-Override: DELETE',
      'X-Original-URL: /tenants/acme/invoices/7',
      'X-Rewrite-URL: /admin',
      'X-Forwarded-Uri: /tenants/globex/invoices/7',
      'X-Forwarded-Prefix: /x',
      'Countersign-Tenant: globex',
      'X_Tenant: globex',
      'Host: other',
      'Transfer-Encoding: chunked',
      'Content-Length: 5',
      'Upgrade: h2c',
      'Connection: Countersign-Tenant',
      'Expect: 100-continue',
      'Authorization: Bearer x',
      'X-A: \xff',
    )
    .map(header),
  fc
    .constantFrom(
      'RTSP/1.1',
      'ICE/1.1',
      'HTTP/1.0',
      'HTTP/2.0',
      'HTTP/01.1',
      'http/1.1',
      ' HTTP/1.1',
      'HTTP/1.1 ',
    )
    .map(
      (version): Rewrite =>
        (call) => ({ ...call, version }),
    ),
  fc.constantFrom('\r\n', '\n', '\r', ' ', '\t', '\0', '\xef\xbb\xbf').map(
    (before): Rewrite =>
      (call) => ({ ...call, before }),
  ),
  fc.constantFrom('GET', 'get', 'DELETE', 'PATCH', 'TRACE', 'OPTIONS', 'HEAD', 'POST').map(
    (method): Rewrite =>
      (call) => ({ ...call, method }),
  ),
  fc.constantFrom('localhost', 'globex.example', 'localhost, other', '', 'a@b').map(
    (host): Rewrite =>
      (call) => ({ ...call, host }),
  ),
);

const rewritten: fc.Arbitrary<RawCall> = fc
  .tuple(fc.constantFrom(...CALLS), fc.array(rewrite, { maxLength: 3 }))
  .map(([[method, plain], rewrites]) =>
    rewrites.reduce<RawCall>((call, edit) => edit(call), {
      before: '',
      method,
      target: plain,
      version: 'HTTP/1.1',
      headers: [],
      host: 'localhost',
    }),
  );

function bodyFor(headers: readonly string[]): string {
  if (headers.includes('Transfer-Encoding: chunked')) return '0\r\n\r\n';
  return headers.includes('Content-Length: 5') ? 'hello' : '';
}

/**
 * P4 over raw sockets: however a call is rewritten, it reaches the upstream only if the grant allows it in exactly that
 * spelling, and only once. The upstream sees method and target byte for byte as sent, and only our own trust headers.
 */
export async function expectNoBypass(world: GatewayWorld, numRuns: number): Promise<void> {
  const { hits } = world.upstream;
  const grant = world.broker.grant();
  await fc.assert(
    fc.asyncProperty(rewritten, async ({ before, method, target: sent, version, headers, host }) => {
      hits.length = 0;
      const lines = [
        `${before}${method} ${sent} ${version}`,
        `Host: ${host}`,
        // A new token each time: a token lives for minutes, and the full count may take longer.
        `Authorization: Bearer ${world.broker.token(grant)}`,
        'Connection: close',
        ...headers,
      ];
      const { status } = await world.raw(`${lines.join('\r\n')}\r\n\r\n${bodyFor(headers)}`, true);
      if (hits.length === 0) {
        expect(status).not.toBe(200);
        return;
      }
      expect([status, hits.length]).toEqual([200, 1]);
      const [hit] = hits;
      expect([before, hit!.method, `/billing${hit!.url}`]).toEqual(['', method, sent]);
      // Every call says that its connection closes, which HTTP/1.0 has to.
      expect(['HTTP/1.1', 'HTTP/1.0']).toContain(version);
      expect([method, hit!.url, isAllowed(method, hit!.url ?? '')]).toEqual([method, hit!.url, true]);
      expect(hit!.headers['countersign-tenant']).toBe('acme');
      expect(
        Object.keys(hit!.headers).filter((name) =>
          /^(?:x-(?:original|rewrite|forwarded)|authorization$)/.test(name),
        ),
      ).toEqual([]);
    }),
    { numRuns },
  );
}
