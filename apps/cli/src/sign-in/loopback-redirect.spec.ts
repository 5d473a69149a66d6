import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { LoopbackRedirect } from './loopback-redirect.js';

/** What is answered to a request for exactly this target. */
async function get(port: number, target: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  return text(socket);
}

test('targets that are not URLs, and answers of another sign-in, are ignored', async () => {
  const loopback = await LoopbackRedirect.open('state', new AbortController().signal);
  try {
    for (const target of ['//', '///', '/', '/callback?code=c&state=other'])
      expect(await get(loopback.port, target)).toMatch(/^HTTP\/1\.1 404 /);
    expect(await get(loopback.port, '/callback?code=c&state=state')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await loopback.code()).toBe('c');
  } finally {
    loopback.close();
  }
});
