import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { SteppedClock } from '../../../../test/fakes/stepped-clock.js';
import { until } from '../../../../test/fakes/until.js';
import { MAX_REFUSED_MS } from '../records/shipping/quarantine.js';
import { BootLeases, LeaseClient } from './lease-client.js';

const bootsIn = async (folder: string): Promise<string[]> =>
  (JSON.parse(await readFile(join(folder, 'leases.json'), 'utf8')) as { boots: string[] }).boots;

describe('budget that a killed run still held', () => {
  let world: GatewayWorld;
  let clock: SteppedClock;
  let first: string;
  let boot: string;

  /** Makes a call under a budget, then copies the folder as if the gateway had been killed, and stops the gateway. */
  beforeEach(async () => {
    clock = new SteppedClock();
    world = await GatewayWorld.start({ clock });
    const { broker } = world;
    broker.takesRecords = false;
    const token = broker.token(broker.grant({ budget: { calls: 100 } }));
    expect((await world.send({ token })).status).toBe(200);
    await until(async () => (await segments(world.spoolDir)).includes(' outcome '));
    first = world.spoolDir;
    world.spoolDir = await mkdtemp(join(tmpdir(), 'gateway-'));
    // The gateway is still writing: files that are being written have temporary names.
    const filter = (path: string) => !path.endsWith('.tmp') && !path.endsWith('.sock');
    await cp(first, world.spoolDir, { recursive: true, filter });
    await rm(join(world.spoolDir, 'lock'), { recursive: true, force: true });
    await world.gateway.close();
    [boot = ''] = await bootsIn(world.spoolDir);
    expect(boot).not.toBe('');
    broker.takesRecords = true;
    broker.closedBoots.splice(0);
    world.logLines.splice(0);
  });
  afterEach(async () => {
    await world.stop();
    await rm(first, { recursive: true, force: true });
  });

  const pathsOf = async (folder: string): Promise<string[]> =>
    (await readdir(join(folder, 'segments'))).map((name) => join(folder, 'segments', name));
  const segments = async (folder: string): Promise<string> =>
    (await Promise.all((await pathsOf(folder)).map((path) => readFile(path, 'utf8')))).join('');
  const forgotten = () => until(async () => (await bootsIn(world.spoolDir)).length === 0);

  test('is free again once the broker has all its records', async () => {
    await world.startGateway({ clock });
    await forgotten();
    expect(world.broker.closedBoots).toEqual([boot]);
    expect(world.broker.recordsOf('allowed')).toHaveLength(1);
  });

  test('counts as used if a record is damaged', async () => {
    const [path = ''] = await pathsOf(world.spoolDir);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('R allowed', 'R bllowed'));
    await world.startGateway({ clock });
    await forgotten();
    await until(async () => (await world.spool()).shipped);
    expect(world.broker.closedBoots).toEqual([]);
  });

  test('counts as used if its records are gone', async () => {
    for (const path of await pathsOf(world.spoolDir)) await rm(path);
    await world.startGateway({ clock });
    await forgotten();
    await until(async () => (await world.spool()).shipped);
    expect(world.broker.closedBoots).toEqual([]);
  });

  test('counts as used if a record was set aside', async () => {
    world.broker.refuses = ({ kind }) => kind === 'allowed';
    await world.startGateway({ clock });
    await until(() => world.logLines.some((line) => line.includes('records wait')));
    await world.advance(clock, MAX_REFUSED_MS);
    await forgotten();
    expect((await world.spool()).quarantined).toBe(1);
    expect(world.broker.closedBoots).toEqual([]);
  });
});

test('if the broker does not accept the end of a run, the report is retried with growing pauses', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'leases-'));
  try {
    const [boot, now] = ['01980000-0000-4000-8000-00000000000b', { ms: 0 }];
    const earlier = '01980000-0000-4000-8000-00000000000a';
    await writeFile(join(folder, 'leases.json'), JSON.stringify({ boots: [earlier] }));
    const boots = await BootLeases.load(folder, boot, () => true);
    let tries = 0;
    let away = true;
    const leasing = new LeaseClient({
      boots,
      boot,
      broker: {
        postSigned: async () => {
          tries += 1;
          if (away) throw new Error('away');
        },
      },
      spool: { areUnfinishedCallsClosed: true, isWhole: true, end: { segment: 0, offset: 0 } },
      shipper: { hasShipped: () => true },
      quarantine: { hasOfRun: () => false },
      clock: { monotonic: () => now.ms },
      log: pino({ level: 'silent' }),
    });
    const sweep = async () => {
      leasing.sweep();
      await new Promise((resolve) => setImmediate(resolve));
    };
    for (; now.ms < 600_000; now.ms += 250) await sweep();
    // After 1, 2, 4, 8, 16 and 32 seconds, and then once a minute.
    expect(tries).toBe(7 + 8);
    away = false;
    now.ms += 60_000;
    await sweep();
    await until(async () => (await bootsIn(folder)).length === 0);
    expect(tries).toBe(7 + 8 + 1);
    expect(boots.hasEarlier).toBe(false);
  } finally {
    await rm(folder, { recursive: true });
  }
});
