import { requireTag } from './tags.js';

/** How long a process may get no processor while two cores run all tests at once. */
const BUSY_MACHINE_MS = 8_000;

/**
 * The most that something with a deadline may take in this run. A spec that calls this has the tag `@alone`: `npm run test:alone`
 * runs it, with the tests of `onlyInSoak`. It has the machine to itself, and holds the deadline as it is promised. `npm test` and the soak leave room for a busy
 * machine. They still show that a stop arrives, or that a process ends, because of what the test does: without that, both would take
 * even longer.
 */
export function onBusyMachine(deadlineMs: number): number {
  if (holdsDeadlines()) return deadlineMs;
  requireTag('alone');
  return deadlineMs + BUSY_MACHINE_MS;
}

/** Whether this run holds each deadline exactly. */
export const holdsDeadlines = (): boolean => process.env['COUNTERSIGN_TEST_DEADLINES'] === 'exact';
