import type { IncomingHttpHeaders } from 'node:http';
import fc from 'fast-check';
import { ClientAddresses } from './client-address.js';

const addresses = new ClientAddresses(['10.0.0.0/8', '2001:db8:aaaa::/48', '192.0.2.1/32']);

/** The client of a request with these headers from this peer. */
const client = (peer: string | undefined, headers: IncomingHttpHeaders = {}, from = addresses): string =>
  from.of({ headers, socket: { remoteAddress: peer } } as Parameters<ClientAddresses['of']>[0]);

const xff = (list: string): IncomingHttpHeaders => ({ 'x-forwarded-for': list });
const forwarded = (list: string): IncomingHttpHeaders => ({ forwarded: list });

test.each<[string, string | undefined, IncomingHttpHeaders, string]>([
  ['no proxy', '198.51.100.7', {}, '198.51.100.7'],
  ['no connection any more', undefined, {}, 'unknown'],
  ['a dual-stack socket', '::ffff:198.51.100.7', {}, '198.51.100.7'],
  ['a header of a peer that is not trusted', '198.51.100.7', xff('203.0.113.9'), '198.51.100.7'],
  ['one proxy', '10.0.0.1', xff('203.0.113.9'), '203.0.113.9'],
  ['one proxy on a dual-stack socket', '::ffff:10.0.0.1', xff('203.0.113.9'), '203.0.113.9'],
  ['a single address in the list', '192.0.2.1', xff('203.0.113.9'), '203.0.113.9'],
  ['addresses that the client wrote', '10.0.0.1', xff('1.1.1.1, 10.9.9.9, 203.0.113.9'), '203.0.113.9'],
  ['two proxies', '10.0.0.1', xff('1.1.1.1, 203.0.113.9, 10.0.0.2'), '203.0.113.9'],
  ['only proxies', '10.0.0.1', xff('10.0.0.3, 10.0.0.2'), '10.0.0.3'],
  ['a name instead of an address', '10.0.0.1', xff('203.0.113.9, evil'), '10.0.0.1'],
  ['an empty header', '10.0.0.1', xff(''), '10.0.0.1'],
  ['an address with a port', '10.0.0.1', xff('203.0.113.9:4711'), '203.0.113.9'],
  ['IPv6', '2001:db8:aaaa::1', xff('2001:db8:bbbb::9'), '2001:db8:bbbb::9'],
  ['Forwarded', '10.0.0.1', forwarded('for=203.0.113.9;proto=https;by=10.0.0.1'), '203.0.113.9'],
  ['Forwarded, quoted IPv6', '10.0.0.1', forwarded('For="[2001:db8:cafe::17]:4711"'), '2001:db8:cafe::17'],
  ['Forwarded, two hops', '10.0.0.1', forwarded('for=1.1.1.1, for=203.0.113.9, for=10.0.0.2'), '203.0.113.9'],
  ['Forwarded with a comma in quotes', '10.0.0.1', forwarded('for=1.1.1.1;host="a,for=2.2.2.2"'), '1.1.1.1'],
  [
    'Forwarded with a hop in another parameter’s quotes',
    '10.0.0.1',
    forwarded('host="a;for=6.6.6.6;b";for=1.1.1.1'),
    '1.1.1.1',
  ],
  ['Forwarded with an open quote', '10.0.0.1', forwarded('for=1.1.1.1;host="a'), '10.0.0.1'],
  ['an obfuscated hop', '10.0.0.1', forwarded('for=203.0.113.9, for=_hidden'), '10.0.0.1'],
  ['unknown', '10.0.0.1', forwarded('for=unknown'), '10.0.0.1'],
  [
    'both headers, alike',
    '10.0.0.1',
    { ...xff('203.0.113.9'), ...forwarded('for=203.0.113.9') },
    '203.0.113.9',
  ],
  ['both headers, not alike', '10.0.0.1', { ...xff('203.0.113.9'), ...forwarded('for=1.1.1.1') }, '10.0.0.1'],
])('%s', (_case, peer, headers, expected) => {
  expect(client(peer, headers)).toBe(expected);
});

