import type { Server } from 'node:http';
import type { Logger } from 'pino';

const HOST = '127.0.0.1';
const STOP_MS = 3_000;

/** Runs one of the demo's small servers on loopback until SIGINT or SIGTERM. Calls `close` when it has stopped. */
export function runServer(server: Server, port: number, logger: Logger, close: () => void = () => {}): void {
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') fail('port_in_use', `port ${port} is used by another program`);
    fail('listen_failed', error.message);
  });
  server.listen(port, HOST, () => logger.info({ port }, 'listening'));
  const stop = () => {
    server.close(() => {
      close();
      process.exit(0);
    });
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), STOP_MS).unref();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** Ends a program of the demo with an error. */
export function fail(code: string, detail: string): never {
  process.stderr.write(`error[${code}]: ${detail}\n`);
  process.exit(1);
}
