import type { Server } from 'node:http';

/** A request has to arrive within these; answers, streams above all, may take as long as they need. */
export function limitServer(server: Server): void {
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  // Longer than a client that is busy for a while keeps its connection: closing first would race its next call.
  server.keepAliveTimeout = 65_000;
  // None may vanish unseen; how many there may be is `plainHeaders`' to say.
  server.maxHeadersCount = 0;
}
