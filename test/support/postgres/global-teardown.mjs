/** Ends the PostgreSQL server of a jest run, once, and removes its test programs. */
import { once } from 'node:events';
import { rmSync } from 'node:fs';

const HELD = Symbol.for('countersign.test.postgres');

export default async function globalTeardown() {
  const supervisor = globalThis[HELD];
  if (supervisor === undefined || supervisor.exitCode !== null) return;
  const ended = once(supervisor, 'exit');
  rmSync(process.env['COUNTERSIGN_TEST_PROGRAMS'], { recursive: true, force: true });
  supervisor.stdin.end();
  await ended;
}
