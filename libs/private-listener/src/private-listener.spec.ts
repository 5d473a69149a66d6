import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  jsonPage,
  PrivateListenerError,
  type RunningPrivateListener,
  startPrivateListener,
} from './private-listener.js';

const open: RunningPrivateListener[] = [];
afterEach(() => Promise.all(open.splice(0).map((listener) => listener.close())));

async function start(port = 0, orAnyPort = false): Promise<string> {
  const listener = await startPrivateListener(
    { host: '127.0.0.1', port, orAnyPort },
    {
      '/readyz': () => jsonPage(503, { status: 'unavailable' }),
      '/broken': () => Promise.reject(new Error('a secret')),
    },
  );
  open.push(listener);
  return listener.url;
}

const portOf = (url: string) => Number(new URL(url).port);

/** Status and body of a call with this `Host`. */
function callAs(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

test('serves its pages, and nothing else', async () => {
  const url = await start();
  const ready = await fetch(`${url}/readyz?x=1`);
  expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable' }]);
  expect((await fetch(`${url}/readyz`, { method: 'POST' })).status).toBe(404);
  expect((await fetch(`${url}/constructor`)).status).toBe(404);
  const broken = await fetch(`${url}/broken`);
  expect(broken.status).toBe(500);
  expect(await broken.text()).not.toContain('secret');
});

test('DNS rebinding: a loopback listener answers only to addresses and localhost', async () => {
  const url = `${await start()}/readyz`;
  expect(await callAs(url, 'attacker.example')).toBe(403);
  expect(await callAs(url, 'attacker.example:4001')).toBe(403);
  expect(await callAs(url, 'localhost:4001')).toBe(503);
  expect(await callAs(url, '[::1]:4001')).toBe(503);
});

test('a health check in HTTP/1.0 without Host, as HAProxy sends it, is answered', async () => {
  const socket = connect(portOf(await start()), '127.0.0.1');
  socket.write('GET /readyz HTTP/1.0\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 503 /);
});

test('a port that is taken: another one if the operator named none, else an error that names the variable', async () => {
  const taken = portOf(await start());
  expect(portOf(await start(taken, true))).not.toBe(taken);
  const failed = start(taken);
  await expect(failed).rejects.toThrow(PrivateListenerError);
  await expect(failed).rejects.toThrow(/EADDRINUSE.*COUNTERSIGN_ADMIN_PORT/);
});
