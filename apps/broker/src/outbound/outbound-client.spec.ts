import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Destination, OutboundError, type OutboundOptions } from './destination.js';
import { OutboundClient } from './outbound-client.js';
import { outboundRules } from './outbound-rules.js';

describe('the outbound client', () => {
  let server: Server;
  let port: number;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let hits: string[];

  beforeAll(async () => {
    server = createServer((request, response) => {
      hits.push(`${request.headers.host} ${request.url}`);
      request.resume();
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    hits = [];
    answer = (_request, response) => response.end('ok');
  });

  const post = (
    url: string,
    {
      signal = new AbortController().signal,
      ...options
    }: Partial<OutboundOptions> & { signal?: AbortSignal } = {},
  ) =>
    new OutboundClient({ listed: [], thisMachine: 'any', ...options }).post(
      url,
      { headers: {}, body: '{}' },
      signal,
    );
  const refused = (code: string) => expect.objectContaining({ code });

  test('calls this machine where that is allowed', async () => {
    expect(await post(`http://127.0.0.1:${port}/hook`)).toEqual({ status: 200 });
    expect(hits).toEqual([`127.0.0.1:${port} /hook`]);
  });

  test.each([
    '127.0.0.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0x7f.1',
    '2130706433',
    '169.254.169.254',
    '10.0.0.1',
  ])('calls no private address, however it is spelt: %s', async (host) => {
    await expect(post(`http://${host}:${port}/`, { thisMachine: 'listed' })).rejects.toThrow(
      refused('address_refused'),
    );
    expect(hits).toEqual([]);
  });

  describe('the list of the operator', () => {
    const { vendor, customer } = outboundRules({
      outboundPrivate: ['10.1.2.3:443', 'syslog.internal:6514', '[fd00::7]:443', 'localhost:9'],
    });
    const TO: Record<string, string> = {
      'syslog.internal': '10.9.9.9',
      'here.internal': '127.0.0.1',
      localhost: '127.0.0.1',
      'siem.acme.example': '10.1.2.3',
      'other.acme.example': '10.9.9.9',
      'six.acme.example': 'fd00::7',
      'metadata.acme.example': '169.254.169.254',
    };
    /** What the rules decide; `open` if the address may be connected to. No connection is made. */
    async function decision(rules: OutboundOptions, url: string): Promise<string> {
      const resolve = async (name: string) => [TO[name.toLowerCase()] ?? name];
      const destination = new Destination({ ...rules, resolve });
      return destination.lookup(new URL(url), new AbortController().signal).then(
        () => 'open',
        (error: OutboundError) => error.code,
      );
    }

    test.each([
      ['https://10.1.2.3/', 'open'],
      ['https://siem.acme.example/', 'open'],
      ['https://siem.acme.example:8443/', 'address_refused'],
      ['https://10.1.2.3:22/', 'address_refused'],
      ['https://10.1.2.4/', 'address_refused'],
      ['tls://syslog.internal:6514', 'open'],
      ['tls://SYSLOG.internal:6514', 'open'],
      ['tls://syslog.internal:6515', 'address_refused'],
      ['tls://10.9.9.9:6514', 'address_refused'],
      ['tls://other.acme.example:6514', 'address_refused'],
      ['https://[fd00:0::7]/', 'open'],
      ['https://six.acme.example/', 'open'],
      ['https://[fd00::8]/', 'address_refused'],
      ['https://metadata.acme.example/', 'address_refused'],
    ])('is the same for both sides on a private network: %s', async (url, expected) => {
      expect([await decision(vendor, url), await decision(customer, url)]).toEqual([expected, expected]);
    });

    test.each([
      ['http://localhost:9/', 'open', 'tls_required'],
      ['https://localhost:9/', 'open', 'address_refused'],
      ['https://localhost:8/', 'address_refused', 'address_refused'],
      // Listed by name: another name for this machine is another destination.
      ['https://127.0.0.1:9/', 'address_refused', 'address_refused'],
      ['http://here.internal:9/', 'address_refused', 'tls_required'],
      ['tcp://syslog.internal:6514', 'tls_required', 'tls_required'],
    ])('opens this machine to the vendor alone: %s', async (url, forVendor, forCustomer) => {
      expect([await decision(vendor, url), await decision(customer, url)]).toEqual([forVendor, forCustomer]);
    });

    test('may name this machine by its address, and that opens nothing to a customer either', async () => {
      const rules = outboundRules({ outboundPrivate: ['127.0.0.1:9', '[::1]:9'] });
      for (const url of ['https://127.0.0.1:9/', 'https://[::1]:9/', 'https://here.internal:9/'])
        expect([await decision(rules.vendor, url), await decision(rules.customer, url)]).toEqual([
          ...['open', 'address_refused'],
        ]);
    });
  });

  test.each([
    ['a name that does not exist', 'name_unknown'],
    ['a private address', 'address_refused'],
    ['no answer in time', 'timed_out'],
    ['a closed port', 'unreachable'],
  ] as const)('%s is shown as `unreachable`, and nothing more', (_case, code) => {
    expect(new OutboundError(code).shown).toBe('unreachable');
  });

  test('a name is resolved once; what it answers the second time (DNS rebinding) is never asked', async () => {
    let asked = 0;
    const resolve = async () => (asked++ === 0 ? ['127.0.0.1'] : ['10.0.0.1']);
    expect(await post(`http://hooks.example:${port}/`, { resolve })).toEqual({ status: 200 });
    expect(asked).toBe(1);
    expect(hits).toEqual([`hooks.example:${port} /`]);
  });

  test('a name with one bad address among good ones is not called', async () => {
    const resolve = async () => ['1.1.1.1', '127.0.0.1'];
    await expect(post('https://hooks.example/', { thisMachine: 'listed', resolve })).rejects.toThrow(
      refused('address_refused'),
    );
  });

  test('nothing but this machine is called without TLS', async () => {
    const listed = ['10.0.0.1:80'];
    for (const address of ['1.1.1.1', '10.0.0.1'])
      await expect(post('http://hooks.example/', { listed, resolve: async () => [address] })).rejects.toThrow(
        refused('tls_required'),
      );
  });

  test('a redirect is refused, and not followed', async () => {
    answer = (_request, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${port}/elsewhere` });
      response.end();
    };
    await expect(post(`http://127.0.0.1:${port}/hook`)).rejects.toThrow(refused('redirect_refused'));
    expect(hits).toHaveLength(1);
  });

  test('an answer without end is cut at 64 kB', async () => {
    answer = (_request, response) => {
      const write = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
    };
    await expect(post(`http://127.0.0.1:${port}/`)).rejects.toThrow(refused('answer_too_large'));
  });

  test('a receiver that never answers is given up when the caller says so', async () => {
    const caller = new AbortController();
    answer = () => caller.abort();
    await expect(post(`http://127.0.0.1:${port}/`, { signal: caller.signal })).rejects.toThrow(
      refused('timed_out'),
    );
  });

  test('an unknown name and a closed port are told apart', async () => {
    const resolve = () => Promise.reject(new Error('ENOTFOUND'));
    await expect(post('https://nowhere.example/', { resolve })).rejects.toThrow(refused('name_unknown'));
    await expect(post('http://127.0.0.1:1/')).rejects.toThrow(refused('unreachable'));
  });
});
