import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { LeafV1 } from '@countersign/audit-log';
import type { Readiness } from '../../../apps/gateway/src/http/own-pages.js';
import { LARGE, largeOrganisation } from '../../../bench/support/large-site.js';
import { engineer } from '../../../bench/support/organisation.js';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import { LOCALHOST_CERTIFICATE } from '../../fakes/localhost-certificate.js';
import { type RealProxy, startHaproxy } from '../../proxies/real-proxy.js';
import { recordsAtBroker } from '../../support/account.js';
import { callGateway } from '../../support/call-gateway.js';
import { Cli, type Ran } from '../../support/cli.js';
import { Cluster } from '../../support/cluster.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { Load } from '../../support/load.js';
import { readLogsAt } from '../../support/log-reader.js';
import { isReady } from '../../support/program.js';
import { root } from '../../support/root.js';
import { makeGrant, mintToken } from '../../support/story.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { DebianPostgres } from './debian-postgres.js';

/** How many brokers there are, and how many gateways. */
export const PLACES = [0, 1] as const;
export const STEP_MS = 30_000;
const CLOCK = join(root, 'test/support/stepping-clock.mjs');
const DATABASE = 'countersign';

/** The tenants whose data is called, each by an engineer of its own. */
const BUSY_TENANTS = 20;
/** Together 120 calls a second. */
const CONNECTIONS = 12;
const EVERY_MS = 100;
/** A service needs time, so that some calls are always in progress. */
const ANSWER_MS = 20;

const SIZE = { ...LARGE, approvers: 1, engineers: BUSY_TENANTS };

const pathOf = (index: number) => `/billing/tenants/tenant-${index % BUSY_TENANTS}/invoices/${index}`;
const approverOf = (index: number) => ({
  email: `approver-0@tenant-${index}.example`,
  tenant: `tenant-${index}`,
});

/** What became of the calls that were made while something failed. */
export type Figures = {
  calls: number;
  answered: number;
  /** By status and code. */
  refused: Record<string, number>;
  /** Calls whose connection ended without an answer. */
  broken: number;
  /** Answered calls that the log does not have. */
  lost: number;
  /** Calls that reached the service, and that the log does not have. */
  unrecorded: number;
  /** Answered calls that only mirrors have: they came after the backup that was put in place. */
  mirrored: number;
  /** Calls that reached the service more than once. */
  twice: number;
  seconds: number;
};

/**
 * Two thousand tenants as an operator runs them, in processes of their own: two brokers on a PostgreSQL of Debian behind a balancer,
 * two gateways behind HAProxy with the configuration of docs/gateways/, and a service that counts calls. Its parts can fail one by one.
 */
export class OperatedSite {
  /** Records that a mirror had, and that a restored database lacks. */
  private readonly mirrored = new Set<string>();
  private tokens: string[] = [];
  /** To which `keys rotate-master` changes. */
  private readonly nextMasterKey = randomBytes(32).toString('base64');

  private constructor(
    readonly folder: string,
    readonly postgres: DebianPostgres,
    readonly upstream: CountingUpstream,
    readonly cluster: Cluster,
    private readonly proxy: RealProxy,
    private readonly origin: string,
    private readonly brokerEnv: Record<string, string>,
  ) {}

  static async start(): Promise<OperatedSite> {
    const postgres = await DebianPostgres.start();
    const upstream = new CountingUpstream();
    upstream.answer = (_request, response) => {
      setTimeout(() => response.end('{"ok":true}'), ANSWER_MS);
    };
    await upstream.start();
    try {
      return await OperatedSite.on(postgres, upstream);
    } catch (error) {
      await upstream.stop();
      await postgres.stop();
      throw error;
    }
  }