test('a peer that sends a proxy’s header and is not listed is a suspect for an hour', () => {
  let now = 0;
  const watched = new ClientAddresses(['10.0.0.0/8'], () => now);
  client('10.0.0.1', xff('203.0.113.9'), watched);
  client('198.51.100.7', {}, watched);
  expect(watched.suspects()).toEqual([]);
  client('198.51.100.7', xff('203.0.113.9'), watched);
  expect(watched.suspects()).toEqual(['198.51.100.7']);
  for (let last = 1; last <= 30; last += 1) client(`198.51.101.${last}`, forwarded('for=1.1.1.1'), watched);
  expect(watched.suspects()).toHaveLength(20);
  now = 3_600_001;
  expect(watched.suspects()).toEqual([]);
});

test('with no list, no header is believed', () => {
  expect(client('127.0.0.1', xff('203.0.113.9'), new ClientAddresses([]))).toBe('127.0.0.1');
});

describe('an expensive header', () => {
  test('Forwarded that is over-long, such as 16 kB before an open quote, is not read at all', () => {
    for (const text of [`${'a'.repeat(15_500)}"`, '"'.repeat(15_501), 'for=1.1.1.1,'.repeat(1_300)])
      expect(client('10.0.0.1', forwarded(`${text}, for=203.0.113.9`))).toBe('10.0.0.1');
    const longest = 'for=203.0.113.9'.padStart(1_024);
    expect(client('10.0.0.1', forwarded(longest))).toBe('203.0.113.9');
    expect(client('10.0.0.1', forwarded(` ${longest}`))).toBe('10.0.0.1');
  });

  test('only 32 hops are followed; what a client writes before its own address changes nothing', () => {
    const proxies = (count: number) => ', 10.0.0.2'.repeat(count);
    expect(client('10.0.0.1', xff(`203.0.113.9${proxies(31)}`))).toBe('203.0.113.9');
    expect(client('10.0.0.1', xff(`203.0.113.9${proxies(32)}`))).toBe('10.0.0.2');
    expect(client('10.0.0.1', xff(`${'10.0.0.3, '.repeat(1_500)}203.0.113.9`))).toBe('203.0.113.9');
  });

  test('every header that RFC 7239 allows is read as it was written', () => {
    const value = fc.oneof(
      fc.stringMatching(/^[A-Za-z0-9._-]{1,8}$/),
      fc
        .string({ unit: fc.constantFrom('a', ',', ';', '=', ' ', '"', '\\', 'for=') })
        .map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`),
    );
    const others = fc.array(
      fc.tuple(fc.constantFrom('by', 'host', 'proto'), value).map((pair) => pair.join('=')),
      { maxLength: 3 },
    );
    const address = fc.constantFrom('10.0.0.2', '192.0.2.1', '203.0.113.9', '198.51.100.7');
    const element = fc
      .tuple(others, fc.option(fc.tuple(address, fc.boolean())), others)
      .map(([before, hop, after]) => {
        const own = hop === null ? [] : [hop[1] ? `For="${hop[0]}"` : `for=${hop[0]}`];
        return { hop: hop?.[0], text: [...before, ...own, ...after].join(';') };
      });
    const list = fc.array(element, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(list, fc.constantFrom(',', ', ', ' ,\t'), (elements, separator) => {
        const header = elements.map(({ text }) => text).join(separator);
        fc.pre(header.length <= 1_024);
        // The same hops as the simpler header, in which they need no parser.
        const plainly = elements.map(({ hop }) => hop ?? 'unknown').join();
        expect(client('10.0.0.1', forwarded(header))).toBe(client('10.0.0.1', xff(plainly)));
      }),
    );
  });
});
