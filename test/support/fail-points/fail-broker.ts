import { join } from 'node:path';
import type { SigningDeps } from '@countersign/access';
import { addEngineers } from '../../factories/engineers.js';
import { organisation } from '../../factories/organisation.js';
import { brokerEnv } from '../environments.js';
import { eventually } from '../eventually.js';
import { freePort } from '../free-port.js';
import { Keys } from '../keys.js';
import { MASTER_KEY, migratedPostgres, migratedSqlite } from '../migrated-database.js';
import { PreparedStore } from '../prepared-store.js';
import { Program } from '../program.js';
import { root } from '../root.js';
import type { Who } from '../story.js';
import { removeFolder, tempFolder } from '../temp-folder.js';

export type Engine = 'SQLite' | 'PostgreSQL';
/** Which steps a broker counts, and the step at which it dies; 0 for none. */
export type Plan = { unit: 'tenant' | 'call' | 'vendor'; at: number };

export type FailBrokerOptions = {
  engineers: number;
  brokerEnv?: Record<string, string>;
  webhook?: { url: string; secretFile: string };
};

/** A store and one broker on it that dies at a chosen step (`broker.mjs`). */
export class FailBroker {
  /** The steps that the running broker has counted since it got its plan. */
  steps: string[] = [];
  private program: Program | undefined;
  private readonly keys: Keys;

  private constructor(
    readonly folder: string,
    readonly store: PreparedStore,
    private readonly port: number,
    private readonly options: FailBrokerOptions,
    private readonly drop: () => Promise<void>,
  ) {
    this.keys = new Keys(store);
  }

  /** Creates the store; no broker runs yet. */
  static async make(engine: Engine, options: FailBrokerOptions): Promise<FailBroker> {
    const folder = await tempFolder('fail-points');
    const { url, drop } =
      engine === 'SQLite'
        ? { url: await migratedSqlite(join(folder, 'countersign.db')), drop: () => Promise.resolve() }
        : await migratedPostgres();
    const file = organisation((draft) => {
      draft.vendor.webhooks = options.webhook === undefined ? [] : [options.webhook];
      addEngineers(draft, options.engineers);
    });
    const store = await PreparedStore.at(url, file, MASTER_KEY);
    return new FailBroker(folder, store, await freePort(), options, drop);
  }

  get brokerUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get gatewayUrl(): string {
    return 'http://127.0.0.1:9';
  }

  get host(): SigningDeps {
    return this.store.host;
  }

  key(who: Who): Promise<string> {
    return this.keys.of(who);
  }

  /** Starts it with a plan that is active at once; the broker may die during its start. */
  begin(plan?: Plan, ahead = 0): void {
    this.steps = [];
    const steps = this.steps;
    this.program = Program.start({
      name: 'broker',
      script: join(root, 'test/support/fail-points/broker.mjs'),
      args: [String(ahead), ...(plan === undefined ? [] : [JSON.stringify(plan)])],
      env: { ...brokerEnv(this, this.port), ...this.options.brokerEnv },
    });
    this.program.child.on('message', (said: { step?: string }) => {
      if (said.step !== undefined) steps.push(said.step);
    });
  }

  /** Starts it and waits until it serves. */
  async start(ahead = 0): Promise<void> {
    this.begin(undefined, ahead);
    await this.running.untilReady(`${this.brokerUrl}/readyz`);
  }

  /** Makes the running broker count from now on. */
  async arm(plan: Plan): Promise<void> {
    this.steps.length = 0;
    const { child } = this.running;
    const armed = new Promise<void>((resolve) => {
      child.on('message', (said: { armed?: true }) => said.armed === true && resolve());
    });
    child.send(plan);
    await armed;
  }

  /** Waits for its end. @throws Error if it survives, or ended by anything but `kill -9` */
  async killed(): Promise<void> {
    const { program } = this;
    let over: { signal: NodeJS.Signals | null } | undefined;
    void program?.ended.then((ending) => {
      over = ending;
    });
    const { signal } = await eventually('the broker is dead', () => over, 60_000).catch(() => {
      throw new Error(`the broker lives on, at ${JSON.stringify(this.steps)}: ${this.said()}`);
    });
    if (signal !== 'SIGKILL') throw new Error(`the broker ended by ${signal}: ${this.said()}`);
  }

  /** @throws Error with what the broker printed, if a call to it fails */
  async explaining<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (cause) {
      throw new Error(`a call to the broker failed: ${this.said()}`, { cause });
    }
  }

  async stop(): Promise<void> {
    await this.running.stop();
  }

  async close(): Promise<void> {
    await this.program?.dispose();
    await this.store.close();
    await this.drop();
    await removeFolder(this.folder);
  }

  /** The end of what the broker printed. */
  private said(): string {
    return `${this.program?.stderr}${this.program?.stdout}`.slice(-2_000);
  }

  private get running(): Program {
    if (this.program === undefined) throw new Error('no broker was started');
    return this.program;
  }
}
