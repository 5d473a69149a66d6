import { findChromium } from './find-chromium.mjs';

/** Once for all workers: the packed Chromium unpacks itself where it is asked first. */
export default async function globalSetup() {
  process.env.COUNTERSIGN_TEST_CHROMIUM = await findChromium();
}
