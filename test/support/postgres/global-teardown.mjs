/** Ends the PostgreSQL server of a jest run, once. */
import { once } from 'node:events';

const HELD = Symbol.for('countersign.test.postgres');

export default async function globalTeardown() {
  const supervisor = globalThis[HELD];
  if (supervisor === undefined || supervisor.exitCode !== null) return;
  const ended = once(supervisor, 'exit');
  supervisor.stdin.end();
  await ended;
}
