/** Starts what specs of both kinds share: a PostgreSQL server and a browser. */
import startBrowser from '../../browser/support/global-setup.mjs';
import startPostgres from '../postgres/global-setup.mjs';

export default async function globalSetup() {
  await startPostgres();
  await startBrowser();
}
