import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { playTour, requireRunning } from './tour.js';

describe('a tour that cannot continue', () => {
  let server: Server | undefined;
  let created: string[];
  let revoked: string[];

  beforeEach(() => {
    created = [];
    revoked = [];
  });
  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server === undefined ? resolve(null) : server.close(resolve)));
    server = undefined;
  });

  const keys = {
    async create(email: string) {
      created.push(email);
      return { id: `key_${email}`, key: `csk_secret_of_${email}` };
    },
    async revoke(id: string) {
      revoked.push(id);
    },
  };
  const listen = async (answer: RequestListener): Promise<string> => {
    const listening = createServer(answer);
    server = listening;
    await new Promise<void>((resolve) => {
      listening.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  };
  const play = (url: string) => playTour({ brokerUrl: url, gatewayUrl: url, keys, onStep: () => {} });
  /** A broker that is ready and answers everything else alike. */
  const broker = (status: number, body: unknown): RequestListener => {
    return (request, response) => {
      response.statusCode = request.url === '/readyz' ? 200 : status;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(body));
    };
  };

  test('if nothing runs, it says so', async () => {
    const url = await listen(broker(200, {}));
    await new Promise((resolve) => server?.close(resolve));
    await expect(requireRunning(url)).rejects.toMatchObject({
      code: 'not_running',
      message: expect.stringContaining('npm start'),
    });
  });

  test('a broker that is not ready counts as not running', async () => {
    const url = await listen((_request, response) => {
      response.statusCode = 503;
      response.end();
    });
    await expect(requireRunning(url)).rejects.toMatchObject({ code: 'not_running' });
  });

  test('a broker on another database is recognised, and the keys are revoked', async () => {
    const url = await listen(broker(401, { code: 'unauthenticated' }));
    await expect(play(url)).rejects.toMatchObject({ code: 'other_store' });
    expect(revoked).toEqual(created.map((email) => `key_${email}`));
    expect(revoked).toHaveLength(3);
  });

  test('P11: a step that misbehaves is named with what was expected, without any key', async () => {
    const url = await listen(broker(200, { access_token: 'secret-token' }));
    const failure = await play(url).then(
      () => undefined,
      (error: unknown) => error as Error & { code: string },
    );
    expect(failure?.code).toBe('tour_failed');
    expect(failure?.message).toBe(
      'step "No one has standing access": a call without a token should answer 401 invalid_token, and answered 200',
    );
    expect(`${failure?.message}${failure?.stack}`).not.toMatch(/csk_|secret-token/);
    expect(revoked).toHaveLength(3);
  });
});
