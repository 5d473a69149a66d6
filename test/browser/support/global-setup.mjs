/** Starts the one browser of a jest run. Each site connects to it, and has contexts of its own in it. */
import { chromium } from 'playwright-core';
import { findChromium } from './find-chromium.mjs';

const BROWSER = Symbol.for('countersign.test.browser');

export default async function globalSetup() {
  const server = await chromium.launchServer({
    executablePath: await findChromium(),
    args: ['--no-sandbox'],
  });
  globalThis[BROWSER] = server;
  // The workers of the run inherit it.
  process.env.COUNTERSIGN_TEST_BROWSER = server.wsEndpoint();
}
