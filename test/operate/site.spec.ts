import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rounded, sheetText } from '../../bench/support/table.js';
import { eventually } from '../support/eventually.js';
import type { Load } from '../support/load.js';
import type { Program } from '../support/program.js';
import { type Figures, OperatedSite, PLACES } from './support/operated-site.js';

/** Calls go on for this long after a backup. */
const AFTER_BACKUP_MS = 3_000;
/** Longer than a gateway serves without hearing of a broker whose time it believes. */
const TOUCH_MS = 11_000;
const TEST_MS = 300_000;
/** The tenants whose logs are mirrored before the faults, and verified after them. */
const MIRRORED = [0, 19];

/** A gateway refuses because it lost its brokers, or may not trust its clock. */
const NOT_IN_TOUCH = '503 not_in_touch';
/** A gateway cannot keep a record. */
const UNAVAILABLE = '503 record_unavailable';
/** The balancer has no gateway, or one that died while it had the call. */
const NO_GATEWAY = '503 gateway_unavailable';
const BROKE_OFF = '502 gateway_unavailable';

const rows: [string, Figures][] = [];
let site: OperatedSite;

beforeAll(async () => {
  const began = performance.now();
  site = await OperatedSite.start();
  process.stdout.write(`The site was built in ${rounded((performance.now() - began) / 1_000)} s.\n`);
  for (const tenant of MIRRORED) expect(await mirror(tenant, 'followed')).toBe(0);
}, TEST_MS);
afterAll(async () => {
  process.stdout.write(`\n${table()}\n`);
  await site?.close();
}, TEST_MS);

/**
 * Plays a fault under load: nothing is lost, unrecorded or forwarded twice.
 *
 * @param refusals with what calls may be refused meanwhile
 */
function fault(
  what: string,
  { refusals, breaks = false }: { refusals: string[]; breaks?: boolean },
  play: (load: Load) => Promise<void>,
): void {
  test(
    what,
    async () => {
      const figures = await site.underLoad(play);
      rows.push([what, figures]);
      expect(figures).toMatchObject({ lost: 0, unrecorded: 0, twice: 0 });
      expect(figures.answered).toBeGreaterThan(100);
      expect(Object.keys(figures.refused).filter((code) => !refusals.includes(code))).toEqual([]);
      if (!breaks) expect(figures.broken).toBe(0);
    },
    TEST_MS,
  );
}

const broker = (place: number) => site.cluster.program('broker', place);
const gateway = (place: number) => site.cluster.program('gateway', place);
const refusedWith = (load: Load, code: string) => {
  const before = load.refused.get(code) ?? 0;
  return eventually(`calls are refused: ${code}`, () => (load.refused.get(code) ?? 0) > before + 10, 60_000);
};

fault('rolling restart', { refusals: [] }, async (load) => {
  for (const place of PLACES) {
    await site.cluster.stopBroker(place);
    await site.cluster.startBroker(place);
    await site.served(load);
  }
  for (const place of PLACES) {
    await gateway(place).stop();
    await site.cluster.startGateway(place);
    await site.served(load);
  }
});

fault('kill -9 of each program', { refusals: [BROKE_OFF, NOT_IN_TOUCH], breaks: true }, async (load) => {
  for (const place of PLACES) {
    await site.cluster.killBroker(place);
    await site.cluster.startBroker(place);
    await site.served(load);
  }
  for (const place of PLACES) {
    await gateway(place).stop('SIGKILL');
    await site.cluster.startGateway(place);
    await site.served(load);
  }
});

fault('PostgreSQL restarts, then crashes', { refusals: [] }, async (load) => {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    await site.postgres.restart(signal);
    await site.brokersReady();
    await site.makeGrants();
    await site.served(load);
  }
});

fault('one gateway’s disk is full, then both', { refusals: [UNAVAILABLE, NO_GATEWAY] }, async (load) => {
  const limit = (place: number, bytes: string) =>
    execFileSync('prlimit', ['--pid', String(gateway(place).pid), `--fsize=${bytes}`]);
  limit(0, '1:unlimited');
  await eventually('the balancer takes it out', async () =>
    (await site.readiness(0)).faults?.includes('disk'),
  );
  await site.served(load);
  limit(1, '1:unlimited');
  await refusedWith(load, NO_GATEWAY);
  for (const place of PLACES) limit(place, 'unlimited:unlimited');
});

