/** @soak */

import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Readiness } from '../../../apps/gateway/src/http/own-pages.js';
import { organisation } from '../../factories/organisation.js';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import { callGateway } from '../../support/call-gateway.js';
import { Cli } from '../../support/cli.js';
import { Cluster } from '../../support/cluster.js';
import { eventually } from '../../support/eventually.js';
import { readLogsAt } from '../../support/log-reader.js';
import { administer } from '../../support/postgres/database.js';
import { onlyInSoak } from '../../support/samples.js';
import type { Site } from '../../support/site.js';
import { siteInsideWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant, mintToken, revokeGrant } from '../../support/story.js';

/** A site or a cluster. */
type Deployment = Pick<Site, 'folder' | 'store' | 'brokerUrl' | 'gatewayUrl' | 'gatewayAdminUrl' | 'key'>;

/**
 * A gateway has shipped records that the database has lost, and a mirror has leaves that it has lost. Whatever the operator does
 * first, the log that goes on has to verify, for someone who followed it before as for someone who begins.
 */
class Story {
  private constructor(
    private readonly at: Deployment,
    private readonly host: Cli,
    private readonly approver: Cli,
    private readonly vkey: string,
    /** A token of a grant that lasts. */
    private readonly token: string,
    /** A grant that can end after the backup. */
    readonly grant: string,
  ) {}

  /** Everything up to the backup. */
  static async begin(at: Deployment): Promise<Story> {
    const key = await at.key('approver');
    const host = new Cli({
      COUNTERSIGN_DATABASE_URL: at.store.url,
      COUNTERSIGN_DATA_DIR: at.folder,
      COUNTERSIGN_MASTER_KEY: at.store.masterKey,
    });
    const approver = new Cli({ COUNTERSIGN_BROKER_URL: at.brokerUrl, COUNTERSIGN_API_KEY: key });
    const headers = { authorization: `Bearer ${key}` };
    const vkey = (await (await fetch(`${at.brokerUrl}/log/acme/vkey`, { headers })).text()).trim();
    const [grant, lasting] = [await makeGrant(at), await makeGrant(at)];
    const story = new Story(at, host, approver, vkey, await mintToken(at, lasting), grant);
    await story.call();
    await story.shipped();
    return story;
  }

  /** One call that is allowed. */
  call(): Promise<true> {
    return eventually(
      'a call goes through',
      async () => (await callGateway(this.at, this.token)).status === 200,
    );
  }

  async readiness(): Promise<Partial<Readiness>> {
    const answer = await fetch(`${this.at.gatewayAdminUrl}/readyz`).catch(() => undefined);
    return ((await answer?.json()) ?? {}) as Partial<Readiness>;
  }

  shipped(): Promise<true> {
    return eventually(
      'a broker has every record',
      async () => (await this.readiness()).spool?.shipped === true,
      60_000,
    );
  }

  /** What the backup does not have, and a mirror has. */
  async go(lost: 'a grant’s end' | 'records'): Promise<void> {
    for (let call = 0; call < 3; call += 1) await this.call();
    await this.shipped();
    if (lost === 'a grant’s end') await revokeGrant(this.at, this.grant);
    expect(await this.mirror('mirror')).toBe(0);
  }

  /** The gateway, and each of the brokers, by their logs. */
  async sayWhatToRun(...logs: (() => string)[]): Promise<void> {
    await eventually(
      'both sides say what to run',
      async () =>
        (await this.readiness()).parted?.includes('countersign restore') &&
        logs.every((log) => log().includes('countersign restore')),
    );
    expect((await this.leaves()).filter(({ type }) => type === 'gateway.gap')).toEqual([]);
  }

  restore = () => this.host.json('restore');

  leaves = async () => (await readLogsAt(this.at.store.url)).filter(({ tenant }) => tenant === 'acme');

  async expectVerified(): Promise<void> {
    await this.call();
    await this.shipped();
    const types = (await this.leaves()).map(({ type }) => type);
    expect(types.indexOf('gateway.gap')).toBeGreaterThan(types.indexOf('log.restored'));
    expect(await this.mirror('mirror', '--accept-restored')).toBe(0);
    expect(await this.mirror('fresh')).toBe(0);
    for (const name of ['mirror', 'fresh']) {
      const verified = await this.approver.inside('log', 'verify', this.folder(name), '--vkey', this.vkey);
      expect([verified.code, verified.stderr]).toEqual([0, expect.anything()]);
    }
  }

  private folder = (name: string) => join(this.at.folder, name);

