import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator } from 'playwright-core';

/** How long a test waits, also on a slow machine. */
export const PATIENCE_MS = 60_000;
const PAUSE_MS = 30;

/**
 * Repeats the assertions until they hold: a page shows, focuses and keeps things a moment after their cause.
 *
 * @throws what they threw last, after PATIENCE_MS
 */
export async function soon(assertions: () => Promise<void>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await assertions();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await sleep(PAUSE_MS);
  }
}

/** Waits until nothing on the page matches. */
export const gone = (shown: Locator): Promise<void> => shown.first().waitFor({ state: 'detached' });
