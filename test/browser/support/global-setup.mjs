/** Starts the one browser of a jest run. Each site connects to it, and has contexts of its own in it. */
import { chromium } from 'playwright-core';
import { findChromium } from './find-chromium.mjs';

const BROWSER = Symbol.for('countersign.test.browser');

export default async function globalSetup() {
  const server = await chromium.launchServer({
    executablePath: await findChromium(),
    args: [
      '--no-sandbox',
      // Sites and pages share processes: to start one costs as much as to show a page. What a page may do stays the same.
      '--process-per-site',
      '--renderer-process-limit=1',
      '--disable-site-isolation-trials',
    ],
  });
  globalThis[BROWSER] = server;
  // The workers of the run inherit it.
  process.env.COUNTERSIGN_TEST_BROWSER = server.wsEndpoint();
}
