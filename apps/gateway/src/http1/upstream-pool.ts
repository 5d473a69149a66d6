import { connect as connectPlain, isIP } from 'node:net';
import { connect as connectSecure, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { type RequestToWrite, writeRequestHead } from './message-writer.js';
import {
  type ConnectionOwner,
  UpstreamConnection,
  type UpstreamObserver,
  type UpstreamTimeouts,
} from './upstream-connection.js';

/** How often connections are checked for time that has run out. */
const CHECK_MS = 250;
/** Idle connections that are kept. Those in use are as many as open calls, which have their own limits. */
const MAX_IDLE = 1_024;

/**
 * Connections to one upstream. Each carries one call at a time: a slow response must not delay another grant's call. The
 * last one that became idle is used first, so that those beyond what is needed grow old and are closed.
 */
export class UpstreamPool {
  private readonly idle: UpstreamConnection[] = [];
  private readonly all = new Set<UpstreamConnection>();
  private readonly owner: ConnectionOwner;
  private readonly timer: NodeJS.Timeout;
  /** The last TLS session, to resume it on the next connection. */
  private session: Buffer | undefined;
  private isClosed = false;

  constructor(
    private readonly origin: URL,
    timeouts: UpstreamTimeouts,
    /** Beyond the system's: whom to trust, and who this side is, for `https:`. */
    private readonly secure: SecureContextOptions = {},
  ) {
    this.owner = {
      timeouts,
      monotonic: () => performance.now(),
      released: (connection) => this.released(connection),
      ended: (connection) => this.ended(connection),
    };
    this.timer = setInterval(() => this.checkTime(), CHECK_MS).unref();
  }

  /** Sends a request on an idle connection, or on a new one. Throws UnwritableHead, and then nothing was sent. */
  send(request: RequestToWrite, observer: UpstreamObserver): UpstreamConnection {
    const { method, framing } = request;
    const head = writeRequestHead(request, this.origin.host);
    const connection = this.takeIdle() ?? this.open();
    connection.send({ isHead: method === 'HEAD', head, framing }, observer);
    return connection;
  }

  /** Ends all connections. Calls that still run fail. */
  close(): void {
    this.isClosed = true;
    clearInterval(this.timer);
    for (const connection of [...this.all]) connection.close();
  }

  private takeIdle(): UpstreamConnection | undefined {
    const now = this.owner.monotonic();
    for (let connection = this.idle.pop(); connection !== undefined; connection = this.idle.pop()) {
      if (connection.isUsable(now)) return connection;
      connection.abort();
    }
    return undefined;
  }

  private open(): UpstreamConnection {
    const isSecure = this.origin.protocol === 'https:';
    const connection = isSecure
      ? new UpstreamConnection(this.connectSecure(), this.owner, 'secureConnect')
      : new UpstreamConnection(connectPlain(this.address(80)), this.owner, 'connect');
    this.all.add(connection);
    return connection;
  }

  private connectSecure(): TLSSocket {
    const { host, port } = this.address(443);
    const { session } = this;
    const socket = connectSecure({
      ...this.secure,
      host,
      port,
      servername: isIP(host) === 0 ? host : '',
      ALPNProtocols: ['http/1.1'],
      ...(session && { session }),
    });
    socket.setNoDelay(true);
    socket.on('session', (made: Buffer) => {
      this.session = made;
    });
    return socket;
  }

  private address(defaultPort: number) {
    const { hostname, port } = this.origin;
    const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    return { host, port: port === '' ? defaultPort : Number(port), noDelay: true };
  }

  private released(connection: UpstreamConnection): void {
    if (this.isClosed || this.idle.length >= MAX_IDLE) connection.abort();
    else this.idle.push(connection);
  }

  private ended(connection: UpstreamConnection): void {
    this.all.delete(connection);
    const at = this.idle.indexOf(connection);
    if (at !== -1) this.idle.splice(at, 1);
  }

  private checkTime(): void {
    const now = this.owner.monotonic();
    for (const connection of [...this.all]) connection.checkTime(now);
  }
}
