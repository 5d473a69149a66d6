import { connect as connectPlain, isIP, type LookupFunction } from 'node:net';
import { connect as connectSecure, type SecureContext, type TLSSocket } from 'node:tls';
import { withoutBrackets } from '@countersign/contract';
import { IdleConnections } from './idle-connections.js';
import { endsConnection, type RequestToWrite, writeRequestHead } from './message-writer.js';
import type { UntrustedOrigins } from './untrusted-origins.js';
import {
  type ConnectionParts,
  UpstreamConnection,
  type UpstreamExchange,
  type UpstreamObserver,
  type UpstreamTimeouts,
} from './upstream-connection.js';

/** How often connections are checked for time that has run out. */
const CHECK_MS = 250;
/**
 * If so many are idle, a new connection takes the place of the oldest of them. So an upstream has at most this many connections more
 * than calls were open at once, however many owners there are. Open calls have their own limits.
 */
const SPARE = 256;

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

/**
 * Sends calls to one upstream. `owner` says whose call it is: no other owner's call uses the connection later. `send` throws
 * UnwritableHead if the head cannot be written; nothing was sent then.
 */
export interface RequestSender {
  send(request: RequestToWrite, observer: UpstreamObserver, owner: string): UpstreamExchange;
}

export type PoolParts = {
  timeouts: UpstreamTimeouts;
  /** The same for all pools of a process. */
  untrusted: UntrustedOrigins;
  /** An error of ours has ended a call. */
  onFault(error: Error): void;
  /** Required for `https:`. */
  security?: UpstreamSecurity | undefined;
  /** Resolves the name of the origin. Default: as the system does. */
  lookup?: LookupFunction;
};

/**
 * Connections to one upstream. Each carries one call at a time: a slow response must not delay another grant's call. The
 * last one that became idle is used first, so that those beyond what is needed grow old and are closed.
 *
 * Bytes that an upstream sends after the end of an answer may come when its connection carries the next call already, and would
 * answer that one. So a connection carries calls of one owner only (P9), none after an answer without a body, and one call alone at
 * an upstream that was seen to send such bytes.
 */
export class UpstreamPool implements RequestSender {
  private readonly idle = new IdleConnections();
  private readonly all = new Set<UpstreamConnection>();
  private readonly connectionParts: ConnectionParts;
  /** Runs while the pool is in use. A retired one runs for its last calls. */
  private timer: NodeJS.Timeout | undefined;
  /** The last TLS session, to resume it on the next connection. */
  private session: Buffer | undefined;
  /** When the upstream's certificate was last checked. */
  private verifiedAt = 0;
  private isClosed = false;
  private readonly address: UpstreamAddress & { lookup: LookupFunction | undefined };

  /** As URL writes it: reading it there takes longer than the rest of the look-up in `untrusted`. */
  private readonly originText: string;

  constructor(
    private readonly origin: URL,
    private readonly parts: PoolParts,
  ) {
    this.originText = origin.origin;
    this.address = { ...addressOf(origin), lookup: parts.lookup };
    this.connectionParts = {
      timeouts: parts.timeouts,
      monotonic: () => performance.now(),
      released: (connection) => this.released(connection),
      watched: (connection) => this.watched(connection),
      foundExcess: () => this.foundExcess(),
      faulted: (error) => parts.onFault(error),
      ended: (connection) => this.ended(connection),
    };
  }

  /** Sends a request on an idle connection of this owner, or on a new one. Throws UnwritableHead, and then nothing was sent. */
  send(request: RequestToWrite, observer: UpstreamObserver, owner: string): UpstreamConnection {
    const { method, framing } = request;
    const isLast = endsConnection(request) || this.isUntrusted;
    const head = writeRequestHead(request, this.origin.host, isLast);
    const connection = this.takeIdle(owner) ?? this.open(owner);
    connection.send({ isHead: method === 'HEAD', head, framing, isLast }, observer);
    return connection;
  }

  /**
   * Ends idle connections, and each other one after its call. A call that was decided before may still be sent.
   */
  retire(): void {
    this.isClosed = true;
    this.endIdle();
    this.stopWhenEmpty();
  }

  /** Ends all connections. Calls that still run fail. */
  close(): void {
    this.isClosed = true;
    for (const connection of [...this.all]) connection.close();
    this.stopWhenEmpty();
  }

  private get isUntrusted(): boolean {
    return this.parts.untrusted.has(this.originText);
  }

  private endIdle(): void {
    while (this.idle.oldest !== undefined) this.idle.oldest.abort();
  }

  private takeIdle(owner: string): UpstreamConnection | undefined {
    const now = this.connectionParts.monotonic();
    for (let taken = this.idle.take(owner); taken !== undefined; taken = this.idle.take(owner)) {
      if (taken.isUsable(now)) return taken;
      taken.abort();
    }
    return undefined;
  }

  private open(owner: string): UpstreamConnection {
    const { security } = this.parts;
    const isSecure = this.origin.protocol === 'https:';
    if (isSecure !== (security !== undefined)) throw new TypeError('https: goes with its security');
    if (this.idle.size >= SPARE) this.idle.oldest?.abort();
    const connection = security
      ? new UpstreamConnection(this.connectSecure(security), this.connectionParts, owner, 'secureConnect')
      : this.openPlain(owner);
    this.all.add(connection);
    this.timer ??= setInterval(() => this.checkTime(), CHECK_MS).unref();
    return connection;
  }

  private openPlain(owner: string): UpstreamConnection {
    const onread = {
      buffer: SHARED_READ,
      callback: (count: number) => {
        connection.receiveShared(SHARED_READ.subarray(0, count));
        return true;
      },
    };
    const socket = connectPlain({ ...this.address, noDelay: true, onread });
    const connection = new UpstreamConnection(socket, this.connectionParts, owner, 'connect');
    return connection;
  }

  private connectSecure({ context, serverName }: UpstreamSecurity): TLSSocket {
    const now = this.connectionParts.monotonic();
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
      if (!socket.isSessionReused()) this.verifiedAt = this.connectionParts.monotonic();
    });
    socket.on('session', (session: Buffer) => {
      this.session = session;
    });
    return socket;
  }

  private released(connection: UpstreamConnection): void {
    if (this.isClosed || this.isUntrusted) connection.abort();
    else this.idle.add(connection, connection.owner);
  }

  private watched(connection: UpstreamConnection): void {
    if (this.isClosed || this.isUntrusted) connection.abort();
    else this.idle.add(connection, undefined);
  }

  private foundExcess(): void {
    this.parts.untrusted.add(this.originText);
    this.endIdle();
  }

  private ended(connection: UpstreamConnection): void {
    this.all.delete(connection);
    this.idle.remove(connection);
    this.stopWhenEmpty();
  }

  private stopWhenEmpty(): void {
    if (!this.isClosed || this.all.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private checkTime(): void {
    const now = this.connectionParts.monotonic();
    for (const connection of [...this.all]) connection.checkTime(now);
  }
}
