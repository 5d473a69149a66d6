import type { ServerResponse } from 'node:http';
import { GATEWAY_PATHS } from '@countersign/contract';
import type { GatewayPin } from '@countersign/gateway-protocol';
import { type AdminPages, jsonPage } from '@countersign/private-listener';
import type { ClosedService } from '../authorize/route-maps.js';
import { type Identity, identityJwks } from '../identity.js';
import type { GatewayMetrics } from '../metrics.js';
import type { CanonicalRequest } from './canonical-request.js';
import { answerProblem } from './refusals.js';

/** The state of the gateway, as `/readyz` of the private listener reports it. */
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

type OwnPagesParts = { identity: Identity; isReady(): boolean };

type Page = (response: ServerResponse) => Promise<void> | void;

/**
 * The gateway's own paths on its public port. Their names are reserved: no data service can use them. They say nothing
 * about tenants, services or load; that is on the private listener (`adminPages`).
 */
export class OwnPages {
  private readonly pages: ReadonlyMap<string, Page>;

  constructor({ identity, isReady }: OwnPagesParts) {
    this.pages = new Map<string, Page>([
      ['healthz', (response) => json(response, 200, { status: 'ok' })],
      ['readyz', (response) => json(response, isReady() ? 200 : 503, { status: statusOf(isReady()) })],
      ['countersign/jwks.json', (response) => json(response, 200, identityJwks(identity))],
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
}

/** The pages of the private listener. */
export const privatePages = (metrics: GatewayMetrics, readiness: () => Readiness): AdminPages => ({
  '/healthz': () => jsonPage(200, { status: 'ok' }),
  '/readyz': () => {
    const { inTouch, ...details } = readiness();
    const code = inTouch ? {} : { code: 'not_in_touch' };
    return jsonPage(inTouch ? 200 : 503, { status: statusOf(inTouch), ...code, inTouch, ...details });
  },
  '/metrics': async () => ({ status: 200, type: metrics.contentType, body: await metrics.text() }),
});

const statusOf = (ready: boolean): 'ok' | 'unavailable' => (ready ? 'ok' : 'unavailable');

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, ['Content-Type', 'application/json', 'Cache-Control', 'no-store']);
  response.end(JSON.stringify(body));
}
