import { join } from 'node:path';
import { pruneLogs } from '@countersign/access';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { filler } from '../../factories/filler.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';

describe('a log that was pruned, as its followers see it', () => {
  let broker: TestBroker;
  let folder: string;
  beforeAll(async () => {
    broker = await TestBroker.start();
    folder = await tempFolder('retention');
  });
  afterAll(async () => {
    await broker.close();
    await removeFolder(folder);
  });

  async function countersign(...argv: string[]) {
    const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys.tenantAdmin };
    const terminal = new Terminal(env, '', broker.clock);
    const exit = await run([...argv, '--json'], terminal);
    return { exit, document: terminal.out === '' ? {} : JSON.parse(terminal.out), stderr: terminal.err };
  }
  const get = (path: string) => broker.call('tenantAdmin', 'GET', `/log/acme/${path}`);

  test('tiles, openings and proofs below are 404 pruned; a new mirror and the verifier say so, an old mirror goes on', async () => {
    const event = () => filler(broker.clock.now().toISOString());
    await broker.host.store.forTenant('acme', (unit) =>
      unit.log.appendAll(Array.from({ length: 600 }, event)),
    );
    const early = join(folder, 'early');
    expect(await countersign('log', 'mirror', early, '--no-openings')).toMatchObject({ exit: 0 });
    broker.clock.advance(450 * 86_400);
    await broker.renewKey('tenantAdmin');
    expect(await countersign('log', 'settings', 'acme', '--retention', '399')).toMatchObject({ exit: 2 });
    expect(await countersign('log', 'settings', 'acme', '--retention', '400')).toMatchObject({
      document: { retentionDays: 400 },
    });
    expect(await pruneLogs(broker.host)).toBe(512);

    expect((await get('minimum-index')).text).toBe('512\n');
    for (const path of ['tile/0/000', 'tile/entries/001', 'openings/511', 'proof/3'])
      expect([path, await get(path)]).toMatchObject([path, { status: 404, body: { code: 'pruned' } }]);
    for (const path of ['tile/0/002.p/60', 'tile/1/000.p/2', 'openings/512', 'proof/513'])
      expect([path, await get(path)]).toMatchObject([path, { status: 200 }]);

    const vkey = (await get('vkey')).text.trim();
    const late = join(folder, 'late');
    expect(await countersign('log', 'mirror', late, '--no-openings')).toMatchObject({
      exit: 0,
      document: { prunedBefore: 512 },
    });
    const verified = await countersign('log', 'verify', late, '--vkey', vkey, '--structure-only');
    expect(verified).toMatchObject({ exit: 0, document: { prunedBefore: 512 } });
    expect(await countersign('log', 'mirror', early, '--no-openings')).toMatchObject({
      exit: 0,
      document: { prunedBefore: 0 },
    });
  });
});
