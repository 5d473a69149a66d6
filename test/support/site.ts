import { join } from 'node:path';
import type { Organisation } from '@countersign/access';
import { PEOPLE, type PersonName } from '../factories/organisation.js';
import { freePort } from './free-port.js';
import { PreparedStore } from './prepared-store.js';
import { Program, type ProgramOptions } from './program.js';
import { removeFolder, tempFolder } from './temp-folder.js';

export type SiteOptions = {
  organisation: Organisation;
  /** Of an empty database; SQLite in the site's folder where it is absent. */
  databaseUrl?: string;
  /** Added to the broker's or the gateway's environment. */
  brokerEnv?: Record<string, string>;
  gatewayEnv?: Record<string, string>;
  /** Modules that both load first. */
  preload?: readonly string[];
  /** Where the gateway finds its broker, given where the broker is; for a relay between them. */
  between?: (brokerUrl: string) => Promise<string>;
};

/** A broker and a gateway as processes of their own, on a store, a spool and ports of their own. */
export class Site {
  broker!: Program;
  gateway!: Program;
  /** Every process that ever ran here. */
  readonly programs: Program[] = [];
  credential = '';
  private readonly keys = new Map<string, string>();

  private constructor(
    readonly folder: string,
    readonly store: PreparedStore,
    private readonly ports: { broker: number; gateway: number },
    private readonly options: SiteOptions,
  ) {}

  /** Prepares all and starts the broker; the gateway is started by `startGateway`. */
  static async start(options: SiteOptions): Promise<Site> {
    const folder = await tempFolder('site');
    const url = options.databaseUrl ?? `sqlite:${join(folder, 'countersign.db')}`;
    const store = await PreparedStore.at(url, options.organisation);
    const site = new Site(folder, store, { broker: await freePort(), gateway: await freePort() }, options);
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
    return `http://127.0.0.1:${this.ports.broker}`;
  }

  get gatewayUrl(): string {
    return `http://127.0.0.1:${this.ports.gateway}`;
  }

  get gatewayPort(): number {
    return this.ports.gateway;
  }

  get databasePath(): string {
    return join(this.folder, 'countersign.db');
  }

  async startBroker(): Promise<void> {
    this.broker = this.run({
      name: 'broker',
      script: 'apps/broker/src/main.js',
      env: {
        COUNTERSIGN_DATABASE_URL: this.store.url,
        COUNTERSIGN_DATA_DIR: this.folder,
        COUNTERSIGN_MASTER_KEY: this.store.masterKey,
        COUNTERSIGN_PORT: String(this.ports.broker),
        COUNTERSIGN_PUBLIC_URL: this.brokerUrl,
        COUNTERSIGN_GATEWAY_URL: this.gatewayUrl,
        COUNTERSIGN_RATE_LIMIT_PER_MINUTE: '100000000',
        ...this.options.brokerEnv,
      },
    });
    await this.broker.untilReady(`${this.brokerUrl}/readyz`);
  }

  /** Starts the gateway and waits until it is in touch. */
  async startGateway(limits: Pick<ProgramOptions, 'fileBlocks'> = {}): Promise<void> {
    this.gateway = this.run({
      name: 'gateway',
      script: 'apps/gateway/src/main.js',
      ...limits,
      env: {
        COUNTERSIGN_DATA_DIR: this.folder,
        COUNTERSIGN_GATEWAY_PORT: String(this.ports.gateway),
        COUNTERSIGN_GATEWAY_CREDENTIAL: this.credential,
        COUNTERSIGN_SPOOL_DIR: join(this.folder, 'spool'),
        ...this.options.gatewayEnv,
      },
    });
    await this.gateway.untilReady(`${this.gatewayUrl}/readyz`);
  }

  /** An API key of one of the people of the tests, or of any e-mail of the organisation. */
  async key(who: PersonName | { email: string; tenant: string | null }): Promise<string> {
    const { email, tenant } = typeof who === 'string' ? PEOPLE[who] : who;
    const known = this.keys.get(email) ?? (await this.store.key(email, tenant));
    this.keys.set(email, known);
    return known;
  }

  /** Every key that was made here. */
  get issuedKeys(): string[] {
    return [...this.keys.values()];
  }

  async close(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.dispose()));
    await this.store.close();
    await removeFolder(this.folder);
  }

  private run(options: ProgramOptions): Program {
    const program = Program.start({ ...options, preload: this.options.preload ?? [] });
    this.programs.push(program);
    return program;
  }
}
