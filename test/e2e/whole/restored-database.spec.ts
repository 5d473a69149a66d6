/** @soak */

import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { CountingUpstream } from '../../fakes/counting-upstream.js';
import { callGateway } from '../../support/call-gateway.js';
import { Cli } from '../../support/cli.js';
import { eventually } from '../../support/eventually.js';
import { readLogs } from '../../support/log-reader.js';
import type { Program, Running } from '../../support/program.js';
import { isFullRun, onlyInSoak } from '../../support/samples.js';
import type { Site } from '../../support/site.js';
import { gatewayProcessWithUpstream, siteInsideWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant, mintToken, revokeGrant } from '../../support/story.js';

describe('the broker’s database was restored from a backup', () => {
  let site: Site<Running>;
  let upstream: CountingUpstream;
  let close: () => Promise<void>;
  /** Grants by their fate: stopped after the backup, created after it, and created after the restore. */
  let stopped: string;
  let lost: string;
  let fresh: string;

  beforeAll(async () => {
    // Only the soak kills the gateway.
    ({ site, upstream, close } = await (isFullRun()
      ? gatewayProcessWithUpstream()
      : siteInsideWithUpstream()));
    await site.startGateway();
    const grant = await makeGrant(site);
    stopped = await mintToken(site, grant);
    await allowed(stopped);
    const backup = join(site.folder, 'backup.db');
    const database = new Database(site.databasePath, { readonly: true });
    database.prepare('VACUUM INTO ?').run(backup);
    database.close();

    await revokeGrant(site, grant);
    lost = await mintToken(site, await makeGrant(site));
    await allowed(lost);
    await site.broker.stop();
    for (const ending of ['', '-wal', '-shm']) await rm(`${site.databasePath}${ending}`, { force: true });
    await rename(backup, site.databasePath);
    await site.startBroker();
  }, 120_000);
  afterAll(() => close());

  const allowed = (token: string) =>
    eventually('a call goes through', async () => (await callGateway(site, token)).status === 200, 30_000);
  const refusedBy = (code: string) =>
    eventually(
      `calls are refused: ${code}`,
      async () => (await callGateway(site, stopped)).code === code,
      30_000,
      50,
    );

  test('P6: a gateway that had received more refuses everything, even after the broker’s numbers pass its own', async () => {
    await refusedBy('not_in_touch');
    const hits = upstream.hits.length;
    // More changes than were lost: the number alone does not show the gateway that events are missing.
    for (let count = 0; count < 6; count += 1) {
      fresh = await mintToken(site, await makeGrant(site));
      for (const token of [stopped, lost, fresh]) expect((await callGateway(site, token)).status).toBe(503);
    }
    await eventually('the log tells the operator what to do', () =>
      site.broker.stdout.includes('countersign restore'),
    );
    expect((await callGateway(site, fresh)).status).toBe(503);
    expect(upstream.hits).toHaveLength(hits);
  }, 60_000);

  onlyInSoak(() => {
    test('P6: so does a restarted gateway: what it received is on its disk', async () => {
      await (site.gateway as Program).stop('SIGKILL');
      const started = site.startGateway();
      await eventually('it listens', () => callGateway(site, fresh).catch(() => undefined), 30_000);
      const until = performance.now() + 3_000;
      while (performance.now() < until) {
        expect((await callGateway(site, fresh)).status).toBe(503);
        await sleep(50);
      }
      // It becomes ready only in the next test, when the operator acts.
      started.catch(() => undefined);
    }, 120_000);
  });

  test('P6: countersign restore opens a new epoch that the gateway accepts; ended grants stay ended', async () => {
    const cli = new Cli({
      COUNTERSIGN_DATABASE_URL: site.store.url,
      COUNTERSIGN_DATA_DIR: site.folder,
      COUNTERSIGN_MASTER_KEY: site.store.masterKey,
    });
    const { logs, ...opened } = await cli.json<{
      epoch: number;
      after: { epoch: number; seq: number };
      logs: { log: string }[];
    }>('restore');
    expect(logs.map(({ log }) => log)).toEqual(expect.arrayContaining(['acme', 'deployment']));
    expect(opened).toMatchObject({ epoch: 2, after: { epoch: 1 } });
    await allowed(fresh);
    const hits = upstream.hits.length;
    for (const token of [stopped, lost])
      expect(await callGateway(site, token)).toMatchObject({ status: 403, code: 'grant_ended' });
    expect(upstream.hits).toHaveLength(hits);
    // Only the gateway still knows that this grant was stopped: in the restored database it is active.
    const logged = readLogs(site.databasePath).filter(({ type }) => type === 'feed.epoch-opened');
    expect(logged).toMatchObject([{ tenant: 'deployment', actor: 'host', data: opened }]);
  }, 60_000);

  onlyInSoak(() => {
    test('P6: this is still true after a restart of the gateway', async () => {
      await (site.gateway as Program).stop('SIGTERM');
      await site.startGateway();
      await allowed(fresh);
      expect(await callGateway(site, stopped)).toMatchObject({ status: 403, code: 'grant_ended' });
    }, 60_000);
  });
});
