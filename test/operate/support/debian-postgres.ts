import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.js';

const DEBIAN = '/usr/lib/postgresql';
/** PostgreSQL refuses to run as root; Debian’s packages make this user. */
const USER = 'postgres';
const READY = 'ready to accept connections';

/**
 * A server of the newest PostgreSQL that Debian's packages have installed here, with the client programs of the same version in `bin`.
 *
 * @throws Error that names the packages, if there is none
 */
export class DebianPostgres {
  private server: ReturnType<typeof spawn> | undefined;

  private constructor(
    readonly bin: string,
    private readonly port: number,
    private readonly folder: string,
    private readonly as: { uid: number; gid: number } | undefined,
  ) {}

  static async start(): Promise<DebianPostgres> {
    const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number) : [];
    const newest = versions.sort((a, b) => a - b).at(-1);
    if (newest === undefined) throw new Error('install the Debian packages postgresql and postgresql-client');
    const bin = join(DEBIAN, String(newest), 'bin');
    const folder = await mkdtemp('/tmp/countersign-debian-postgres-');
    const as = process.getuid?.() === 0 ? ids() : undefined;
    if (as !== undefined) await chown(folder, as.uid, as.gid);
    await chmod(folder, 0o755);
    const started = new DebianPostgres(bin, await freePort(), folder, as);
    const initdb = ['-D', started.data, '-A', 'trust', '-U', 'admin', '--no-sync'];
    execFileSync(join(bin, 'initdb'), initdb, { ...started.place, stdio: 'ignore' });
    try {
      await started.launch();
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  url(database: string, user = 'admin'): string {
    return `postgres://${user}:countersign@127.0.0.1:${this.port}/${database}`;
  }

  /** Runs a client program of this version. @returns what it prints */
  run(program: string, ...args: string[]): string {
    return execFileSync(join(this.bin, program), args, {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', PGPASSWORD: 'countersign' },
    });
  }

  /** Ends every connection and stops the server, as service managers do (SIGINT) or as a crash (SIGQUIT); then starts it again. */
  async restart(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    await this.end(signal);
    await this.launch();
  }

  async stop(): Promise<void> {
    await this.end('SIGQUIT');
    await rm(this.folder, { recursive: true, force: true });
  }

  private get data(): string {
    return join(this.folder, 'data');
  }

  private get place() {
    return { ...this.as, env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' }, cwd: '/' };
  }

  private async launch(): Promise<void> {
    const settings = ['-c', 'listen_addresses=127.0.0.1', '-k', this.folder, '-c', 'fsync=off'];
    const args = ['-D', this.data, '-p', String(this.port), ...settings];
    const server = spawn(join(this.bin, 'postgres'), args, {
      ...this.place,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.server = server;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${output}`)));
      server.stderr.on('data', (piece: Buffer) => {
        if (output.includes(READY)) return;
        output += piece.toString();
        if (output.includes(READY)) resolve();
      });
    });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { server } = this;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  }
}

const ids = (): { uid: number; gid: number } => {
  const id = (flag: string) => Number(execFileSync('id', [flag, USER], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
};
