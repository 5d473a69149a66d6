import type { Organisation } from '@countersign/access';
import type { PersonName } from '../factories/organisation.js';
import { Balancer } from './balancer.js';
import { brokerEnv, gatewayEnv } from './environments.js';
import { freePort } from './free-port.js';
import { Inside } from './inside.js';
import { Keys } from './keys.js';
import { MASTER_KEY, migratedPostgres } from './migrated-database.js';
import { PreparedStore } from './prepared-store.js';
import { Program, type Running } from './program.js';
import { removeFolder, tempFolder } from './temp-folder.js';

export type ClusterOptions = {
  organisation: Organisation;
  brokers: number;
  gateways?: number;
  /** The URL of an empty database. Default: one on the run's server, which is dropped in the end. */
  databaseUrl?: string;
  brokerEnv?: Record<string, string>;
  /** Added to the environment of both. */
  env?: Record<string, string>;
  /** Modules that both load first. */
  preload?: readonly string[];
  /** The port through which brokers reach the database, instead of its own port. */
  databasePort?: number;
  /** Runs all of it in the process of the test. Such a broker cannot be killed. */
  inside?: boolean;
};

const IN_TOUCH = /^.*in touch with the broker.*$/gm;

/** Several brokers on one PostgreSQL database behind a plain TCP balancer, and gateways that know only the balancer. */
export class Cluster {
  readonly gateways: Running[] = [];
  private readonly brokers: Running[] = [];
  private readonly gatewayPlaces: { calls: number; admin: number; credential: string }[] = [];
  private readonly keys: Keys;
  /** The last gateway's. */
  credential = '';

  private constructor(
    readonly folder: string,
    readonly store: PreparedStore,
    readonly balancer: Balancer,
    private readonly ports: readonly number[],
    private readonly options: ClusterOptions,
    private readonly drop: () => Promise<void>,
  ) {
    this.keys = new Keys(store);
  }

  static async start(options: ClusterOptions): Promise<Cluster> {
    const folder = await tempFolder('cluster');
    const { databaseUrl } = options;
    const { url, drop } =
      databaseUrl === undefined
        ? await migratedPostgres()
        : { url: databaseUrl, drop: () => Promise.resolve() };
    const store = await PreparedStore.at(url, options.organisation, MASTER_KEY);
    const ports = await Promise.all(Array.from({ length: options.brokers }, () => freePort()));
    const balancer = await Balancer.start({ ports });
    const cluster = new Cluster(folder, store, balancer, ports, options, drop);
    try {
      await Promise.all(ports.map((_, place) => cluster.startBroker(place)));
      for (let count = options.gateways ?? 0; count > 0; count -= 1) await cluster.addGateway();
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** The balancer's. */
  get brokerUrl(): string {
    return `http://127.0.0.1:${this.balancer.port}`;
  }

  /** The first gateway's. */
  get gatewayUrl(): string {
    return this.urlOfGateway(0);
  }

  urlOfGateway(place: number): string {
    return `http://127.0.0.1:${this.gatewayPlaces[place]?.calls ?? 0}`;
  }

  /** A gateway's private listener. */
  adminUrlOfGateway(place: number): string {
    return `http://127.0.0.1:${this.gatewayPlaces[place]?.admin ?? 0}`;
  }

  /** The first gateway's. */
  get gatewayAdminUrl(): string {
    return this.adminUrlOfGateway(0);
  }

  /** One broker's own address, which bypasses the balancer. */
  urlOfBroker(place: number): string {
    return `http://127.0.0.1:${this.ports[place]}`;
  }

  key(who: PersonName | { email: string; tenant: string | null }): Promise<string> {
    return this.keys.of(who);
  }

  async startBroker(place: number): Promise<void> {
    const database = new URL(this.store.url);
    if (this.options.databasePort !== undefined) database.port = String(this.options.databasePort);
    const broker = this.launch('broker', place, {
      ...brokerEnv(this, this.ports[place] as number),
      COUNTERSIGN_DATABASE_URL: database.href,
      ...this.options.brokerEnv,
    });
    this.brokers[place] = broker;
    await broker.untilReady(`${this.urlOfBroker(place)}/readyz`);
  }

  stopBroker(place: number): Promise<unknown> {
    return this.brokers[place]?.stop() ?? Promise.resolve();
  }

  /** What a broker has logged. */
  logOfBroker(place: number): string {
    return this.brokers[place]?.stdout ?? '';
  }

  /** `kill -9`. @returns the moment, in milliseconds since the epoch */
  async killBroker(place: number): Promise<number> {
    const at = Date.now();
    await this.program('broker', place).stop('SIGKILL');
    return at;
  }

  /** Starts a gateway that was stopped, on its spool. */
  async startGateway(place: number): Promise<void> {
    const { calls, admin, credential } = this.gatewayPlaces[place] as (typeof this.gatewayPlaces)[number];
    const env = gatewayEnv({ folder: this.folder, credential }, calls, `spool-${place}`, admin);
    const gateway = this.launch('gateway', place, env);
    this.gateways[place] = gateway;
    await gateway.untilReady(`${this.urlOfGateway(place)}/readyz`);
  }

  /** A broker or a gateway that runs as a process. */
  program(name: 'broker' | 'gateway', place: number): Program {
    const running = (name === 'broker' ? this.brokers : this.gateways)[place];
    if (!(running instanceof Program)) throw new Error('it is no process');
    return running;
  }

  /** For each gateway, the times at which it connected, in milliseconds since the epoch. */
  touches(place: number): number[] {
    const lines = this.gateways[place]?.stdout.match(IN_TOUCH) ?? [];
    return lines.map((line) => Date.parse((JSON.parse(line) as { time: string }).time));
  }

  async close(): Promise<void> {
    await Promise.all([...this.gateways, ...this.brokers].map((program) => program?.dispose()));
    await this.balancer.stop();
    await this.store.close();
    await this.drop();
    await removeFolder(this.folder);
  }

  private async addGateway(): Promise<void> {
    const place = this.gatewayPlaces.length;
    this.credential = await this.store.credential(`gateway-${place}`, this.brokerUrl);
    const { credential } = this;
    this.gatewayPlaces.push({ calls: await freePort(), admin: await freePort(), credential });
    await this.startGateway(place);
  }

  private launch(name: 'broker' | 'gateway', place: number, own: Record<string, string>): Running {
    const { inside, env, preload = [] } = this.options;
    if (inside === true) return Inside.start(name, { ...own, ...env });
    return Program.start({
      ...{ name: `${name} ${place}`, script: `programs/${name}.js`, env: { ...own, ...env }, preload },
    });
  }
}
