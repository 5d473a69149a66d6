import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const FEED = 'GET /gateway/v1/feed';

export type BalancerOptions = {
  /** Local ports to which it connects, in turn. */
  ports: readonly number[];
  /** Cuts a connection if this returns true for data that its client sends. */
  cuts?: (sent: Buffer) => boolean;
};

/**
 * A plain TCP balancer: each new connection goes to the next server in turn, or to the one after it if that server
 * is unreachable. It does not parse what it carries. If a server dies, its connections end.
 */
export class Balancer {
  /** The number of connections that `cuts` has cut. */
  cut = 0;
  private readonly feeds = new Map<Socket, number>();
  private readonly server = createServer({ allowHalfOpen: true }, (client) => this.lead(client));
  private readonly open = new Set<Socket>();
  private turn = 0;

  private constructor(private readonly options: BalancerOptions) {}

  static async start(options: BalancerOptions): Promise<Balancer> {
    const balancer = new Balancer(options);
    balancer.server.listen(0, '127.0.0.1');
    await once(balancer.server, 'listening');
    return balancer;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The servers with an open gateway feed, as indexes into `ports`. */
  get feedsAt(): number[] {
    return [...this.feeds.values()];
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.open) socket.destroy();
    await closed;
  }

  private lead(client: Socket): void {
    this.keep(client);
    client.pause();
    const first = this.turn;
    this.turn += 1;
    this.reach(client, first, this.options.ports.length);
  }

  /** Connects to the server whose turn it is, or to one of the next servers. */
  private reach(client: Socket, turn: number, left: number): void {
    const { ports, cuts } = this.options;
    const place = turn % ports.length;
    const server = connect({ port: ports[place] as number, host: '127.0.0.1', allowHalfOpen: true });
    this.keep(server);
    const refused = () => {
      if (left > 1 && !client.destroyed) this.reach(client, turn + 1, left - 1);
      else client.destroy();
    };
    server.once('error', refused);
    server.once('connect', () => {
      server.off('error', refused);
      server.on('close', () => client.destroy());
      client.on('close', () => server.destroy());
      client.on('data', (sent: Buffer) => {
        if (cuts?.(sent) === true) {
          this.cut += 1;
          client.destroy();
        } else if (sent.includes(FEED)) this.feeds.set(client, place);
      });
      client.pipe(server);
      server.pipe(client);
    });
  }

  private keep(socket: Socket): void {
    this.open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.open.delete(socket);
      this.feeds.delete(socket);
    });
  }
}