  private static async on(postgres: DebianPostgres, upstream: CountingUpstream): Promise<OperatedSite> {
    postgres.run('createdb', '--maintenance-db', postgres.url('postgres'), DATABASE);
    const brokerEnv: Record<string, string> = {};
    const cluster = await Cluster.start({
      ...{ brokers: PLACES.length, gateways: PLACES.length, preload: [CLOCK], brokerEnv },
      databaseUrl: postgres.url(DATABASE),
      organisation: largeOrganisation(SIZE, upstream.origin),
      env: { COUNTERSIGN_TEST_STEP_MS: String(STEP_MS) },
    });
    const folder = await tempFolder('operated');
    const port = await freePort();
    const [first, second] = PLACES.map((place) => new URL(cluster.urlOfGateway(place)).host);
    const proxy = await startHaproxy([String(first), String(second)], folder, port);
    const origin = `https://localhost:${port}`;
    const site = new OperatedSite(folder, postgres, upstream, cluster, proxy, origin, brokerEnv);
    await site.makeGrants();
    return site;
  }

  /** Each busy tenant approves an engineer's request; each engineer gets a token, and uses it once the gateways know the grant. */
  async makeGrants(): Promise<void> {
    const scope = [{ resource: 'invoices/*', actions: ['read'] }];
    this.tokens = await Promise.all(
      Array.from({ length: BUSY_TENANTS }, async (_, index) => {
        const ask = { tenant: `tenant-${index}`, scope, duration: 'PT1H' };
        const grant = await makeGrant(this.cluster, engineer(index), ask, approverOf(index));
        const token = await mintToken(this.cluster, grant, engineer(index));
        for (const place of PLACES) {
          const at = { gatewayUrl: this.cluster.urlOfGateway(place) };
          const answers = async () => (await callGateway(at, token, pathOf(index))).status === 200;
          await eventually('the gateway knows the grant', answers);
        }
        return token;
      }),
    );
  }

  /**
   * Does this while calls are made, and once calls are answered again says what became of them.
   *
   * @param work resolves when the site should serve again
   */
  async underLoad(work: (load: Load) => Promise<void>): Promise<Figures> {
    const before = this.upstream.hits.length;
    const began = performance.now();
    const load = new Load({
      ...{ origin: this.origin, ca: LOCALHOST_CERTIFICATE.cert, connections: CONNECTIONS, everyMs: EVERY_MS },
      token: (index) => this.tokens[index % BUSY_TENANTS] as string,
      path: pathOf,
    });
    try {
      await this.served(load);
      await work(load);
      await this.served(load);
    } finally {
      await load.stop();
    }
    const seconds = (performance.now() - began) / 1_000;
    const hits = this.upstream.hits.slice(before).map(({ headers }) => String(headers['countersign-record']));
    const refused = Object.fromEntries(load.refused);
    const calls = [...load.refused.values()].reduce((sum, count) => sum + count, load.broken);
    return {
      ...{ calls: calls + load.answered.size, answered: load.answered.size, refused, broken: load.broken },
      ...{ ...(await this.missing([...load.answered], hits)), seconds },
      twice: hits.length - new Set(hits).size,
    };
  }

  /** Calls are answered, and none of the last fifty was refused. */
  served(load: Load): Promise<true> {
    return eventually(
      'calls are answered',
      async () => {
        const [answered, refused, broken] = [load.answered.size, refusals(load), load.broken];
        await eventually(
          'calls are made',
          () => load.answered.size + refusals(load) + load.broken > answered + refused + broken + 50,
        );
        return refusals(load) === refused && load.broken === broken;
      },
      120_000,
    );
  }

  /** Runs a verb of the host to its end. */
  host(...args: string[]): Promise<Ran> {
    return new Cli({
      COUNTERSIGN_DATABASE_URL: this.cluster.store.url,
      COUNTERSIGN_DATA_DIR: this.cluster.folder,
      COUNTERSIGN_MASTER_KEY: this.brokerEnv['COUNTERSIGN_MASTER_KEY'] ?? this.cluster.store.masterKey,
      COUNTERSIGN_NEW_MASTER_KEY: this.nextMasterKey,
      PATH: `${this.postgres.bin}:${process.env['PATH']}`,
    }).run('--json', ...args);
  }

