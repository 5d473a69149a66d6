import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Mailbox } from './mailbox.js';

/** The status of the answer to this very target, which `fetch` would mend. */
function statusOf(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .once('error', reject)
      .end();
  });
}

test('a target that is not a URL is not found, and the mailbox continues', async () => {
  const { pages } = new Mailbox(() => new Date());
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  const { port } = pages.address() as AddressInfo;
  try {
    for (const target of ['//', '///', '/\\', 'http://[', '/nowhere'])
      expect(await statusOf(port, target)).toBe(404);
    expect(await statusOf(port, '/')).toBe(200);
    expect(await statusOf(port, '/readyz')).toBe(200);
  } finally {
    pages.closeAllConnections();
    await new Promise((resolve) => pages.close(resolve));
  }
});
