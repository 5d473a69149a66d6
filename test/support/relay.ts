import { createServer, request, type Server } from 'node:http';
import { freePort } from './free-port.js';

/** Stands between a gateway and its broker and lets the feed through; records only while `takesRecords`. */
export class Relay {
  takesRecords = true;
  private server: Server | undefined;

  /** @returns where the gateway finds its broker from now on */
  async start(brokerUrl: string): Promise<string> {
    const port = await freePort();
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
    await new Promise<void>((resolve) => this.server?.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server?.close(() => resolve()) ?? resolve());
    this.server?.closeAllConnections();
    await closed;
  }
}
