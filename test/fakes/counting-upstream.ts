import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';

/** One request as the upstream received it. */
export type Hit = {
  method: string;
  url: string;
  rawHeaders: string[];
  headers: IncomingMessage['headers'];
  bodySha256: string;
  bodyBytes: number;
};

type Answer = (request: IncomingMessage, response: ServerResponse, hit: Hit) => void;

/** A data service that stores every request that reaches it, and answers as the test says. */
export class CountingUpstream {
  readonly hits: Hit[] = [];
  answer: Answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"ok":true}');
  };
  /** Called when the headers of a request arrive. Its body is read and the response sent after that. */
  onArrival: (request: IncomingMessage) => void | Promise<void> = () => undefined;
  port = 0;
  /** Set before the start: it is reached by TLS then, as `localhost`. */
  tls: TlsOptions | undefined;
  private server: Server | undefined;

  async start(): Promise<void> {
    const serve = (request: IncomingMessage, response: ServerResponse) => void this.serve(request, response);
    this.server = this.tls === undefined ? createServer(serve) : createSecureServer(this.tls, serve);
    this.server.keepAliveTimeout = 30_000;
    await new Promise<void>((resolve) => this.server?.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server?.close(() => resolve()) ?? resolve());
    this.server?.closeAllConnections();
    await closed;
  }

  get origin(): string {
    return this.tls === undefined ? `http://127.0.0.1:${this.port}` : `https://localhost:${this.port}`;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const hash = createHash('sha256');
    const hit: Hit = {
      method: request.method ?? '',
      url: request.url ?? '',
      rawHeaders: request.rawHeaders,
      headers: request.headers,
      bodySha256: '',
      bodyBytes: 0,
    };
    this.hits.push(hit);
    await this.onArrival(request);
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        hash.update(chunk);
        hit.bodyBytes += chunk.length;
      }
    } catch {
      return;
    }
    hit.bodySha256 = `sha256:${hash.digest('hex')}`;
    this.answer(request, response, hit);
  }
}
