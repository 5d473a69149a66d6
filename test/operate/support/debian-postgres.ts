import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.js';

const DEBIAN = '/usr/lib/postgresql';
/** PostgreSQL refuses to run as root; Debian’s packages make this user. */
const USER = 'postgres';

/**
 * A server of the newest PostgreSQL that Debian's packages have installed here, with the client programs of the same version in `bin`.
 *
 * @throws Error that names the packages, if there is none
 */
export class DebianPostgres {
  private constructor(
    readonly bin: string,
    private readonly port: number,
    private readonly folder: string,
    private readonly server: ReturnType<typeof spawn>,
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
    const data = join(folder, 'data');
    const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' };
    execFileSync(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'admin', '--no-sync'], {
      ...as,
      env,
      cwd: '/',
      stdio: 'ignore',
    });
    const port = await freePort();
    const settings = [
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-k',
      folder,
      '-c',
      'fsync=off',
    ];
    const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings], {
      ...as,
      env,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const started = new DebianPostgres(bin, port, folder, server);
    try {
      await started.ready();
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

  async stop(): Promise<void> {
    if (this.server.exitCode === null && this.server.signalCode === null) {
      const ended = once(this.server, 'exit');
      this.server.kill('SIGQUIT');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    let output = '';
    for await (const piece of this.server.stderr ?? []) {
      output += String(piece);
      if (output.includes('ready to accept connections')) break;
    }
    if (this.server.exitCode !== null) throw new Error(`PostgreSQL did not start: ${output}`);
  }
}

const ids = (): { uid: number; gid: number } => {
  const id = (flag: string) => Number(execFileSync('id', [flag, USER], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
};
