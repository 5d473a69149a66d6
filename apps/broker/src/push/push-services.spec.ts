import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Resolver } from '../outbound/destination.js';
import { PushServices } from './push-services.js';

const MESSAGE = { method: 'POST' as const, headers: {}, body: '{}' };
const never = new AbortController().signal;
const refused = (code: string) => expect.objectContaining({ code });

describe('the push services that the broker calls', () => {
  test.each([
    'https://fcm.googleapis.com/fcm/send/a:b',
    'https://updates.push.services.mozilla.com/wpush/v2/gAAAAABm',
    'https://web.push.apple.com/QGuQ',
    'https://api.push.apple.com/QGuQ',
    'https://wns2-par02p.notify.windows.com/w/?token=B',
    'https://fcm.googleapis.com:443/fcm/send/a',
    'https://push.northwind.example:8443/a',
    'http://127.0.0.1:9/a',
  ])('%s is one of a browser, or one that the operator has added', (endpoint) => {
    const services = new PushServices(['https://push.northwind.example:8443', 'http://127.0.0.1:9']);
    expect(services.allows(endpoint)).toBe(true);
  });

  test.each([
    'https://elsewhere.example/a',
    'https://fcm.googleapis.com.elsewhere.example/a',
    'https://evilnotify.windows.com/a',
    'https://notify.windows.com/a',
    'https://x.fcm.googleapis.com/a',
    'https://fcm.googleapis.com./a',
    'https://fcm.googleapis.com:8443/a',
    'http://fcm.googleapis.com/a',
    'https://user:secret@fcm.googleapis.com/a',
    'https://fcm.googleapis.com@elsewhere.example/a',
    'https://push.northwind.example/a',
    'http://push.northwind.example:8443/a',
    'https://user@push.northwind.example:8443/a',
    'http://127.0.0.1:10/a',
    'ftp://fcm.googleapis.com/a',
    'no address',
    '',
  ])('“%s” is refused, and no name is resolved', async (endpoint) => {
    const asked: string[] = [];
    const resolve: Resolver = async (name) => [asked.push(name).toString()];
    const services = new PushServices(['https://push.northwind.example:8443', 'http://127.0.0.1:9'], resolve);
    expect(services.allows(endpoint)).toBe(false);
    await expect(services.send(endpoint, MESSAGE, never)).rejects.toThrow(refused('address_refused'));
    expect(asked).toEqual([]);
  });

  test.each(['10.0.0.1', '127.0.0.1', '169.254.169.254'])(
    'a service of a browser whose name leads to %s is not called',
    async (address) => {
      const services = new PushServices([], async () => [address]);
      await expect(services.send('https://fcm.googleapis.com/a', MESSAGE, never)).rejects.toThrow(
        refused('address_refused'),
      );
    },
  );

  test('a service that does not answer is given up after three seconds', async () => {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const began = performance.now();
    await expect(new PushServices([origin]).send(`${origin}/a`, MESSAGE, never)).rejects.toThrow(
      refused('timed_out'),
    );
    expect(performance.now() - began).toBeGreaterThan(2_900);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
