import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import type { Ran } from '../../support/cli.js';
import { brokerEnv, gatewayEnv } from '../../support/environments.js';
import { freePort } from '../../support/free-port.js';
import { organisationText } from '../../support/json-server.js';
import { MASTER_KEY } from '../../support/migrated-database.js';
import { type HostUser, Program } from '../../support/program.js';
import { specFolder } from '../../support/spec-folder.js';

type HostSiteOptions = {
  /** The folder of a release. */
  release: string;
  /** The Node that runs it. Default: this one. */
  node?: string;
  /** Default: SQLite in the data folder. */
  databaseUrl?: string | undefined;
  workers?: number;
};

/** Of `organisationText`. */
const PEOPLE = {
  engineer: 'una@fjord.example',
  reviewer: 'per@fjord.example',
  approver: 'siri@harbour.example',
};
type Person = keyof typeof PEOPLE;

/** What the main job shows. */
export type MainJob = {
  /** What the service answered. */
  answer: string;
  calls: { decision: string; path: string }[];
  afterStop: Ran;
  /** What `log mirror` of the customer found. */
  log: { verified: boolean };
};

/** Debian and most systems have this user, who owns no file. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/**
 * A broker, a gateway and the command, run from the folder of a release as on a host: by a user of their own (if the test is run by
 * root), from another folder, with nothing of this clone.
 */
export class HostSite {
  readonly upstream = new CountingUpstream();
  private readonly running: Program[] = [];
  private readonly keys: Partial<Record<Person, string>> = {};
  gateway!: Program;

  private constructor(
    private readonly options: HostSiteOptions,
    readonly folder: string,
    private readonly user: HostUser,
    private readonly ports: { broker: number; gateway: number; admin: number },
  ) {}

  static async create(options: HostSiteOptions): Promise<HostSite> {
    const folder = join(specFolder(), 'data');
    chmodSync(join(folder, '..'), 0o755);
    mkdirSync(folder, { mode: 0o700 });
    if (NOBODY.uid !== undefined) chownSync(folder, NOBODY.uid, NOBODY.gid);
    const user = { node: options.node ?? process.execPath, cwd: folder, ...NOBODY };
    const ports = { broker: await freePort(), gateway: await freePort(), admin: await freePort() };
    const site = new HostSite(options, folder, user, ports);
    await site.upstream.start();
    return site;
  }

  get brokerUrl(): string {
    return `http://127.0.0.1:${this.ports.broker}`;
  }

  get gatewayUrl(): string {
    return `http://127.0.0.1:${this.ports.gateway}`;
  }

  get adminUrl(): string {
    return `http://127.0.0.1:${this.ports.admin}`;
  }

  /** Runs a verb of the command to its end, with a person's key or on the host. */
  command(args: readonly string[], person?: Person): Promise<Ran> {
    return this.run('bin/countersign.mjs', args, person);
  }

  /** Runs a program of the release to its end. @param script from its folder */
  async run(script: string, args: readonly string[], person?: Person): Promise<Ran> {
    const key = person === undefined ? {} : { COUNTERSIGN_API_KEY: this.keys[person] ?? '' };
    const program = this.start(script, script, { ...this.env, ...key }, args);
    const { code } = await program.ended;
    return { code, stdout: program.stdout, stderr: program.stderr };
  }

  /** The document of a verb that has to succeed. */
  async json<T>(args: readonly string[], person?: Person): Promise<T> {
    const { code, stdout, stderr } = await this.command(['--json', ...args], person);
    if (code !== 0) throw new Error(`countersign ${args.join(' ')} exits ${code}: ${stderr}${stdout}`);
    return JSON.parse(stdout) as T;
  }

  /** Migrates, applies an organisation, and makes an API key for each person. */
  async setUp(): Promise<void> {
    writeFileSync(join(this.folder, 'organisation.yaml'), organisationText(this.upstream.origin));
    await this.json(['migrate']);
    await this.json(['apply', '-f', 'organisation.yaml']);
    for (const [person, email] of Object.entries(PEOPLE)) {
      const { key } = await this.json<{ key: string }>(['keys', 'create', '--principal', email]);
      this.keys[person as Person] = key;
    }
  }

  async startBroker(): Promise<Program> {
    const broker = this.start('broker', 'programs/broker.js', this.env);
    await broker.untilReady(`${this.brokerUrl}/readyz`);
    return broker;
  }

  async startGateway(): Promise<Program> {
    const { credential } = await this.json<{ credential: string }>(['gateways', 'enroll', 'host']);
    const place = { folder: this.folder, credential };
    this.gateway = this.start('gateway', 'programs/gateway.js', {
      ...gatewayEnv(place, this.ports.gateway, 'spool', this.ports.admin),
      COUNTERSIGN_GATEWAY_WORKERS: String(this.options.workers ?? 1),
    });
    await this.gateway.untilReady(`${this.gatewayUrl}/readyz`);
    return this.gateway;
  }

  /** The main job, with the command: a request, both reviews, a call, its record, the stop, and the customer's log. */
  async mainJob(): Promise<MainJob> {
    const scope = ['--scope', 'patients/*:read', '--for', '30m', '--reason', 'Case 4711: wrong total'];
    const { id } = await this.json<{ id: string }>(['request', 'harbour', 'patients', ...scope], 'engineer');
    await this.json(['review', id, '--approve'], 'reviewer');
    await this.json(['review', id, '--approve'], 'approver');
    const { items } = await this.json<{ items: { id: string }[] }>(['grants'], 'engineer');
    const grant = items[0]?.id ?? '';
    const call = ['curl', grant, '--', '/clinics/harbour/patients/p-1'];
    const { stdout: answer, stderr, code } = await this.command(call, 'engineer');
    if (code !== 0) throw new Error(`the call failed: ${stderr}${answer}`);
    const calls = await this.recordedCalls(grant);
    await this.json(['revoke', grant, '--reason', 'Done'], 'approver');
    const afterStop = await this.command(call, 'engineer');
    return { answer, calls, afterStop, log: await this.json(['log', 'mirror', 'mirror'], 'approver') };
  }

  /** A record arrives within a second of its call. */
  private async recordedCalls(grant: string): Promise<MainJob['calls']> {
    for (let tries = 0; ; tries += 1) {
      const { items } = await this.json<{ items: MainJob['calls'] }>(['calls', grant], 'engineer');
      if (items.length > 0 || tries > 20) return items;
    }
  }

  async close(): Promise<void> {
    for (const program of this.running.reverse()) await program.dispose();
    await this.upstream.stop();
  }

  private get env(): Record<string, string> {
    const { databaseUrl = `sqlite:${join(this.folder, 'countersign.db')}` } = this.options;
    const store = { url: databaseUrl, masterKey: Buffer.from(MASTER_KEY).toString('base64') } as Parameters<
      typeof brokerEnv
    >[0]['store'];
    const { folder, brokerUrl, gatewayUrl } = this;
    return {
      ...brokerEnv({ store, folder, brokerUrl, gatewayUrl }, this.ports.broker),
      COUNTERSIGN_BROKER_URL: brokerUrl,
    };
  }

  private start(
    name: string,
    script: string,
    env: Record<string, string>,
    args: readonly string[] = [],
  ): Program {
    // A home that does not exist, as this user's.
    const program = Program.start({
      ...{ name, script: join(this.options.release, script), args, host: this.user },
      env: { HOME: '/nonexistent', TMPDIR: this.folder, ...env },
    });
    this.running.push(program);
    return program;
  }
}