  private async mirror(name: string, ...flags: string[]): Promise<number | null> {
    return (await this.approver.inside('log', 'mirror', this.folder(name), ...flags)).code;
  }
}

/** In which order the operator acts, where the gateway is meanwhile, and what the backup lacks. */
type Order = {
  /** `restore`: the broker starts on a database that has its new epoch. `broker`: it starts on the bare backup. */
  first: 'restore' | 'broker';
  gateway: 'runs' | 'is stopped';
  /** `records`: nothing else has happened since the backup, so the gateway's feed does not show that it is one. */
  lost: 'a grant’s end' | 'records';
};

async function play({ first, gateway, lost }: Order): Promise<void> {
  const { site, close } = await siteInsideWithUpstream();
  try {
    await site.startGateway();
    const story = await Story.begin(site);
    const backup = join(site.folder, 'backup.db');
    const database = new Database(site.databasePath, { readonly: true });
    database.prepare('VACUUM INTO ?').run(backup);
    database.close();
    await story.go(lost);
    await site.broker.stop();
    // The gateway is in touch for ten more seconds: its disk has records that no broker has seen.
    await story.call();
    if (gateway === 'is stopped') await site.gateway.stop();
    for (const ending of ['', '-wal', '-shm']) await rm(`${site.databasePath}${ending}`, { force: true });
    await rename(backup, site.databasePath);

    if (first === 'restore') await story.restore();
    await site.startBroker();
    if (first === 'broker') {
      if (gateway === 'is stopped') site.startGateway().catch(() => undefined);
      await story.sayWhatToRun(
        () => site.broker.stdout,
        () => site.gateway.stdout,
      );
      // What happens meanwhile is not of the backup, though it has the indices of leaves that the mirror has.
      await makeGrant(site);
      await story.restore();
    } else if (gateway === 'is stopped') await site.startGateway();
    await story.expectVerified();
  } finally {
    await close();
  }
}

describe('P10: a log verifies after its database was restored, whatever was done first', () => {
  test.each<Order>([
    { first: 'broker', gateway: 'runs', lost: 'a grant’s end' },
    { first: 'broker', gateway: 'is stopped', lost: 'records' },
  ])(`$first first, the gateway $gateway, $lost lost`, play, 120_000);

  onlyInSoak(() => {
    test.each<Order>([
      { first: 'restore', gateway: 'runs', lost: 'a grant’s end' },
      { first: 'restore', gateway: 'runs', lost: 'records' },
      { first: 'restore', gateway: 'is stopped', lost: 'records' },
      { first: 'broker', gateway: 'runs', lost: 'records' },
      { first: 'broker', gateway: 'is stopped', lost: 'a grant’s end' },
    ])(`$first first, the gateway $gateway, $lost lost`, play, 120_000);

    test('two brokers on PostgreSQL were started on the bare backup, and one of them again', async () => {
      const upstream = new CountingUpstream();
      await upstream.start();
      const file = organisation((draft) => {
        for (const service of draft.services) service.upstream = upstream.origin;
      });
      const cluster = await Cluster.start({ brokers: 2, gateways: 1, inside: true, organisation: file });
      const name = new URL(cluster.store.url).pathname.slice(1);
      const brokers = async (work: (place: number) => Promise<unknown>) => {
        for (const place of [0, 1]) await work(place);
      };
      const copy = async (from: string, to: string) => {
        await administer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${from}'`);
        await administer(`CREATE DATABASE ${to} TEMPLATE ${from} STRATEGY FILE_COPY`);
      };
      try {
        const story = await Story.begin(cluster);
        await brokers((place) => cluster.stopBroker(place));
        await copy(name, `${name}_backup`);
        await brokers((place) => cluster.startBroker(place));
        await story.go('records');
        await brokers((place) => cluster.stopBroker(place));
        await story.call();
        await administer(`DROP DATABASE ${name} WITH (FORCE)`);
        await copy(`${name}_backup`, name);

        await brokers((place) => cluster.startBroker(place));
        await story.sayWhatToRun(() => cluster.logOfBroker(0) + cluster.logOfBroker(1));
        await makeGrant(cluster);
        await brokers((place) => cluster.stopBroker(place));
        await brokers((place) => cluster.startBroker(place));
        await makeGrant(cluster);
        await story.restore();
        await story.expectVerified();
      } finally {
        await cluster.close();
        await upstream.stop();
        await administer(`DROP DATABASE IF EXISTS ${name}_backup`);
      }
    }, 120_000);
  });
});
