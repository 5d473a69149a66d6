import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accepts } from '../../support/accepts.js';
import { startError } from '../../support/debian-program.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { root } from '../../support/root.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';

const PGBOUNCER = { name: '/usr/sbin/pgbouncer', package: 'pgbouncer', args: [] };

/** Files, ports and certificates are those of the test. */
const OF_THE_HOST = /^(auth_file|listen_port|server_tls_sslmode) =/;

/** The lines of the section `[pgbouncer]` that operators are told to use. */
async function documentedSettings(): Promise<string[]> {
  const page = await readFile(join(root, 'docs/security/deployment.md'), 'utf8');
  const [, lines] = /```ini\n[^`]*\[pgbouncer\]\n([^`]*)```/.exec(page) ?? [];
  if (lines === undefined) throw new Error('docs/security/deployment.md has no settings of pgbouncer');
  return lines
    .trim()
    .split('\n')
    .filter((line) => !OF_THE_HOST.test(line));
}

/** A real pgbouncer in transaction mode before a PostgreSQL server, on loopback. */
export class PgBouncer {
  private output = '';

  private constructor(
    private readonly port: number,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
  }

  /**
   * @param server the URL of its superuser
   * @param settings lines of the section `[pgbouncer]`, besides those of docs/security/deployment.md
   */
  static async start(server: string, settings: readonly string[] = []): Promise<PgBouncer> {
    const { hostname, port: serverPort, username, password } = new URL(server);
    const folder = await tempFolder('pgbouncer');
    const port = await freePort();
    await writeFile(join(folder, 'users.txt'), `"${username}" "${password}"\n`);
    await writeFile(
      join(folder, 'pgbouncer.ini'),
      [
        '[databases]',
        `* = host=${hostname} port=${serverPort}`,
        '[pgbouncer]',
        ...(await documentedSettings()),
        `auth_file = ${join(folder, 'users.txt')}`,
        `listen_port = ${port}`,
        'unix_socket_dir =',
        ...settings,
      ].join('\n'),
    );
    await chmod(folder, 0o755);
    // It refuses to run as root.
    const idOf = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
    const as = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
    const child = spawn(PGBOUNCER.name, [join(folder, 'pgbouncer.ini')], {
      ...as,
      stdio: 'pipe',
      cwd: folder,
    });
    const bouncer = new PgBouncer(port, folder, child);
    const failed = new Promise<never>((_resolve, reject) => {
      child.once('error', (error) => reject(startError(PGBOUNCER, error)));
      child.once('exit', (code) => reject(new Error(`pgbouncer ended (${code}): ${bouncer.output}`)));
    });
    failed.catch(() => undefined);
    await Promise.race([failed, eventually('pgbouncer listens', () => accepts(port), 20_000)]);
    return bouncer;
  }

  /** The URL by which a database of the server is reached through it. */
  before(database: string): string {
    return Object.assign(new URL(database), { port: String(this.port) }).href;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGQUIT');
      await ended;
    }
    await removeFolder(this.folder);
  }
}
