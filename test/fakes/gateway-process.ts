import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { until } from './until.js';

const MAIN = fileURLToPath(new URL('../../dist/programs/gateway.js', import.meta.url));

/** On a busy machine a process needs many seconds to start. */
const START_MS = 60_000;

/** The built gateway as a process, for tests that kill it or trace it. */
export class GatewayProcess {
  url = '';
  /** The private listener's. */
  adminUrl = '';
  readonly lines: string[] = [];
  private constructor(private readonly child: ChildProcess) {}

  /** Starts it and resolves when it is in touch with its broker. */
  static async start(settings: {
    credential: string;
    spoolDir: string;
    port?: number;
    env?: Record<string, string>;
  }): Promise<GatewayProcess> {
    if (!existsSync(MAIN)) throw new Error('the gateway is not built: npm run build');
    const child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env['PATH'],
        COUNTERSIGN_GATEWAY_CREDENTIAL: settings.credential,
        COUNTERSIGN_SPOOL_DIR: settings.spoolDir,
        COUNTERSIGN_GATEWAY_PORT: String(settings.port ?? 0),
        COUNTERSIGN_ADMIN_PORT: '0',
        ...settings.env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gateway = new GatewayProcess(child);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => gateway.lines.push(...text.split('\n')));
    await until(() => gateway.lines.some((line) => line.includes('in touch with the broker')), START_MS);
    const listens = () => gateway.lines.find((line) => line.includes('"listening"'));
    await until(() => listens() !== undefined, START_MS);
    const listening = listens() ?? '{}';
    const { url, adminUrl } = JSON.parse(listening) as { url: string; adminUrl: string };
    Object.assign(gateway, { url, adminUrl });
    return gateway;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Sends a signal and resolves when the process is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    await gone;
  }
}
