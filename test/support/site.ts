import { join } from 'node:path';
import type { Organisation } from '@countersign/access';
import type { OutboundRules } from '../../apps/broker/src/outbound/outbound-rules.js';
import type { PersonName } from '../factories/organisation.js';
import { brokerEnv, gatewayEnv } from './environments.js';
import { freePort } from './free-port.js';
import { Inside } from './inside.js';
import { Keys } from './keys.js';
import { MASTER_KEY, migratedSqlite } from './migrated-database.js';
import { PreparedStore } from './prepared-store.js';
import { Program, type ProgramOptions, type Running } from './program.js';
import { removeFolder, tempFolder } from './temp-folder.js';

export type SiteOptions = {
  organisation: Organisation;
  /** The URL of an empty database. Default: SQLite in the site's folder. */
  databaseUrl?: string;
  /** Added to the broker's or the gateway's environment. */
  brokerEnv?: Record<string, string>;
  gatewayEnv?: Record<string, string>;
  /** Where a broker inside the test's process may connect to, if not by its environment. */
  outbound?: OutboundRules;
  /** Modules that both load first. */
  preload?: readonly string[];
  /** The host name in people's addresses, to which browsers bind cookies. Default: `127.0.0.1`. */
  host?: string;
  /** The gateway's port, if the organisation has to name it. Default: a free one. */
  gatewayPort?: number;
  /** Maps the broker's address to the one that the gateway uses; for a relay between them. */
  between?: (brokerUrl: string) => Promise<string>;
};

type Launch<P> = (options: ProgramOptions & { name: 'broker' | 'gateway' }) => P;
type Launches<B, G> = { broker: Launch<B>; gateway: Launch<G> };

const asProcess =
  (preload: readonly string[] = []): Launch<Program> =>
  (program) =>
    Program.start({ ...program, preload });
const asPart =
  ({ outbound }: Pick<SiteOptions, 'outbound'>): Launch<Inside> =>
  ({ name, env = {} }) =>
    Inside.start(name, env, outbound === undefined ? {} : { outbound });

/**
 * A broker and a gateway with their own store, spool and ports. `start` runs them as processes; `inside` runs them in
 * the test's process, for tests that do not test processes; `gatewayProcess` and `brokerProcess` run only the one that they
 * name as a process.
 */
export class Site<B extends Running = Program, G extends Running = B> {
  broker!: B;
  gateway!: G;
  /** Every program that ever ran here. */
  readonly programs: (B | G)[] = [];
  credential = '';
  private readonly keys: Keys;

  private constructor(
    readonly folder: string,
    readonly store: PreparedStore,
    private readonly ports: { broker: number; gateway: number; gatewayAdmin: number },
    private readonly options: SiteOptions,
    private readonly launches: Launches<B, G>,
  ) {
    this.keys = new Keys(store);
  }

  /** Prepares everything and starts the broker; `startGateway` starts the gateway. */
  static start(options: SiteOptions): Promise<Site> {
    const launch = asProcess(options.preload);
    return Site.of(options, { broker: launch, gateway: launch });
  }

  /** The same, inside the test's process. */
  static inside(options: Omit<SiteOptions, 'preload'>): Promise<Site<Inside>> {
    return Site.of(options, { broker: asPart(options), gateway: asPart(options) });
  }

  /** The same, with the broker inside the test's process: for tests that kill the gateway alone. */
  static gatewayProcess(options: Omit<SiteOptions, 'preload'>): Promise<Site<Inside, Program>> {
    return Site.of(options, { broker: asPart(options), gateway: asProcess() });
  }

  /** The same, with the gateway inside the test's process: for tests that kill the broker alone. */
  static brokerProcess(options: Omit<SiteOptions, 'preload'>): Promise<Site<Program, Inside>> {
    return Site.of(options, { broker: asProcess(), gateway: asPart(options) });
  }

  private static async of<B extends Running, G extends Running>(
    options: SiteOptions,
    launches: Launches<B, G>,
  ): Promise<Site<B, G>> {
    const folder = await tempFolder('site');
    const url = options.databaseUrl ?? (await migratedSqlite(join(folder, 'countersign.db')));
    const masterKey = options.databaseUrl === undefined ? MASTER_KEY : undefined;
    const store = await PreparedStore.at(url, options.organisation, masterKey);
    const ports = {
      broker: await freePort(),
      gateway: options.gatewayPort ?? (await freePort()),
      gatewayAdmin: await freePort(),
    };
    const site = new Site(folder, store, ports, options, launches);
    try {
      const brokerUrl = (await options.between?.(site.brokerUrl)) ?? site.brokerUrl;
      site.credential = await store.credential('site', brokerUrl);
      await site.startBroker();
    } catch (error) {
      await site.close();
      throw error;
    }
    return site;
  }

  get brokerUrl(): string {
    return `http://${this.options.host ?? '127.0.0.1'}:${this.ports.broker}`;
  }

  get gatewayUrl(): string {
    return `http://127.0.0.1:${this.ports.gateway}`;
  }

  /** The gateway's private listener. */
  get gatewayAdminUrl(): string {
    return `http://127.0.0.1:${this.ports.gatewayAdmin}`;
  }

  get gatewayPort(): number {
    return this.ports.gateway;
  }

  get databasePath(): string {
    return join(this.folder, 'countersign.db');
  }

  async startBroker(): Promise<void> {
    this.broker = this.launches.broker({
      name: 'broker',
      script: 'programs/broker.js',
      env: { ...brokerEnv(this, this.ports.broker), ...this.options.brokerEnv },
    });
    this.programs.push(this.broker);
    await this.broker.untilReady(`${this.brokerUrl}/readyz`);
  }

  /** Starts the gateway and waits until it is connected. */
  async startGateway(limits: Pick<ProgramOptions, 'fileBlocks'> = {}): Promise<void> {
    this.gateway = this.launches.gateway({
      name: 'gateway',
      script: 'programs/gateway.js',
      ...limits,
      env: {
        ...gatewayEnv(this, this.ports.gateway, 'spool', this.ports.gatewayAdmin),
        ...this.options.gatewayEnv,
      },
    });
    this.programs.push(this.gateway);
    await this.gateway.untilReady(`${this.gatewayUrl}/readyz`);
  }

  /** An API key of one of the test people, or of any e-mail address in the organisation. */
  key(who: PersonName | { email: string; tenant: string | null }): Promise<string> {
    return this.keys.of(who);
  }

  /** Every key that was created here. */
  get issuedKeys(): string[] {
    return this.keys.issued;
  }

  async close(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.dispose()));
    await this.store.close();
    await removeFolder(this.folder);
  }
}
