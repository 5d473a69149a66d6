import { findChromium } from './find-chromium.mjs';

/** Runs once for all workers, so that only one process unpacks the packaged Chromium. */
export default async function globalSetup() {
  process.env.COUNTERSIGN_TEST_CHROMIUM = await findChromium();
}
