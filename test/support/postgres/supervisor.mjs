/**
 * Keeps one PostgreSQL server for as long as its own standard input is open. Its parent may die in
 * any way, including `kill -9`: that closes the pipe, and the server ends.
 */
import { startPostgres } from './server.mjs';

// A terminal interrupt reaches this process too. Ignore it: the closing pipe shows when to stop.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

const closed = new Promise((resolve) => {
  process.stdin.on('end', resolve).on('error', resolve).resume();
});
// Tests can run on the server of a package, too: the folder with its programs.
const server = await startPostgres({ bin: process.env['COUNTERSIGN_TEST_POSTGRES_BIN'] });
process.stdout.write(`${server.url}\n`);
await closed;
await server.stop();
process.exit(0);
