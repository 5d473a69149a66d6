import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Terminal } from '../../test/terminal.js';
import { Context } from '../command/context.js';
import { httpLog } from './log-source.js';

const servers: http.Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

type Handler = (response: http.ServerResponse, request: http.IncomingMessage) => void;

/** A log at a server that handles its requests in this order, and answers `leaf` to all after them. */
async function logThat(...handlers: Handler[]) {
  const urls: (string | undefined)[] = [];
  const server = http.createServer((request, response) => {
    urls.push(request.url);
    const handler = handlers.shift() ?? ((answer: http.ServerResponse) => answer.end('leaf'));
    handler(response, request);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: `http://127.0.0.1:${port}` });
  const prefix = `http://127.0.0.1:${port}/log/acme`;
  const retry = { firstMs: 1, longestMs: 2 };
  return { log: httpLog(new Context(terminal, false), prefix, retry), terminal, urls };
}

const says =
  (status: number, headers: Record<string, string> = {}): Handler =>
  (response) =>
    response.writeHead(status, headers).end('busy');
const vanishes: Handler = (response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('half', () => response.destroy());
};
const isSilent: Handler = (_response, request) => request.socket.destroy();
const text = async (bytes: Promise<Uint8Array | undefined>) => Buffer.from((await bytes) ?? []).toString();

describe('a log at a server', () => {
  test.each([
    ['has no time now (429)', says(429, { 'retry-after': '0' }), 'answered 429'],
    ['has no time now, and does not say for how long (429)', says(429), 'answered 429'],
    ['is starting (503)', says(503, { 'retry-after': '0' }), 'answered 503'],
    ['is behind a proxy that does not reach it (502)', says(502), 'answered 502'],
    ['closes the connection without an answer', isSilent, 'cannot be reached'],
    ['vanishes in the middle of an answer', vanishes, 'cannot be reached'],
  ])(
    'is read on from where it stopped if the server %s, and the command says so',
    async (_name, handler, what) => {
      const { log, terminal, urls } = await logThat(says(404), handler, handler);
      expect(await log.read('minimum-index')).toBeUndefined();
      expect(await text(log.read('tile/0/000'))).toBe('leaf');
      expect(urls).toEqual(['/log/acme/minimum-index', ...Array(3).fill('/log/acme/tile/0/000')]);
      expect(terminal.err).toContain(`${what}. Trying again in `);
    },
  );

  test('that stays away is no fault of the log, and the command says what to do', async () => {
    const { log } = await logThat(says(404), ...Array<Handler>(20).fill(vanishes));
    await log.read('minimum-index');
    await expect(log.read('tile/0/000')).rejects.toMatchObject({
      code: 'log_unreachable',
      detail: expect.stringMatching(/tile\/0\/000 cannot be reached.*nothing about the log.*again/),
    });
  });

  test('whose address is wrong is not waited for', async () => {
    const { log, terminal, urls } = await logThat(isSilent);
    await expect(log.read('checkpoint')).rejects.toMatchObject({ code: 'log_unreachable' });
    expect(urls).toHaveLength(1);
    expect(terminal.err).toBe('');
  });

  test('one line says that many readers wait', async () => {
    const { log, terminal } = await logThat(...Array<Handler>(8).fill(says(429, { 'retry-after': '0' })));
    const read = Array.from({ length: 8 }, (_, index) => text(log.read(`openings/${index}`)));
    expect(await Promise.all(read)).toEqual(Array(8).fill('leaf'));
    expect(terminal.err.split('\n').length).toBeLessThan(8);
  });

  test.each([
    [401, 'unauthenticated'],
    [403, 'unauthenticated'],
    [400, 'bad_answer'],
    [500, 'bad_answer'],
  ])('that answers %d is not asked again: %s', async (status, code) => {
    const { log, urls } = await logThat(says(status));
    await expect(log.read('checkpoint')).rejects.toMatchObject({ code });
    expect(urls).toHaveLength(1);
  });
});