fault('clocks +30 s: a gateway’s, then all; all back', { refusals: [NOT_IN_TOUCH] }, async (load) => {
  const step = (program: Program) => program.child.kill('SIGUSR2');
  const stepAll = () => {
    for (const place of PLACES) for (const program of [broker(place), gateway(place)]) step(program);
  };
  step(gateway(0));
  await refusedWith(load, NOT_IN_TOUCH);
  step(gateway(0));
  await site.served(load);

  stepAll();
  await sleep(TOUCH_MS);
  await site.served(load);

  // Time that went back could make ended tokens good again. An operator has to say that it may.
  stepAll();
  await refusedWith(load, NOT_IN_TOUCH);
  for (const place of PLACES) {
    await gateway(place).stop();
    await site.cluster.startGateway(place);
  }
  await site.makeGrants();
});

fault('keys rotate-signing, rotate-master refused', { refusals: [] }, async () => {
  await site.ran('keys', 'rotate-signing');
  expect(await site.host('keys', 'rotate-master')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('brokers_running'),
  });
  await site.makeGrants();
});

fault('keys rotate-master, brokers stopped', { refusals: [NOT_IN_TOUCH] }, async () => {
  await Promise.all(PLACES.map((place) => site.cluster.stopBroker(place)));
  await site.ran('keys', 'rotate-master');
  site.useNextMasterKey();
  await Promise.all(PLACES.map((place) => site.cluster.startBroker(place)));
});

describe('the database is lost, and a backup put in place', () => {
  const lose = async (name: string) => {
    const file = join(site.folder, name);
    await site.ran('backup', file);
    await sleep(AFTER_BACKUP_MS);
    for (const tenant of MIRRORED) expect(await mirror(tenant, 'followed', '--accept-restored')).toBe(0);
    await Promise.all(PLACES.map((place) => site.cluster.stopBroker(place)));
    await site.putBack(file);
  };
  const start = () => Promise.all(PLACES.map((place) => site.cluster.startBroker(place)));

  fault('restore, then the brokers', { refusals: [NOT_IN_TOUCH] }, async () => {
    await lose('first.dump');
    await site.ran('restore');
    await start();
  });

  fault('the brokers, then restore', { refusals: [NOT_IN_TOUCH] }, async () => {
    await lose('second.dump');
    await start();
    const isTold = async (place: number) =>
      (await site.readiness(place)).parted?.includes('countersign restore') === true;
    for (const place of PLACES)
      await eventually('the gateway says what to run', () => isTold(place), 120_000);
    await site.ran('restore');
  });
});

test(
  'the logs verify, for who followed them as for who begins',
  async () => {
    for (const tenant of MIRRORED) {
      expect(await mirror(tenant, 'followed', '--accept-restored')).toBe(0);
      expect(await mirror(tenant, 'fresh')).toBe(0);
      for (const name of ['followed', 'fresh']) {
        const verify = ['verify', folderOf(tenant, name), '--vkey', await site.vkeyOf(tenant)];
        const { code, stderr } = await site.logOf(tenant, ...verify);
        expect([name, code, code === 0 ? '' : stderr]).toEqual([name, 0, '']);
      }
    }
  },
  TEST_MS,
);

const folderOf = (tenant: number, name: string) => join(site.folder, `${name}-${tenant}`);

async function mirror(tenant: number, name: string, ...flags: string[]): Promise<number | null> {
  const { code, stdout, stderr } = await site.logOf(tenant, 'mirror', folderOf(tenant, name), ...flags);
  if (code !== 0) process.stdout.write(`${stderr}${stdout}\n`);
  return code;
}

function table(): string {
  return sheetText({
    title: 'What became of the calls',
    columns: [
      'fault',
      'seconds',
      'calls',
      'answered',
      'refused',
      'no answer',
      'lost',
      'unrecorded',
      'in mirrors only',
    ],
    lines: rows.map(([what, one]) => [
      ...[what, rounded(one.seconds), String(one.calls), String(one.answered)],
      Object.entries(one.refused)
        .map(([code, count]) => `${count} × ${code}`)
        .join(', ') || '0',
      ...[one.broken, one.lost, one.unrecorded, one.mirrored].map(String),
    ]),
  });
}
