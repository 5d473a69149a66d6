/**
 * Keeps one PostgreSQL server for as long as its own standard input is open. Whoever started it may die in
 * any way, `kill -9` included: the pipe closes with it, and the server goes.
 */
import { startPostgres } from './server.mjs';

// An interrupt of the whole terminal reaches this process too; the closing pipe says when to stop.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

const closed = new Promise((resolve) => {
  process.stdin.on('end', resolve).on('error', resolve).resume();
});
const server = await startPostgres();
process.stdout.write(`${server.url}\n`);
await closed;
await server.stop();
process.exit(0);
