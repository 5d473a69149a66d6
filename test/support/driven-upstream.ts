import { once } from 'node:events';
import {
  type AddressInfo,
  connect,
  createServer,
  type LookupFunction,
  type Server,
  type Socket,
} from 'node:net';
import type { Framing } from '../../apps/gateway/src/http1/framing.js';
import {
  UpstreamConnection,
  type UpstreamFailure,
  type UpstreamObserver,
} from '../../apps/gateway/src/http1/upstream-connection.js';
import { until } from '../fakes/until.js';

export const TIMEOUTS = { connectMs: 1_000, firstByteMs: 200, idleMs: 30 };
export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
export const LENGTH_5 = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
export const NONE: Framing = { kind: 'none' };

/** One connection to an upstream that the test plays, on real sockets, with a clock that the test sets. */
export class DrivenUpstream {
  /** The upstream's end of the connection. */
  upstream!: Socket;
  /** What the upstream has received. */
  received = '';
  socket!: Socket;
  connection!: UpstreamConnection;
  /** Milliseconds of the monotonic clock. */
  now = 10_000;
  /** What the connection has notified its pool and the observer of, in order. */
  happened: string[] = [];
  failure: UpstreamFailure | undefined;
  private readonly server: Server;

  private constructor() {
    this.server = createServer({ allowHalfOpen: true }, (connection) => {
      this.upstream = connection;
      connection.on('error', () => undefined);
      connection.on('data', (bytes) => {
        this.received += bytes.toString('latin1');
      });
    });
  }

  static async start(): Promise<DrivenUpstream> {
    const upstream = new DrivenUpstream();
    upstream.server.listen(0, '127.0.0.1');
    await once(upstream.server, 'listening');
    return upstream;
  }

  async close(): Promise<void> {
    this.connection.abort();
    this.upstream?.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  open(lookup?: LookupFunction): void {
    const { port } = this.server.address() as AddressInfo;
    const host = lookup === undefined ? '127.0.0.1' : 'upstream.test';
    this.socket = connect({ port, host, ...(lookup && { lookup }) });
    const parts = {
      timeouts: TIMEOUTS,
      monotonic: () => this.now,
      released: () => void this.happened.push('released'),
      watched: () => void this.happened.push('watched'),
      foundExcess: () => void this.happened.push('excess'),
      faulted: ({ message }: Error) => void this.happened.push(`fault ${message}`),
      ended: () => void this.happened.push('ended'),
    };
    this.connection = new UpstreamConnection(this.socket, parts, 'one', 'connect');
  }

  send(
    framing: Framing = NONE,
    changes: Partial<UpstreamObserver> = {},
    { isLast = false, isHead = false, head = 'HEAD\r\n\r\n' } = {},
  ): void {
    const request = { isHead, head, framing, isLast };
    this.connection.send(request, { ...this.observer, ...changes });
  }

  /** Opens a connection with a request on it, whose head the upstream has received. */
  async sent(
    framing: Framing = NONE,
    changes: Partial<UpstreamObserver> = {},
    { isLast = false } = {},
  ): Promise<void> {
    this.open();
    this.send(framing, changes, { isLast });
    await until(() => this.received === 'HEAD\r\n\r\n');
  }

  async respond(text: string, expected: string): Promise<void> {
    this.upstream.write(text, 'latin1');
    await until(() => this.happened.includes(expected));
  }

  /** Checks the time, and whether that ended the connection. */
  endsAt(at: number): boolean {
    this.now = at;
    this.connection.checkTime(at);
    return this.happened.includes('ended');
  }

  private readonly observer: UpstreamObserver = {
    onUpstreamReady: () => void this.happened.push('ready'),
    onResponseHead: ({ status }) => void this.happened.push(`head ${status}`),
    onResponseData: (piece) => void this.happened.push(`data ${piece.length}`),
    onTurnEnd: () => void this.happened.push('turn end'),
    onResponseEnd: () => void this.happened.push('end'),
    onUpstreamFailure: (failure) => {
      this.failure = failure;
      this.happened.push(`failure ${failure.code}`);
    },
  };
}
