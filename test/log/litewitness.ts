import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';

const run = promisify(execFile);

/** Runs an installed program. @throws Error that names the program if it is missing */
export async function tool(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  try {
    return await run(program, args, { env: { ...process.env, ...env } });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`${program} is missing: apt-get install litetlog golang golang-golang-x-mod-dev`);
  }
}

/** What Go needs to build with Debian's packages alone. */
export const GO = {
  ...{ GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '-buildvcs=false' },
  GOCACHE: join(process.cwd(), 'node_modules/.cache/go-build'),
};

/**
 * litewitness from the sources in Debian's package. The program in the package cannot keep a checkpoint: it is built on
 * a fork of its SQLite library that takes a hash for bytes where litewitness gives text, and it is built without a
 * go.mod, so that Go reads its routes as those of an older version. One word is changed for the build.
 */
async function build(folder: string): Promise<string> {
  const source = `${GO.GOPATH}/src/github.com/go-llsqlite/crawshaw/sqlitex/exec.go`;
  const [changed, overlay, program] = ['exec.go', 'overlay.json', 'litewitness'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const code = await readFile(source, 'utf8').catch(() => {
    throw new Error(
      'litewitness is missing: apt-get install litetlog golang-github-filosottile-litetlog-dev',
    );
  });
  await writeFile(changed, code.replace('case reflect.Slice, reflect.Array:', 'case reflect.Slice:'));
  await writeFile(overlay, JSON.stringify({ Replace: { [source]: changed } }));
  const flags = ['-overlay', overlay, '-o', program];
  await tool('go', ['build', ...flags, 'filippo.io/litetlog/cmd/litewitness'], GO);
  return program;
}

/** A running litewitness, whose key is in an ssh-agent. Its operator gives it logs and keys with witnessctl. */
export class LiteWitness {
  private constructor(
    private readonly database: string,
    private readonly processes: readonly ChildProcess[],
    readonly url: string,
    readonly vkey: string,
  ) {}

  static async start(folder: string): Promise<LiteWitness> {
    const program = await build(folder);
    const socket = join(folder, 'agent.sock');
    const key = join(folder, 'witness-key');
    const database = join(folder, 'witness.db');
    await tool('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    await eventually('an agent', async () =>
      tool('ssh-add', [key], { SSH_AUTH_SOCK: socket }).then(
        () => true,
        () => false,
      ),
    );
    const { stdout } = await tool('ssh-keygen', ['-lf', `${key}.pub`]);
    const url = `127.0.0.1:${await freePort()}`;
    const flags = {
      ...{ db: database, name: 'witness.example/lite', key: stdout.split(' ')[1] ?? '' },
      ...{ 'ssh-agent': socket, listen: url },
    };
    const args = Object.entries(flags).flatMap(([name, value]) => [`-${name}`, value]);
    const witness = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, GODEBUG: 'httpmuxgo121=0' },
    });
    let said = '';
    for (const stream of [witness.stdout, witness.stderr])
      stream.on('data', (data) => {
        said += String(data);
      });
    const [, vkey = ''] = await eventually('litewitness', () => /vkey=(\S+)[\s\S]*msg=listening/.exec(said));
    return new LiteWitness(database, [witness, agent], `http://${url}`, vkey);
  }

  /** Follows a log of this origin from its beginning. */
  async addLog(origin: string): Promise<void> {
    await tool('witnessctl', ['add-log', '-db', this.database, '-origin', origin]);
  }

  /** Accepts checkpoints that this key has signed, under the origin that the key names. */
  async addKey(vkey: string): Promise<void> {
    const [origin = ''] = vkey.split('+');
    await tool('witnessctl', ['add-key', '-db', this.database, '-origin', origin, '-key', vkey]);
  }

  async stop(): Promise<void> {
    for (const child of this.processes) {
      child.kill();
      await once(child, 'exit');
    }
  }
}
