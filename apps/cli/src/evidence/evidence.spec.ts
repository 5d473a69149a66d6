import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeServer } from '../../test/fake-broker.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evidence-'));
});
afterEach(() => rm(folder, { recursive: true }));

test.each(['', 'PK\u0003\u0004 the beginning of a pack', '<html>a page of a proxy</html>'])(
  'an answer that is no whole pack, %j, gets no name, and the older pack of this name stays',
  async (body) => {
    await writeFile(join(folder, 'acme.zip'), 'older');
    const broker = await FakeServer.start({
      'GET /api/v1/tenants/acme/evidence': () => ({ type: 'application/zip', body }),
    });
    const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: 'csk_x' });
    const argv = ['--tenant', 'acme', '--period', '2026-H1', '--out', join(folder, 'acme.zip')];
    const exit = await run(['evidence', ...argv], terminal);
    await broker.stop();
    expect([exit, terminal.err]).toEqual([1, expect.stringContaining('error[invalid_pack]: ')]);
    expect(await readdir(folder)).toEqual(['acme.zip']);
    expect(await readFile(join(folder, 'acme.zip'), 'utf8')).toBe('older');
  },
);
