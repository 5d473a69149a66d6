import { constants } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer, type Server as SecureServer, type TLSSocket } from 'node:tls';
import { DateLine } from './message-writer.js';
import { type MessageRules, type ServerBehaviour, ServerConnection } from './server-connection.js';

/** How often connections are checked for time that has run out. */
const CHECK_MS = 250;
/** From a connection's start to the end of its TLS handshake. A head has as long again. */
const HANDSHAKE_MS = 10_000;

/** In PEM. With `clientCa`, a client must show a certificate that one of these authorities has signed. */
export type ServerSecurity = { cert: string; key: string; clientCa?: string | undefined };

/** A server that also takes new certificates while it runs. */
type SecureListener = { server: SecureServer; use(security: ServerSecurity): void };

/**
 * An HTTP/1.1 server on sockets (RFC 9112), plain or by TLS. It knows messages and connections. What a request means, and
 * what may be done, is up to its behaviour.
 */
export class Http1Server<R extends MessageRules> {
  private readonly listener: Server;
  private readonly secure: SecureListener | undefined;
  private readonly connections = new Set<ServerConnection<R>>();
  /** TCP connections whose TLS handshake is not over, by the client's address and port. */
  private readonly handshakes = new Map<string, Socket>();
  private readonly date = new DateLine();
  private timer: NodeJS.Timeout | undefined;
  private readonly monotonic = () => performance.now();

  /**
   * @param security absent: plain HTTP
   * @param handshakeMs how long a TLS handshake may take
   */
  constructor(
    private readonly behaviour: ServerBehaviour<R>,
    security?: ServerSecurity,
    private readonly handshakeMs = HANDSHAKE_MS,
  ) {
    // The connection decides what the client's end means. By default Node would end our side itself.
    const options = { allowHalfOpen: true, noDelay: true };
    this.secure = security === undefined ? undefined : this.createSecure(options, security);
    this.listener = this.secure?.server ?? createServer(options, (socket) => this.accept(socket, socket));
  }

  get isListening(): boolean {
    return this.listener.listening;
  }

  /** Uses another certificate, key and authorities for connections from now on. Only for a server that began with some. */
  useSecurity(security: ServerSecurity): void {
    this.secure?.use(security);
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

  /**
   * Accepts no more connections, and ends each after the response that is under way. One that is idle stays for a moment, and serves
   * a request that its client was just sending. Resolves when all have ended.
   */
  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.listener.close(() => resolve()));
    for (const connection of this.connections) connection.shutDown();
    this.dropHandshakes();
    return closed.finally(() => clearInterval(this.timer));
  }

  /** Breaks every connection. */
  destroyConnections(): void {
    for (const { socket } of this.connections) socket.destroy();
    this.dropHandshakes();
  }

  private createSecure(options: object, security: ServerSecurity): SecureListener {
    const asksClient = security.clientCa !== undefined;
    const server = createSecureServer(
      {
        ...options,
        ...contextOptions(security),
        ALPNProtocols: ['http/1.1'],
        handshakeTimeout: this.handshakeMs,
        requestCert: asksClient,
        rejectUnauthorized: asksClient,
      },
      (socket) => this.acceptSecure(socket),
    );
    server.on('connection', (tcp: Socket) => this.beginHandshake(tcp));
    server.on('tlsClientError', ({ code }: NodeJS.ErrnoException, socket) => {
      // Node reports a handshake that is late, and leaves its connection open.
      socket.destroy();
      // A client that leaves is none that failed. For one whose certificate is refused Node reports the same code.
      const hasLeft = code === 'ECONNRESET' && !socket.authorizationError;
      if (!hasLeft) this.behaviour.countHandshake(code === 'ERR_TLS_HANDSHAKE_TIMEOUT');
    });
    return { server, use: (next) => server.setSecureContext(contextOptions(next)) };
  }

  private beginHandshake(tcp: Socket): void {
    const client = clientOf(tcp);
    this.handshakes.set(client, tcp);
    tcp.on('close', () => {
      // The client may have the same port again already.
      if (this.handshakes.get(client) === tcp) this.handshakes.delete(client);
    });
  }

  private acceptSecure(socket: TLSSocket): void {
    const client = clientOf(socket);
    const tcp = this.handshakes.get(client);
    this.handshakes.delete(client);
    // The client has gone in the same moment, and has no address any more.
    if (tcp === undefined) socket.destroy();
    else this.accept(socket, tcp);
  }

  private dropHandshakes(): void {
    for (const tcp of this.handshakes.values()) tcp.destroy();
  }

  private accept(socket: Socket, tcp: Socket): void {
    const connection = new ServerConnection(socket, this.behaviour, this.date, this.monotonic, tcp);
    this.connections.add(connection);
    socket.on('close', () => this.connections.delete(connection));
  }

  private checkTime(): void {
    const now = this.monotonic();
    for (const connection of this.connections) connection.checkTime(now);
  }
}

const clientOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

/** RFC 9325 §3.1.1 and §4.2: forward secrecy and authenticated encryption alone, in our order. */
const NEGOTIATED = {
  minVersion: 'TLSv1.2',
  ciphers: [
    ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
    ...['ECDHE+AESGCM', 'ECDHE+CHACHA20'],
  ].join(':'),
  honorCipherOrder: true,
} as const;

const contextOptions = ({ cert, key, clientCa }: ServerSecurity) => ({
  cert,
  key,
  ca: clientCa,
  // A client that wants new keys opens another connection: a renegotiation costs the server more than the client.
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  ...NEGOTIATED,
});
