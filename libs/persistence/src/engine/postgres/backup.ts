import { spawn } from 'node:child_process';
import { StoreError } from '../../errors.js';

/** Options of a URL that mean the same to libpq as to `pg`. */
const OPTIONS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'host'];
const MOST_OUTPUT = 2_000;

/**
 * Runs PostgreSQL's own `pg_dump`, in the custom format of `pg_restore`. By itself it fails here, because row-level security binds the
 * owner of the tables too: the connection has to be the vendor's. Roles and rights are not in it; `migrate` makes them.
 *
 * @throws StoreError `backup_failed`
 */
export async function backUpPostgres(url: string, file: string): Promise<void> {
  const { address, user, password } = addressOf(url);
  const args = ['--format=custom', '--enable-row-security', '--no-owner', '--no-privileges'];
  const { code, output } = await runTool('pg_dump', [...args, `--file=${file}`, `--dbname=${address}`], {
    PGOPTIONS: '-c countersign.vendor=on',
    ...(user === '' ? {} : { PGUSER: user }),
    ...(password === '' ? {} : { PGPASSWORD: password }),
  });
  if (code !== 0) throw new StoreError('backup_failed', `pg_dump failed: ${output || `exit ${code}`}`);
}

/** The URL without its password, which no list of processes may show. */
function addressOf(url: string): { address: string; user: string; password: string } {
  const location = new URL(url);
  const address = new URL(`postgresql://${location.host}${location.pathname}`);
  for (const name of OPTIONS) {
    const value = location.searchParams.get(name);
    if (value !== null) address.searchParams.set(name, value);
  }
  // `pg` trusts the authorities of this machine by default. libpq does so only with `sslrootcert=system`.
  if (location.searchParams.get('sslmode') === 'verify-full' && !address.searchParams.has('sslrootcert'))
    if (process.env['PGSSLROOTCERT'] === undefined) address.searchParams.set('sslrootcert', 'system');
  const [user, password] = [location.username, location.password].map(decodeURIComponent) as [string, string];
  return { address: address.href, user, password };
}

function runTool(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string }> {
  const own = Object.entries(process.env).filter(([key]) => !key.startsWith('COUNTERSIGN_'));
  return new Promise((resolve, reject) => {
    const tool = spawn(name, args, {
      env: { ...Object.fromEntries(own), ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    tool.stderr.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(0, MOST_OUTPUT);
    });
    tool.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        new StoreError(
          'backup_failed',
          error.code === 'ENOENT'
            ? `${name} is not on the PATH. Install PostgreSQL’s client programs, of the server’s version or later.`
            : `${name} could not be started (${error.code}).`,
          error,
        ),
      ),
    );
    tool.on('close', (code) => resolve({ code, output: output.trim() }));
  });
}
