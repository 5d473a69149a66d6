/** @soak */

import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { rotateMasterKey } from '../../../libs/persistence/src/engine/rotate-master-key.js';
import { MASTER_KEY, optionsFor } from '../../support/migrated-database.js';
import { enginesOf, TestBroker } from '../harness.js';

const NEW = new Uint8Array(32).fill(9);

describe.each(enginesOf('SQLite'))('the master key of a broker that runs, on %s', (engine) => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start({ engine });
  });
  afterAll(() => broker.close());

  const rotate = async () => {
    const terminal = new Terminal(
      {
        COUNTERSIGN_DATABASE_URL: broker.environment.databaseUrl,
        COUNTERSIGN_MASTER_KEY: Buffer.from(MASTER_KEY).toString('base64'),
        COUNTERSIGN_NEW_MASTER_KEY: Buffer.from(NEW).toString('base64'),
      },
      '',
    );
    return { exit: await run(['keys', 'rotate-master'], terminal), stderr: terminal.err };
  };

  test('is not rotated', async () => {
    const { exit, stderr } = await rotate();
    expect([exit, stderr]).toEqual([1, expect.stringContaining('error[brokers_running]')]);
    expect((await broker.call('reviewer', 'GET', '/api/v1/requests')).status).toBe(200);
  });

  test('if it is rotated all the same, because the broker seemed dead, the broker stops and says why', async () => {
    // An hour later its lease has expired.
    const clock = { now: () => new Date(Date.now() + 3_600_000) };
    await rotateMasterKey({
      ...optionsFor(broker.environment.databaseUrl),
      ...{ masterKey: MASTER_KEY, newMasterKey: NEW, clock },
    });
    expect(await broker.broker.failed).toMatchObject({
      code: 'master_key_changed',
      message: expect.stringContaining('start it again with the new key'),
    });
    await expect(fetch(`${broker.url}/healthz`)).rejects.toThrow('fetch failed');
    expect(broker.logLines.join('')).toContain('master_key_changed');
  }, 30_000);
});
