import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as NetServer,
  type Socket,
} from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { root } from './root.js';
import { parseSyslog, SyslogFrames, type SyslogMessage } from './syslog-messages.js';

/** A self-signed certificate of `test/vectors/tls`. */
export const certificate = (name: 'localhost' | 'siem') => ({
  cert: readFileSync(join(root, `test/vectors/tls/${name}.crt`), 'utf8'),
  key: readFileSync(join(root, `test/vectors/tls/${name}.key`), 'utf8'),
});

export interface ReceivedBatch {
  path: string;
  headers: Record<string, string>;
  body: string;
  /** The body's lines, without the empty one after a final newline. */
  lines: string[];
}

/** What a receiver answers; `hold` keeps the sender waiting until the returned promise is done. */
export type BatchAnswer = { status: number; body?: string; hold?: Promise<unknown> };

/** A real HTTP server that keeps every batch that it has answered with 2xx, and every one that it saw. */
export class HttpReceiver {
  readonly seen: ReceivedBatch[] = [];
  readonly taken: ReceivedBatch[] = [];
  /** The most requests that were open at once. */
  mostOpen = 0;
  answer: (batch: ReceivedBatch) => BatchAnswer = () => ({
    status: 200,
    body: '{"text":"Success","code":0}',
  });
  private open = 0;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.receive(request, response));
  }

  static async start(): Promise<HttpReceiver> {
    const receiver = new HttpReceiver();
    await new Promise<void>((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The lines of all batches that were taken, repetitions included. */
  get lines(): string[] {
    return this.taken.flatMap(({ lines }) => lines);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    response.on('close', () => {
      this.open -= 1;
    });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    const headers = request.headers as Record<string, string>;
    const lines = body.split('\n').filter((line) => line !== '');
    const batch = { path: request.url ?? '', headers, body, lines };
    this.seen.push(batch);
    const { status, body: text = '', hold } = this.answer(batch);
    await hold;
    if (status >= 200 && status < 300) this.taken.push(batch);
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  }
}

/** A real syslog listener over TCP or TLS that reads strictly: RFC 5424 in frames of RFC 6587, and nothing else. */
export class SyslogReceiver {
  readonly messages: SyslogMessage[] = [];
  /** What was not strictly syslog. */
  readonly errors: unknown[] = [];
  /** Replaces the reading of a connection. */
  onConnection: ((socket: Socket) => void) | null = null;
  private readonly sockets = new Set<Socket>();
  private readonly server: NetServer;

  private constructor(
    private readonly scheme: 'tcp' | 'tls',
    tls?: { cert: string; key: string },
  ) {
    const accept = (socket: Socket) => this.accept(socket);
    this.server = tls === undefined ? createTcpServer(accept) : createTlsServer(tls, accept);
    this.server.on('tlsClientError', () => {});
  }

  static async start(scheme: 'tcp' | 'tls', tls?: { cert: string; key: string }): Promise<SyslogReceiver> {
    const receiver = new SyslogReceiver(scheme, tls);
    await new Promise<void>((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  address(host = 'localhost'): string {
    return `${this.scheme}://${host}:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => {});
    if (this.onConnection !== null) {
      this.onConnection(socket);
      return;
    }
    const frames = new SyslogFrames();
    socket.on('data', (piece: Buffer) => {
      try {
        for (const message of frames.add(piece)) this.messages.push(parseSyslog(message));
      } catch (error) {
        this.errors.push(error);
        socket.destroy();
      }
    });
    socket.on('end', () => {
      if (!frames.isBetweenMessages) this.errors.push(new Error('the stream ends inside a message'));
    });
  }
}
