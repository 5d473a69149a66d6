import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A relay between a gateway and its broker. It always forwards the feed, but records only while `takesRecords`. */
export class Relay {
  takesRecords = true;
  private server: Server | undefined;

  /** @returns the gateway's new broker address */
  async start(brokerUrl: string): Promise<string> {
    this.server = createServer((incoming, outgoing) => {
      if (!this.takesRecords && incoming.url === '/gateway/v1/records') {
        incoming.resume();
        outgoing.writeHead(503, { 'content-type': 'application/problem+json' }).end('{"code":"unavailable"}');
        return;
      }
      const onward = request(`${brokerUrl}${incoming.url}`, {
        method: incoming.method,
        headers: incoming.headers,
      });
      onward.on('response', (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        outgoing.flushHeaders();
        answer.pipe(outgoing);
        answer.on('error', () => outgoing.destroy());
      });
      onward.on('error', () => outgoing.destroy());
      outgoing.on('close', () => onward.destroy());
      incoming.pipe(onward);
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server?.close(() => resolve()) ?? resolve());
    this.server?.closeAllConnections();
    await closed;
  }
}
