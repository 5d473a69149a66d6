import { join } from 'node:path';
import { Cli } from './cli.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { Program } from './program.js';
import { removeFolder, tempFolder } from './temp-folder.js';

type Ports = Record<'broker' | 'gateway' | 'service' | 'identity' | 'mailbox', number>;

/** `npm start` on its own ports and in its own folder. A restart finds the same data. */
export class Demo {
  private program: Program | undefined;

  private constructor(
    private readonly folder: string,
    readonly ports: Ports,
    private readonly smtp: number,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** @param env further variables of its environment */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<Demo> {
    const folder = await tempFolder('start');
    const ports = {
      broker: await freePort(),
      gateway: await freePort(),
      service: await freePort(),
      identity: await freePort(),
      mailbox: await freePort(),
    };
    const demo = new Demo(folder, ports, await freePort(), env);
    await demo.run();
    return demo;
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  get url(): string {
    return `http://localhost:${this.ports.broker}`;
  }

  get gatewayUrl(): string {
    return `http://localhost:${this.ports.gateway}`;
  }

  /** The current process. */
  get process(): Program {
    if (this.program === undefined) throw new Error('the demo does not run');
    return this.program;
  }

  /** Runs the command on its host. */
  get cli(): Cli {
    return new Cli({
      COUNTERSIGN_DATA_DIR: this.dataDir,
      COUNTERSIGN_BROKER_URL: this.url,
      COUNTERSIGN_GATEWAY_URL: this.gatewayUrl,
    });
  }

  /** Starts it and waits until it reports that it is running. */
  async run(): Promise<void> {
    const program = Program.start({
      name: 'npm start',
      script: 'apps/demo/src/main.js',
      env: {
        ...this.env,
        COUNTERSIGN_DATA_DIR: this.dataDir,
        COUNTERSIGN_PORT: String(this.ports.broker),
        COUNTERSIGN_GATEWAY_PORT: String(this.ports.gateway),
        COUNTERSIGN_DEMO_SERVICE_PORT: String(this.ports.service),
        COUNTERSIGN_DEMO_OIDC_PORT: String(this.ports.identity),
        COUNTERSIGN_DEMO_MAIL_PORT: String(this.ports.mailbox),
        COUNTERSIGN_DEMO_SMTP_PORT: String(this.smtp),
      },
    });
    this.program = program;
    let ended = false;
    void program.ended.then(() => {
      ended = true;
    });
    await eventually(
      'it says that it is running',
      () => {
        if (ended) throw new Error(`it ended: ${program.stderr}`);
        return program.stdout.includes('Countersign is running.');
      },
      120_000,
    );
  }

  /** Stops it with SIGTERM instead of a kill, because it has to end its children. */
  async close(): Promise<void> {
    await this.program?.stop('SIGTERM');
    await removeFolder(this.folder);
  }
}
