import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceDefinition } from '@countersign/contract';
import { pino } from 'pino';
import type { Readiness } from '../../apps/gateway/src/http/own-pages.js';
import { type GatewayOptions, type RunningGateway, startGateway } from '../../apps/gateway/src/main.js';
import { CountingUpstream } from './counting-upstream.js';
import { FeedBroker } from './feed-broker.js';
import { type RawAnswer, sendRaw } from './raw-http.js';
import { SteppedClock } from './stepped-clock.js';
import { until } from './until.js';

/** The map of the billing service that gateway tests run against. */
export function billingService(upstream: string): ServiceDefinition {
  const route = (method: string, path: string, resource: string, action: string) => ({
    method,
    path,
    resource,
    action,
  });
  return {
    name: 'billing',
    upstream,
    audience: 'billing',
    tenantFrom: 'path',
    routes: [
      { ...route('GET', '/tenants/{tenant}/invoices', 'invoices', 'list'), query: ['status', 'page'] },
      route('POST', '/tenants/{tenant}/invoices', 'invoices', 'create'),
      {
        ...route('GET', '/tenants/{tenant}/invoices/{id}', 'invoices/{id}', 'read'),
        headers: ['Cookie', 'X-Listed'],
      },
      route('PATCH', '/tenants/{tenant}/invoices/{id}', 'invoices/{id}', 'update'),
      route('DELETE', '/tenants/{tenant}/invoices/{id}', 'invoices/{id}', 'delete'),
      { ...route('GET', '/tenants/{tenant}/search', 'invoices', 'list'), query: 'any' },
      route('GET', '/tenants/{tenant}/payroll/{id}', 'payroll/{id}', 'read'),
    ],
  };
}

export type Sent = {
  method?: string;
  path?: string;
  token?: string | undefined;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer> | ReadableStream;
  signal?: AbortSignal;
};

/**
 * How long an upstream may be silent in the middle of a response: longer than a test may take. Otherwise a test of what cuts an
 * open response would wait for this limit, and pass although nothing else cuts it.
 */
const SILENT_MS = 600_000;

/** A broker, an upstream and a gateway between them, in this process, with their own spool folder. */
export class GatewayWorld {
  readonly upstream = new CountingUpstream();
  readonly logLines: string[] = [];
  spoolDir = '';
  private running: RunningGateway | undefined;

  constructor(readonly broker = new FeedBroker()) {}

  /** Starts broker and upstream, then the gateway, and waits until it is in touch. */
  static async start(
    options: Partial<GatewayOptions> = {},
    broker = new FeedBroker(),
  ): Promise<GatewayWorld> {
    const world = new GatewayWorld(broker);
    await world.prepare();
    await world.startGateway(options);
    await until(() => world.gateway.isInTouch());
    return world;
  }

  async prepare(): Promise<void> {
    this.spoolDir = await mkdtemp(join(tmpdir(), 'gateway-'));
    await this.upstream.start();
    this.broker.services = [billingService(this.upstream.origin)];
    await this.broker.start();
  }

  async startGateway(options: Partial<GatewayOptions> = {}): Promise<void> {
    // Broker and gateway do not work together if their clocks differ.
    if (options.clock instanceof SteppedClock) this.broker.clockOffset = options.clock.offset;
    this.running = await startGateway({
      credential: this.broker.credential,
      host: '127.0.0.1',
      port: 0,
      admin: { host: '127.0.0.1', port: 0 },
      spoolDir: this.spoolDir,
      stopGraceMs: 100,
      logger: pino({ level: 'debug' }, { write: (line: string) => this.logLines.push(line) }),
      ...options,
      upstreamTimeouts: { idleMs: SILENT_MS, ...options.upstreamTimeouts },
    });
  }

  get gateway(): RunningGateway {
    if (this.running === undefined) throw new Error('no gateway runs');
    return this.running;
  }

  async stop(): Promise<void> {
    await this.running?.close();
    await this.broker.stop();
    await this.upstream.stop();
    await rm(this.spoolDir, { recursive: true, force: true });
  }

  /** Moves the gateway's clock and the broker's signed time, and waits until the gateway is in touch again. */
  async advance(clock: SteppedClock, milliseconds: number): Promise<void> {
    clock.offset += milliseconds;
    this.broker.clockOffset += milliseconds;
    await until(() => this.gateway.isInTouch());
  }

  /** What `/readyz` of the private listener reports. */
  async readiness(): Promise<Readiness> {
    const answer = await fetch(`${this.gateway.adminUrl}/readyz`);
    return (await answer.json()) as Readiness;
  }

  async spool(): Promise<Readiness['spool']> {
    return (await this.readiness()).spool;
  }

  /** A call of the billing service with an ordinary client. */
  send({
    method = 'GET',
    path = '/billing/tenants/acme/invoices/7',
    token,
    headers = {},
    body,
    signal,
  }: Sent = {}): Promise<Response> {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return fetch(this.gateway.url + path, {
      method,
      headers: { ...authorization, ...headers },
      redirect: 'manual',
      ...(body === undefined ? {} : { body, duplex: 'half' }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Sends exactly these bytes. `toEnd` reads until the gateway closes the connection. */
  raw(bytes: string | Buffer, toEnd = false): Promise<RawAnswer> {
    return sendRaw(this.gateway.port, bytes, toEnd);
  }
}

/** Status and code of a refusal. */
export async function refusal(response: Response): Promise<{ status: number; code: string }> {
  const { code } = (await response.json()) as { code: string };
  return { status: response.status, code };
}
