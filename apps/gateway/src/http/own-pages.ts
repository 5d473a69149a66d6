import type { ServerResponse } from 'node:http';
import { GATEWAY_PATHS } from '@countersign/contract';
import type { GatewayPin } from '@countersign/gateway-protocol';
import type { ClosedService } from '../authorize/route-maps.js';
import { type Identity, identityJwks } from '../identity.js';
import type { GatewayMetrics } from '../metrics.js';
import type { CanonicalRequest } from './canonical-request.js';
import { answerProblem } from './refusals.js';

/** The state of the gateway, as `/readyz` reports it. */
export type Readiness = {
  inTouch: boolean;
  /** Milliseconds since the last authentic event of the feed; null if there was none. */
  heardMsAgo: number | null;
  /**
   * `backlog`: records that are not durable yet. `shipped`: the broker has every durable record. `quarantined`: records
   * that were set aside for good.
   */
  spool: { usedBytes: number; maxBytes: number; backlog: number; shipped: boolean; quarantined: number };
  /**
   * Tenants whose trust document is pinned on this host. `current` is null while the feed has brought none that fits.
   */
  pins: readonly GatewayPin[];
  /** Services whose route map in the feed breaks a rule. No call reaches them. */
  closedServices: readonly ClosedService[];
};

type OwnPagesParts = { identity: Identity; metrics: GatewayMetrics; readiness(): Readiness };

type Page = (response: ServerResponse) => Promise<void> | void;

/** The gateway's own paths. Their names are reserved: no data service can use them. */
export class OwnPages {
  private readonly pages: ReadonlyMap<string, Page>;

  constructor(private readonly parts: OwnPagesParts) {
    this.pages = new Map<string, Page>([
      ['healthz', (response) => json(response, 200, { status: 'ok' })],
      ['readyz', (response) => this.ready(response)],
      ['metrics', (response) => this.metrics(response)],
      ['countersign/jwks.json', (response) => json(response, 200, identityJwks(parts.identity))],
    ]);
  }

  /** Whether the gateway itself answers paths that begin with this segment. */
  has(service: string): boolean {
    return GATEWAY_PATHS.has(service);
  }

  async answer(
    { method, service, path, framing }: CanonicalRequest,
    response: ServerResponse,
  ): Promise<void> {
    const page = this.pages.get(service + path);
    if (page === undefined || (method !== 'GET' && method !== 'HEAD')) {
      answerProblem(response, 'not_found', { close: framing.kind !== 'none' });
    } else {
      await page(response);
    }
  }

  private ready(response: ServerResponse): void {
    const readiness = this.parts.readiness();
    json(response, readiness.inTouch ? 200 : 503, {
      ...(readiness.inTouch ? {} : { code: 'not_in_touch' }),
      status: readiness.inTouch ? 'ready' : 'not ready',
      ...readiness,
    });
  }

  private async metrics(response: ServerResponse): Promise<void> {
    const { metrics } = this.parts;
    const text = await metrics.text();
    response.writeHead(200, ['Content-Type', metrics.contentType, 'Cache-Control', 'no-store']);
    response.end(text);
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, ['Content-Type', 'application/json', 'Cache-Control', 'no-store']);
  response.end(JSON.stringify(body));
}
