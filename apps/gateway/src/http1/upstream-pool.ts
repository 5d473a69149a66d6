import { connect as connectPlain, isIP, type LookupFunction } from 'node:net';
import { connect as connectSecure, type SecureContext, type TLSSocket } from 'node:tls';
import { withoutBrackets } from '@countersign/contract';
import { endsConnection, type RequestToWrite, writeRequestHead } from './message-writer.js';
import {
  type ConnectionOwner,
  UpstreamConnection,
  type UpstreamExchange,
  type UpstreamObserver,
  type UpstreamTimeouts,
} from './upstream-connection.js';

/** How often connections are checked for time that has run out. */
const CHECK_MS = 250;
/** Idle connections that are kept. Those in use are as many as open calls, which have their own limits. */
const MAX_IDLE = 1_024;

/**
 * Where all plain connections read to. Memory for each read would cost more than the read itself. libuv fills it only when bytes are
 * there, and they are used or copied before the next read.
 */
const SHARED_READ = Buffer.allocUnsafeSlow(65_536);

/** A session is resumed for so long after a handshake in which the upstream's certificate was checked. */
const SESSION_MS = 3_600_000;

/** Whom an `https:` upstream must be vouched for by, and who this side is. */
export type UpstreamSecurity = {
  context: SecureContext;
  /** The name in its certificate, if it is not the host of the address. */
  serverName: string | undefined;
};

export type UpstreamAddress = { host: string; port: number };

/** Where to connect to for an origin. */
export function addressOf({ protocol, hostname, port }: URL): UpstreamAddress {
  const ofProtocol = protocol === 'https:' ? 443 : 80;
  return { host: withoutBrackets(hostname), port: port === '' ? ofProtocol : Number(port) };
}

/** Sends calls to one upstream. `send` throws UnwritableHead if the head cannot be written; nothing was sent then. */
export interface RequestSender {
  send(request: RequestToWrite, observer: UpstreamObserver): UpstreamExchange;
}

/**
 * Connections to one upstream. Each carries one call at a time: a slow response must not delay another grant's call. The
 * last one that became idle is used first, so that those beyond what is needed grow old and are closed.
 */
export class UpstreamPool implements RequestSender {
  private readonly idle: UpstreamConnection[] = [];
  private readonly all = new Set<UpstreamConnection>();
  private readonly owner: ConnectionOwner;
  /** Runs while the pool is in use. A retired one runs for its last calls. */
  private timer: NodeJS.Timeout | undefined;
  /** The last TLS session, to resume it on the next connection. */
  private session: Buffer | undefined;
  /** When the upstream's certificate was last checked. */
  private verifiedAt = 0;
  private isClosed = false;
  private readonly address: UpstreamAddress & { lookup: LookupFunction | undefined };

  constructor(
    private readonly origin: URL,
    timeouts: UpstreamTimeouts,
    /** Required for `https:`. */
    private readonly security?: UpstreamSecurity,
    /** Resolves the name of the origin. Default: as the system does. */
    lookup?: LookupFunction,
  ) {
    this.address = { ...addressOf(origin), lookup };
    this.owner = {
      timeouts,
      monotonic: () => performance.now(),
      released: (connection) => this.released(connection),
      ended: (connection) => this.ended(connection),
    };
  }

  /** Sends a request on an idle connection, or on a new one. Throws UnwritableHead, and then nothing was sent. */
  send(request: RequestToWrite, observer: UpstreamObserver): UpstreamConnection {
    const { method, framing } = request;
    const head = writeRequestHead(request, this.origin.host);
    const connection = this.takeIdle() ?? this.open();
    const isLast = endsConnection(request);
    connection.send({ isHead: method === 'HEAD', head, framing, isLast }, observer);
    return connection;
  }

  /**
   * Ends idle connections, and each other one after its call. A call that was decided before may still be sent.
   */
  retire(): void {
    this.isClosed = true;
    for (const connection of this.idle.splice(0)) connection.abort();
    this.stopWhenEmpty();
  }

  /** Ends all connections. Calls that still run fail. */
  close(): void {
    this.isClosed = true;
    for (const connection of [...this.all]) connection.close();
    this.stopWhenEmpty();
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
    const { security } = this;
    const isSecure = this.origin.protocol === 'https:';
    if (isSecure !== (security !== undefined)) throw new TypeError('https: goes with its security');
    const connection = security
      ? new UpstreamConnection(this.connectSecure(security), this.owner, 'secureConnect')
      : this.openPlain();
    this.all.add(connection);
    this.timer ??= setInterval(() => this.checkTime(), CHECK_MS).unref();
    return connection;
  }

  private openPlain(): UpstreamConnection {
    const onread = {
      buffer: SHARED_READ,
      callback: (count: number) => {
        connection.receiveShared(SHARED_READ.subarray(0, count));
        return true;
      },
    };
    const socket = connectPlain({ ...this.address, noDelay: true, onread });
    const connection = new UpstreamConnection(socket, this.owner, 'connect');
    return connection;
  }

  private connectSecure({ context, serverName }: UpstreamSecurity): TLSSocket {
    const now = this.owner.monotonic();
    const session = now < this.verifiedAt + SESSION_MS ? this.session : undefined;
    const socket = connectSecure({
      secureContext: context,
      ...this.address,
      servername: serverName ?? (isIP(this.address.host) === 0 ? this.address.host : ''),
      ALPNProtocols: ['http/1.1'],
      session,
    });
    socket.setNoDelay(true);
    // Who resumes a session does not see the certificate again.
    socket.on('secureConnect', () => {
      if (!socket.isSessionReused()) this.verifiedAt = this.owner.monotonic();
    });
    socket.on('session', (made: Buffer) => {
      this.session = made;
    });
    return socket;
  }

  private released(connection: UpstreamConnection): void {
    if (this.isClosed || this.idle.length >= MAX_IDLE) connection.abort();
    else this.idle.push(connection);
  }

  private ended(connection: UpstreamConnection): void {
    this.all.delete(connection);
    const at = this.idle.indexOf(connection);
    if (at !== -1) this.idle.splice(at, 1);
    this.stopWhenEmpty();
  }

  private stopWhenEmpty(): void {
    if (!this.isClosed || this.all.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private checkTime(): void {
    const now = this.owner.monotonic();
    for (const connection of [...this.all]) connection.checkTime(now);
  }
}
