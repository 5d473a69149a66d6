import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A link between a client and its server (a gateway and its broker, a broker and its database) that can die silently.
 * While it `swallows`, connections stay open (and new ones are accepted), and every byte in both directions is
 * lost, as if a peer vanished or packets were dropped. It can also be slow: answers arrive `delayMs` later.
 */
export class TcpRelay {
  swallows = false;
  delayMs = 0;
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();

  /** @returns the client's new server address */
  async start(serverUrl: string): Promise<string> {
    const target = new URL(serverUrl);
    const { hostname } = target;
    const behind = Number(target.port);
    this.server = createServer((near) => {
      const far = connect(behind, hostname);
      this.join(near, far, () => 0);
      this.join(far, near, () => this.delayMs);
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const { port } = this.server.address() as AddressInfo;
    return Object.assign(target, { hostname: '127.0.0.1', port }).href.replace(/\/$/, '');
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server?.close(() => resolve()) ?? resolve());
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private join(from: Socket, to: Socket, delayMs: () => number): void {
    this.sockets.add(from);
    from.on('data', (bytes) => {
      if (this.swallows) return;
      const wait = delayMs();
      if (wait === 0) to.write(bytes);
      else setTimeout(() => to.write(bytes), wait);
    });
    from.on('error', () => undefined);
    // An end that happens while the link is dead is never reported.
    from.on('close', () => {
      this.sockets.delete(from);
      if (!this.swallows) to.destroy();
    });
  }
}
