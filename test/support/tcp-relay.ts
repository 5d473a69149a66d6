import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.js';

/**
 * A wire between a gateway and its broker that can go dead without a word: while it `swallows`, connections stay open
 * (and are accepted), and every byte of either side is lost, as when a peer vanishes or packets are dropped.
 */
export class TcpRelay {
  swallows = false;
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();

  /** @returns where the gateway finds its broker from now on */
  async start(brokerUrl: string): Promise<string> {
    const port = await freePort();
    const target = new URL(brokerUrl);
    this.server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      this.join(near, far);
      this.join(far, near);
    });
    await new Promise<void>((resolve) => this.server?.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server?.close(() => resolve()) ?? resolve());
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private join(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('data', (bytes) => {
      if (!this.swallows) to.write(bytes);
    });
    from.on('error', () => undefined);
    // What ended while nothing went through is never heard of.
    from.on('close', () => {
      this.sockets.delete(from);
      if (!this.swallows) to.destroy();
    });
  }
}
