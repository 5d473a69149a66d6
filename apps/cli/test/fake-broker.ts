import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { foreignOrigins } from '../../../test/support/openapi/broker-origins.js';

export type Seen = {
  method: string;
  url: string;
  headers: http.IncomingHttpHeaders;
  body: unknown;
};

type Reply = {
  status?: number;
  type?: string;
  headers?: Record<string, string>;
  body?: unknown;
  hold?: boolean;
};
type Handler = (seen: Seen) => Reply;

/** A server whose routes a test defines. It records the requests; an unknown route is a 404 problem. */
export class FakeServer {
  readonly seen: Seen[] = [];
  private readonly streams = new Set<http.ServerResponse>();
  private readonly server = http.createServer((request, response) => void this.answer(request, response));

  private constructor(private readonly routes: Record<string, Handler>) {}

  static async start(routes: Record<string, Handler>): Promise<FakeServer> {
    const fake = new FakeServer(routes);
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    // In the soak the answers of brokers are checked. Those of this one are made up.
    foreignOrigins.add(fake.url);
    return fake;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Writes to every answer that a handler keeps open. */
  push(text: string): void {
    for (const response of this.streams) response.write(text);
  }

  async stop(): Promise<void> {
    if (this.server.listening) foreignOrigins.delete(this.url);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const { method = '', url = '', headers } = request;
    const seen = {
      method,
      url,
      headers,
      body: headers['content-type'] === 'application/json' ? JSON.parse(text) : text,
    };
    this.seen.push(seen);
    const handler = this.routes[`${method} ${url.split('?')[0]}`];
    const reply = handler?.(seen) ?? problem(404, 'not_found', 'There is no such thing.');
    const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? null);
    const length = reply.hold === true ? {} : { 'content-length': Buffer.byteLength(body) };
    response.writeHead(reply.status ?? 200, {
      'content-type': reply.type ?? 'application/json',
      ...length,
      ...reply.headers,
    });
    if (reply.hold === true) {
      this.streams.add(response);
      response.flushHeaders();
    } else response.end(body);
  }
}

/**
 * Starts fake servers for a spec, which calls this once at its top. A test may start several; all are stopped when it ends.
 */
export function fakeServers(): typeof FakeServer.start {
  const started: FakeServer[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
  });
  return async (routes) => {
    const server = await FakeServer.start(routes);
    started.push(server);
    return server;
  };
}

export const problem = (status: number, code: string, detail: string, more: object = {}): Reply => ({
  status,
  type: 'application/problem+json',
  body: { type: 'about:blank', title: code, status, code, detail, ...more },
});
