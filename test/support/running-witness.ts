import { run } from '../../apps/cli/src/main.js';
import { Terminal } from '../../apps/cli/test/terminal.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

/** A `countersign witness` inside the test. */
export class RunningWitness {
  private constructor(
    readonly url: string,
    readonly vkey: string,
    private readonly terminal: Terminal,
    private readonly ended: Promise<number>,
  ) {}

  /**
   * @param logs verifier keys of the logs that it follows
   * @param port of a witness that was stopped; default: one that no other test gets when the witness has stopped
   */
  static async start(
    folder: string,
    name: string,
    logs: readonly string[],
    port?: string,
  ): Promise<RunningWitness> {
    const terminal = new Terminal({});
    const flags = logs.flatMap((vkey) => ['--log', vkey]);
    const own = port ?? String(await freePort());
    const ended = run(['witness', folder, '--name', name, '--port', own, ...flags], terminal);
    const [, url = ''] = await eventually('a witness', () => /(http:\/\/[^/]+)\//.exec(terminal.err));
    const vkey = (await (await fetch(`${url}/`)).text()).trim();
    return new RunningWitness(url, vkey, terminal, ended);
  }

  async stop(): Promise<void> {
    this.terminal.stopping.abort();
    await this.ended;
  }
}
