import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { DateLine } from './message-writer.js';
import { type MessageRules, type ServerBehaviour, ServerConnection } from './server-connection.js';

/** How often connections are checked for time that has run out. */
const CHECK_MS = 250;

/**
 * An HTTP/1.1 server on sockets (RFC 9112). It knows messages and connections. What a request means, and what may be done,
 * is up to its behaviour.
 */
export class Http1Server<R extends MessageRules> {
  private readonly listener: Server;
  private readonly connections = new Set<ServerConnection<R>>();
  private readonly date = new DateLine();
  private timer: NodeJS.Timeout | undefined;
  private isStopping = false;
  private readonly monotonic = () => performance.now();

  constructor(private readonly behaviour: ServerBehaviour<R>) {
    // The connection decides what the client's end means. By default Node would end our side itself.
    this.listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.accept(socket));
  }

  get isListening(): boolean {
    return this.listener.listening;
  }

  /** Resolves with the port. Rejects with the socket's error. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.listener.once('error', reject);
      this.listener.listen(port, host, () => {
        this.listener.off('error', reject);
        // A connection that could not be accepted is its client's loss, and must not end the process.
        this.listener.on('error', () => undefined);
        this.timer = setInterval(() => this.checkTime(), CHECK_MS);
        resolve((this.listener.address() as AddressInfo).port);
      });
    });
  }

  /** Accepts no more connections, and ends each after the response that is under way. Resolves when all have ended. */
  close(): Promise<void> {
    this.isStopping = true;
    const closed = new Promise<void>((resolve) => this.listener.close(() => resolve()));
    for (const connection of this.connections) connection.shutDown();
    return closed.finally(() => clearInterval(this.timer));
  }

  /** Breaks every connection. */
  destroyConnections(): void {
    for (const { socket } of this.connections) socket.destroy();
  }

  private accept(socket: Socket): void {
    const connection = new ServerConnection(socket, this.behaviour, this.date, this.monotonic);
    this.connections.add(connection);
    socket.on('close', () => this.connections.delete(connection));
    if (this.isStopping) connection.shutDown();
  }

  private checkTime(): void {
    const now = this.monotonic();
    for (const connection of this.connections) connection.checkTime(now);
  }
}
