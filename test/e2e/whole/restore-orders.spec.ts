import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { callGateway } from '../../support/call-gateway.js';
import { Cli, type Ran } from '../../support/cli.js';
import { eventually } from '../../support/eventually.js';
import type { Inside } from '../../support/inside.js';
import { readLogs } from '../../support/log-reader.js';
import { onlyInSoak } from '../../support/samples.js';
import type { Site } from '../../support/site.js';
import { siteInsideWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant, mintToken, revokeGrant } from '../../support/story.js';

/** In which order the operator acts, where the gateway is meanwhile, and what the backup lacks. */
type Story = {
  /** `restore`: the broker starts on a database that has its new epoch. `broker`: it starts on the bare backup. */
  first: 'restore' | 'broker';
  gateway: 'runs' | 'is stopped';
  /** `records`: nothing else has happened since the backup, so the gateway's feed does not show that it is one. */
  lost: 'a grant’s end' | 'records';
};


/**
 * A gateway has records that the database has lost, and a mirror has leaves that it has lost. Whatever the operator does first, the
 * log that goes on has to verify, for someone who followed it before as for someone who begins.
 */
class RestoredSite {
  readonly mirror: string;

  private constructor(
    readonly site: Site<Inside>,
    private readonly cli: Cli,
    private readonly approver: Cli,
  ) {
    this.mirror = join(site.folder, 'mirror');
  }

  static async of(site: Site<Inside>): Promise<RestoredSite> {
    const host = {
      COUNTERSIGN_DATABASE_URL: site.store.url,
      COUNTERSIGN_DATA_DIR: site.folder,
      COUNTERSIGN_MASTER_KEY: site.store.masterKey,
    };
    const broker = { COUNTERSIGN_BROKER_URL: site.brokerUrl, COUNTERSIGN_API_KEY: await site.key('approver') };
    return new RestoredSite(site, new Cli(host), new Cli(broker));
  }

  backUp(): void {
    const database = new Database(this.site.databasePath, { readonly: true });
    database.prepare('VACUUM INTO ?').run(join(this.site.folder, 'backup.db'));
    database.close();
  }

  async putBack(): Promise<void> {
    const { databasePath, folder } = this.site;
    for (const ending of ['', '-wal', '-shm']) await rm(`${databasePath}${ending}`, { force: true });
    await rename(join(folder, 'backup.db'), databasePath);
  }

  restore = () => this.cli.json<{ epoch: number }>('restore');

  /** Copies the log of acme into a folder. */
  async copy(folder: string, ...flags: string[]): Promise<Ran> {
    return this.approver.inside('log', 'mirror', folder, ...flags);
  }

  verify = (folder: string) => this.approver.inside('log', 'verify', folder, '--vkey', this.vkey);

  vkey = '';

  async readKey(): Promise<void> {
    const answer = await fetch(`${this.site.brokerUrl}/log/acme/vkey`, {
      headers: { authorization: `Bearer ${await this.site.key('approver')}` },
    });
    this.vkey = (await answer.text()).trim();
  }

  /** Leaves of acme's log about calls, in their order. */
  get callLeaves() {
    return readLogs(this.site.databasePath).filter(
      ({ tenant, type }) => tenant === 'acme' && (type.startsWith('access.') || type.startsWith('gateway.')),
    );
  }
}

const shipped = (site: Site<Inside>) =>
  eventually(
    'the broker has every record',
    async () => {
      const answer = await fetch(`${site.gatewayAdminUrl}/readyz`).catch(() => undefined);
      const state = (await answer?.json()) as { spool: { shipped: boolean } } | undefined;
      return state?.spool.shipped === true;
    },
    60_000,
  );

const callsThrough = (site: Site<Inside>, token: string) =>
  eventually('a call goes through', async () => (await callGateway(site, token)).status === 200, 30_000);

async function play({ first, gateway, lost }: Story): Promise<void> {
  const { site, close } = await siteInsideWithUpstream();
  try {
    const restored = await RestoredSite.of(site);
    await site.startGateway();
    const grant = await makeGrant(site);
    const other = await makeGrant(site);
    const [token, lasting] = [await mintToken(site, grant), await mintToken(site, other)];
    await callsThrough(site, token);
    await callsThrough(site, lasting);
    await shipped(site);
    restored.backUp();

    for (let call = 0; call < 3; call += 1) await callsThrough(site, lasting);
    await shipped(site);
    if (lost === 'a grant’s end') await revokeGrant(site, grant);
    await restored.readKey();
    expect((await restored.copy(restored.mirror)).code).toBe(0);
    await site.broker.stop();
    // It is in touch for ten more seconds: its disk has records that no broker has seen.
    await callsThrough(site, lasting);
    if (gateway === 'is stopped') await site.gateway.stop();
    await restored.putBack();

    if (first === 'restore') await restored.restore();
    await site.startBroker();
    if (first === 'broker') {
      if (gateway === 'is stopped') site.startGateway().catch(() => undefined);
      await eventually('both sides say what to run', async () => {
        const own = await fetch(`${site.gatewayAdminUrl}/readyz`).catch(() => undefined);
        return (
          site.broker.stdout.includes('countersign restore') &&
          site.gateway.stdout.includes('countersign restore') &&
          (await own?.text())?.includes('countersign restore')
        );
      });
      // What happens meanwhile is not of the backup, though it has the indices of leaves that the mirror has.
      await makeGrant(site);
      expect(restored.callLeaves.filter(({ type }) => type === 'gateway.gap')).toEqual([]);
      await restored.restore();
    } else if (gateway === 'is stopped') await site.startGateway();

    await callsThrough(site, lasting);
    await shipped(site);
    const leaves = readLogs(site.databasePath).filter(({ tenant }) => tenant === 'acme');
    const epoch = leaves.findIndex(({ type }) => type === 'log.restored');
    const gap = leaves.findIndex(({ type }) => type === 'gateway.gap');
    expect(gap).toBeGreaterThan(epoch);

    const again = await restored.copy(restored.mirror, '--accept-restored');
    expect([again.code, again.stderr]).toEqual([0, expect.anything()]);
    const fresh = join(site.folder, 'fresh');
    expect((await restored.copy(fresh)).code).toBe(0);
    for (const folder of [restored.mirror, fresh]) {
      const verified = await restored.verify(folder);
      expect([verified.code, verified.stderr]).toEqual([0, expect.anything()]);
    }
  } finally {
    await close();
  }
}

describe('P10: a log verifies after its database was restored, whatever was done first', () => {
  test.each<Story>([
    { first: 'broker', gateway: 'runs', lost: 'a grant’s end' },
    { first: 'broker', gateway: 'is stopped', lost: 'records' },
  ])(`$first first, the gateway $gateway, $lost lost`, play, 120_000);

  onlyInSoak(() => {
    test.each<Story>([
      { first: 'restore', gateway: 'runs', lost: 'a grant’s end' },
      { first: 'restore', gateway: 'runs', lost: 'records' },
      { first: 'restore', gateway: 'is stopped', lost: 'records' },
      { first: 'broker', gateway: 'runs', lost: 'records' },
      { first: 'broker', gateway: 'is stopped', lost: 'a grant’s end' },
    ])(`$first first, the gateway $gateway, $lost lost`, play, 120_000);
  });
});
