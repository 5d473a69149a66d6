/** @soak */

import fc from 'fast-check';
import { collectGarbage } from '../../../../test/support/collect-garbage.js';
import { runs } from '../../../../test/support/samples.js';
import { MalformedMessage } from '../http1/malformed-message.js';
import { PreviousFieldLines, parseRequestHead } from '../http1/request-head.js';
import { type CanonicalRequest, readCanonicalRequest, requireUsualBody } from './canonical-request.js';

/** A request as its client writes it. `rawHeaders`: names and values in turn. */
type Raw = { httpVersion: string; method: string; url: string; rawHeaders: string[] };

function canonical({ httpVersion, method, url, rawHeaders }: Raw): CanonicalRequest {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) text += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  return readCanonicalRequest(parseRequestHead(text, new PreviousFieldLines()));
}

const raw = (overrides: Partial<Raw> = {}): Raw => ({
  httpVersion: '1.1',
  method: 'GET',
  url: '/billing/tenants/acme/invoices?status=open&page=2',
  rawHeaders: ['Host', 'localhost:4100', 'Authorization', 'Bearer x'],
  ...overrides,
});
const withHeaders = (...more: string[]): Raw => raw({ rawHeaders: ['Host', 'localhost', ...more] });
const withUrl = (url: string): Raw => raw({ url });
const posting = (...more: string[]): Raw => ({ ...withHeaders(...more), method: 'POST' });

