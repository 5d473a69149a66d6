import type { Server } from 'node:http';
import type { Logger } from 'pino';

const HOST = '127.0.0.1';
const STOP_MS = 3_000;

/** Runs one of the demo's small programs on loopback until a signal; `close` is called when it has stopped. */
export function runServer(server: Server, port: number, logger: Logger, close: () => void = () => {}): void {
  server.on('error', (error: NodeJS.ErrnoException) => {
    const [code, detail] =
      error.code === 'EADDRINUSE'
        ? ['port_in_use', `port ${port} is taken by another program`]
        : ['listen_failed', error.message];
    process.stderr.write(`error[${code}]: ${detail}\n`);
    process.exit(1);
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
