import { type ChildProcess, spawn } from 'node:child_process';
import type { BrokerEnvironment } from '@countersign/config';
import { compiled } from '../support/root.js';

/** The built broker in a process of its own. */
export class BrokerProcess {
  stdout = '';
  stderr = '';
  readonly ended: Promise<number | NodeJS.Signals>;

  private constructor(
    readonly child: ChildProcess,
    readonly url: string,
  ) {
    child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    this.ended = new Promise((resolve) =>
      child.on('exit', (code, signal) => resolve(signal ?? code ?? Number.NaN)),
    );
  }

  /** @param change variables besides those that open this store; undefined removes one */
  static spawn(
    environment: BrokerEnvironment,
    port: number,
    change: Record<string, string | undefined> = {},
  ): BrokerProcess {
    const child = spawn(process.execPath, [compiled('programs/broker.js')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        COUNTERSIGN_DATABASE_URL: environment.databaseUrl,
        COUNTERSIGN_DATA_DIR: environment.dataDir,
        COUNTERSIGN_MASTER_KEY: Buffer.from(environment.masterKey).toString('base64'),
        COUNTERSIGN_PORT: String(port),
        COUNTERSIGN_ADMIN_PORT: 'none',
        COUNTERSIGN_RATE_LIMIT_PER_MINUTE: '1000000',
        COUNTERSIGN_PASSKEY_COOLING: 'PT0S',
        ...change,
      },
    });
    return new BrokerProcess(child, `http://127.0.0.1:${port}`);
  }

  /** Resolves once the broker reports that it runs. @throws Error with its output if it ended instead */
  async ready(): Promise<void> {
    const running = new Promise<'running'>((resolve) => {
      this.child.stdout?.on('data', () => {
        if (this.stdout.includes('the broker is running')) resolve('running');
      });
    });
    if ((await Promise.race([running, this.ended])) !== 'running')
      throw new Error(`the broker did not start: ${this.stderr}${this.stdout}`);
  }
}
