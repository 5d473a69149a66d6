import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OutboundClient, type Resolver } from './outbound-client.js';

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
    options: { allowPrivate?: boolean; resolve?: Resolver; signal?: AbortSignal } = {},
  ) =>
    new OutboundClient({
      allowPrivate: options.allowPrivate ?? true,
      ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
    }).post(url, { headers: {}, body: '{}' }, options.signal ?? new AbortController().signal);
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
    await expect(post(`http://${host}:${port}/`, { allowPrivate: false })).rejects.toThrow(
      refused('address_refused'),
    );
    expect(hits).toEqual([]);
  });

  test('a name is resolved once; what it answers the second time (DNS rebinding) is never asked', async () => {
    let asked = 0;
    const resolve: Resolver = async () => (asked++ === 0 ? ['127.0.0.1'] : ['10.0.0.1']);
    expect(await post(`http://hooks.example:${port}/`, { resolve })).toEqual({ status: 200 });
    expect(asked).toBe(1);
    expect(hits).toEqual([`hooks.example:${port} /`]);
  });

  test('a name with one bad address among good ones is not called', async () => {
    const resolve: Resolver = async () => ['1.1.1.1', '127.0.0.1'];
    await expect(post('https://hooks.example/', { allowPrivate: false, resolve })).rejects.toThrow(
      refused('address_refused'),
    );
  });

  test('nothing but this machine is called without TLS', async () => {
    for (const address of ['1.1.1.1', '10.0.0.1'])
      await expect(post('http://hooks.example/', { resolve: async () => [address] })).rejects.toThrow(
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
    const resolve: Resolver = () => Promise.reject(new Error('ENOTFOUND'));
    await expect(post('https://nowhere.example/', { resolve })).rejects.toThrow(refused('name_unknown'));
    await expect(post('http://127.0.0.1:1/')).rejects.toThrow(refused('unreachable'));
  });
});