  /** Brokers start with the key to which `keys rotate-master` has changed. */
  useNextMasterKey(): void {
    this.brokerEnv['COUNTERSIGN_MASTER_KEY'] = this.nextMasterKey;
  }

  /** Replaces the database by this backup, while no broker runs. What mirrors have of its log counts as recorded. */
  async putBack(file: string): Promise<void> {
    for (const record of recordsIn(await readLogsAt(this.cluster.store.url))) this.mirrored.add(record);
    const at = this.postgres.url('postgres');
    this.postgres.run('psql', '-q', at, '-c', `DROP DATABASE ${DATABASE} WITH (FORCE)`);
    this.postgres.run('createdb', '--maintenance-db', at, DATABASE);
    const url = this.postgres.url(DATABASE);
    this.postgres.run('pg_restore', '--no-owner', '--exit-on-error', '--jobs=2', '-d', url, file);
    await this.ran('migrate');
  }

  /** Runs a verb of the host that has to succeed. */
  async ran(...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await this.host(...args);
    if (code !== 0) throw new Error(`countersign ${args.join(' ')} exits ${code}: ${stderr}${stdout}`);
  }

  /** A verb of a busy tenant's approver on its log. */
  async logOf(tenant: number, ...args: string[]): Promise<Ran> {
    const key = await this.cluster.key(approverOf(tenant));
    const env = { COUNTERSIGN_BROKER_URL: this.cluster.brokerUrl, COUNTERSIGN_API_KEY: key };
    return new Cli(env).run('log', ...args);
  }

  /** The verifier key of a busy tenant's log. */
  async vkeyOf(tenant: number): Promise<string> {
    const headers = { authorization: `Bearer ${await this.cluster.key(approverOf(tenant))}` };
    return (
      await (await fetch(`${this.cluster.brokerUrl}/log/tenant-${tenant}/vkey`, { headers })).text()
    ).trim();
  }

  async brokersReady(): Promise<void> {
    for (const place of PLACES)
      await eventually('the broker is ready', () => isReady(`${this.cluster.urlOfBroker(place)}/readyz`));
  }

  /** The state of a gateway, as its private listener says. */
  async readiness(place: number): Promise<Partial<Readiness>> {
    const answer = await fetch(`${this.cluster.adminUrlOfGateway(place)}/readyz`).catch(() => undefined);
    return ((await answer?.json()) ?? {}) as Partial<Readiness>;
  }

  async close(): Promise<void> {
    await this.proxy.stop();
    await this.cluster.close();
    await this.upstream.stop();
    await this.postgres.stop();
    await removeFolder(this.folder);
  }

  /** Waits until the gateways have no more records, and looks for those of these calls. */
  private async missing(
    answered: readonly string[],
    hits: readonly string[],
  ): Promise<Pick<Figures, 'lost' | 'unrecorded' | 'mirrored'>> {
    for (const place of PLACES)
      await recordsAtBroker({ gatewayAdminUrl: this.cluster.adminUrlOfGateway(place) });
    const stored = new Set(recordsIn(await readLogsAt(this.cluster.store.url)));
    const mirrored = answered.filter((id) => !stored.has(id) && this.mirrored.has(id)).length;
    const missing = (records: readonly string[]) =>
      records.filter((id) => !stored.has(id) && !this.mirrored.has(id)).length;
    return { lost: missing(answered), unrecorded: missing(hits), mirrored };
  }
}

const refusals = (load: Load): number => [...load.refused.values()].reduce((sum, count) => sum + count, 0);

/** The records of allowed calls. */
const recordsIn = (leaves: readonly LeafV1[]): string[] =>
  leaves.filter(({ type }) => type === 'access.allowed').map(({ data }) => String(data['record']));
