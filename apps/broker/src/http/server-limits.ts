import type { Server } from 'node:http';

/** A request has to arrive within these; answers, streams above all, may take as long as they need. */
export function limitServer(server: Server): void {
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 5_000;
  // None may vanish unseen; how many there may be is `plainHeaders`' to say.
  server.maxHeadersCount = 0;
}
