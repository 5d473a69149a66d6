/** Starts the one PostgreSQL server of a jest run, whichever of its projects comes first, and names a folder for test programs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HELD = Symbol.for('countersign.test.postgres');

export default async function globalSetup() {
  globalThis[HELD] ??= await start();
}

async function start() {
  const supervisor = spawn(process.execPath, [fileURLToPath(new URL('./supervisor.mjs', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  supervisor.stdout.setEncoding('utf8');
  const [url] = await Promise.race([
    once(supervisor.stdout, 'data'),
    once(supervisor, 'exit').then(() =>
      Promise.reject(new Error('the PostgreSQL of the tests did not start')),
    ),
  ]);
  // The workers of the run inherit both. The second is made by the first test that needs it.
  process.env['COUNTERSIGN_TEST_POSTGRES'] = url.trim();
  process.env['COUNTERSIGN_TEST_PROGRAMS'] = join(tmpdir(), `countersign-programs-${process.pid}`);
  return supervisor;
}