describe('readCanonicalRequest', () => {
  test('splits a plain request without changing a byte', () => {
    expect(canonical(raw())).toMatchObject({
      method: 'GET',
      host: 'localhost',
      service: 'billing',
      path: '/tenants/acme/invoices',
      query: '?status=open&page=2',
      queryNames: ['status', 'page'],
      framing: { kind: 'none' },
    });
  });

  test.each([
    ['/billing', { service: 'billing', path: '', query: '' }],
    ['/billing/', { service: 'billing', path: '/', query: '' }],
    ['/', { service: '', path: '', query: '' }],
    ['/billing/a?x=%2F%20&y', { path: '/a', query: '?x=%2F%20&y', queryNames: ['x', 'y'] }],
    ['/billing/a?f%5Bname%5D=1', { queryNames: ['f[name]'] }],
    ['/billing/a:b/c@d', { path: '/a:b/c@d' }],
    ['/billing/x/', { path: '/x/' }],
    ['/billing/a%3Fb', { path: '/a%3Fb' }],
    ['/billing/x?', { query: '?', queryNames: [] }],
    ['/billing/x?a=1&&b=2&', { query: '?a=1&&b=2&', queryNames: ['a', 'b'] }],
    ['/billing/x?%73tatus=%7e', { query: '?%73tatus=%7e', queryNames: ['status'] }],
    ['/billing/x?a[b]=1', { query: '?a[b]=1', queryNames: ['a[b]'] }],
  ])('reads %s', (url, expected) => {
    expect(canonical(withUrl(url))).toMatchObject(expected);
  });

  test.each([
    ['absolute form', 'http://localhost/billing/x'],
    ['authority form', 'localhost:4100'],
    ['asterisk form', '*'],
    ['no target', ''],
    ['an empty segment', '/billing//tenants'],
    ['a leading empty segment', '//billing/x'],
    ['a dot segment', '/billing/./x'],
    ['a double dot segment', '/billing/../x'],
    ['an escaped dot segment', '/billing/%2E%2E/x'],
    ['an escaped letter', '/billing/%61dmin'],
    ['an escaped tilde', '/billing/%7Ex'],
    ['an escaped slash', '/billing/a%2Fb'],
    ['an escaped backslash', '/billing/a%5Cb'],
    ['an escaped NUL', '/billing/a%00b'],
    ['an escaped line feed', '/billing/a%0Ab'],
    ['an escaped percent sign', '/billing/a%252Fb'],
    ['lower-case escapes', '/billing/a%c3%a9'],
    ['an overlong escape of a dot', '/billing/%C0%AE%C0%AE/x'],
    ['an escape that is not UTF-8', '/billing/%FF'],
    ['a cut escape', '/billing/a%2'],
    ['a backslash', '/billing\\x'],
    ['a semicolon', '/billing/x;y=1'],
    ['a fragment', '/billing/x#y'],
    ['a quote', '/billing/"x"'],
    ['angle brackets', '/billing/<x>'],
    ['braces', '/billing/{x}'],
    ['a pipe', '/billing/a|b'],
    ['a caret', '/billing/a^b'],
    ['a grave accent', '/billing/a`b'],
    ['non-ASCII', '/billing/é'],
    ['a space', '/billing/a b'],
    ['a parameter without a name', '/billing/x?=1'],
    ['a semicolon in the query', '/billing/x?a=1;b=2'],
    ['a fragment in the query', '/billing/x?a=1#b'],
    ['an escaped NUL in the query', '/billing/x?a=%00'],
    ['a method override in the query', '/billing/x?_method=DELETE'],
    ['a token in the query', '/billing/x?access_token=abc'],
    ['more than 8 kB', `/billing/${'a'.repeat(8_192)}`],
  ])('P4: refuses a target with %s', (_, url) => {
    expect(() => canonical(withUrl(url))).toThrow(MalformedMessage);
  });

  test.each([
    ['no Host', raw({ rawHeaders: [] })],
    ['two Hosts', withHeaders('host', 'localhost')],
    ['an empty Host', raw({ rawHeaders: ['Host', ''] })],
    ['a Host with a path', raw({ rawHeaders: ['Host', 'localhost/x'] })],
    ['a Host with a user', raw({ rawHeaders: ['Host', 'a@localhost'] })],
    ['a Host list', raw({ rawHeaders: ['Host', 'a, b'] })],
    ['a Host with a port beyond 65535', raw({ rawHeaders: ['Host', 'localhost:65536'] })],
    ['an underscore in a name', withHeaders('X_Tenant', 'acme')],
    ['an odd token in a name', withHeaders('X.Tenant', 'acme')],
    ['a non-ASCII value', withHeaders('X-Name', 'é')],
    ['two Authorization', withHeaders('Authorization', 'Bearer a', 'authorization', 'Bearer b')],
    ['a method override', withHeaders('X-HTTP-Method-Override', 'DELETE')],
    ['an upgrade', withHeaders('Connection', 'upgrade', 'Upgrade', 'websocket')],
    ['an odd expectation', withHeaders('Expect', '200-ok')],
    ['announced trailers', posting('Trailer', 'X-A', 'Transfer-Encoding', 'chunked')],
    ['more than 200 fields', withHeaders(...Array.from({ length: 200 }, () => ['X-A', '1']).flat())],
    ['a length with leading zeros', posting('Content-Length', '001')],
    ['a signed length', posting('Content-Length', '+1')],
    ['two lengths', posting('Content-Length', '1', 'Content-Length', '1')],
    ['two codings', posting('Transfer-Encoding', 'gzip, chunked')],
    ['a coding in odd case', posting('Transfer-Encoding', 'Chunked')],
    ['length and coding', posting('Content-Length', '1', 'Transfer-Encoding', 'chunked')],
    ['HTTP/1.0', raw({ httpVersion: '1.0' })],
    ['HTTP/0.9', raw({ httpVersion: '0.9' })],
    ['HTTP/2.0', raw({ httpVersion: '2.0' })],
    ['TRACE', raw({ method: 'TRACE' })],
    ['CONNECT', raw({ method: 'CONNECT' })],
    ['a lower-case method', raw({ method: 'get' })],
  ])('P4: refuses %s', (_, request) => {
    expect(() => canonical(request)).toThrow(MalformedMessage);
  });

  test('reads both framings', () => {
    expect(canonical(posting('Content-Length', '12')).framing).toEqual({
      kind: 'length',
      bytes: 12,
    });
    expect(canonical(posting('Content-Length', '0')).framing).toEqual({ kind: 'none' });
    expect(canonical(posting('Transfer-Encoding', 'chunked')).framing).toEqual({
      kind: 'chunked',
    });
  });

  test('a body with GET is left for the route to allow; with HEAD and OPTIONS none ever is', () => {
    for (const framing of [
      ['Content-Length', '5'],
      ['Transfer-Encoding', 'chunked'],
    ]) {
      expect(() => requireUsualBody(canonical(withHeaders(...framing)))).toThrow(MalformedMessage);
      for (const method of ['HEAD', 'OPTIONS'])
        expect(() => canonical({ ...withHeaders(...framing), method })).toThrow(MalformedMessage);
    }
    expect(() => requireUsualBody(canonical(withHeaders('Content-Length', '0')))).not.toThrow();
  });

  test('remembers the host of a head without keeping the rest of the head in memory', () => {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let at = 0; at < 1_000; at += 1)
      canonical(raw({ rawHeaders: ['Host', `client-${at}.service.example`, 'X-Long', 'x'.repeat(15_000)] }));
    collectGarbage();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(5_000_000);
  });

  test('accepts every well-formed single Host', () => {
    for (const host of [
      'localhost',
      'acme.gateway.example:8443',
      '127.0.0.1:4100',
      '[::1]:4100',
      'EXAMPLE.com.',
    ]) {
      const name = host.toLowerCase().replace(/:\d+$/, '');
      // The second time, the name comes from the cache.
      const hosts = [0, 1].map(() => canonical(raw({ rawHeaders: ['Host', host] })).host);
      expect(hosts).toEqual([name, name]);
    }
  });

  test('P4: every accepted request has one spelling: no segment that a reader would rewrite, and parameters that every reader names alike', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '/',
        '.',
        '..',
        '%2e',
        '%2F',
        '%',
        ';',
        '?',
        '&',
        '=',
        '//',
        'billing',
        '%C3%A9',
        '#',
        '\\',
      ),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const url = `/billing/${pieces.join('')}`;
        try {
          const { service, path, query, queryNames } = canonical(withUrl(url));
          expect(`/${service}${path}${query}`).toBe(url);
          const other = new URL(url, 'http://localhost');
          expect(other.pathname).toBe(`/${service}${path}`);
          // Form encoding reads `+` as a space; we take names as they are.
          const names = new URLSearchParams(query.replaceAll('+', '%2B')).keys();
          expect([...names]).toEqual(queryNames);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage);
        }
      }),
      { numRuns: runs(2_000) },
    );
  });
});
