/** Ends what global-setup.mjs has started. */
import closeBrowser from '../../browser/support/global-teardown.mjs';
import stopPostgres from '../postgres/global-teardown.mjs';

export default async function globalTeardown() {
  await closeBrowser();
  await stopPostgres();
}
