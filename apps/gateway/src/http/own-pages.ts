import {
  type ContextMode,
  GATEWAY_PATHS,
  isPinsNonce,
  isTenantSlug,
  PINS_STATEMENT_TYPE,
  type PinsStatement,
} from '@countersign/contract';
import type { GatewayPin } from '@countersign/gateway-protocol';
import { jsonPage, type PrivatePages } from '@countersign/private-listener';
import type { ClosedService } from '../authorize/route-maps.js';
import type { BrokerState } from '../feed/broker-client.js';
import type { ContactFault } from '../feed/feed-liveness.js';
import type { TlsProblem } from '../forward/upstreams.js';
import type { ServerResponse } from '../http1/server-response.js';
import { type Identity, identityJwks, jwsSigner } from '../identity.js';
import type { GatewayMetrics } from '../metrics.js';
import type { CanonicalRequest } from './canonical-request.js';
import { answerProblem } from './refusals.js';

/**
 * Why a balancer should send calls to other gateways. `spool_full`: the records have hardly any room. `disk`: no record can be
 * written. `worker`: a worker process is missing, or hangs. The others: see `ContactFault`.
 */
export type LocalFault = ContactFault | 'spool_full' | 'disk' | 'worker';

/** The state of the gateway, as `/readyz` of the private listener reports it. */
export type Readiness = {
  /** Empty: the gateway is ready. It may be out of touch with its brokers: then it refuses every call itself. */
  faults: readonly LocalFault[];
  inTouch: boolean;
  /** Of this gateway. */
  version: string;
  /** Of the broker that answered last. `problem`: why broker and gateway cannot work together. */
  broker: BrokerState;
  /** Milliseconds since the last authentic event of the feed; null if there was none. */
  heardMsAgo: number | null;
  /**
   * `backlog`: records that are not durable yet. `shipped`: the broker has every durable record. `quarantined`: records
   * that were set aside for good.
   */
  spool: { usedBytes: number; maxBytes: number; backlog: number; shipped: boolean; quarantined: number };
  /** What to do if the broker’s database was restored from a backup and lacks what this gateway has received or shipped; else null. */
  parted: string | null;
  /**
   * Tenants whose trust document is pinned on this host. `current` is null while the feed has brought none that fits.
   */
  pins: readonly GatewayPin[];
  /** Services whose route map in the feed breaks a rule. No call reaches them. */
  closedServices: readonly ClosedService[];
  /** Services whose TLS files towards their upstream cannot be used as they are now. */
  upstreamTls: readonly TlsProblem[];
  /** What is wrong with the listener's own TLS files as they are now; those read before are in use. */
  listenerTls: string | null;
  /** How calls of each open service are signed. `problem`: the key that this needs is missing, so none is made. */
  contexts: readonly { service: string; mode: ContextMode; problem: string | null }[];
  /** The services of kind `postgres`. `problem`: why the last check or statement could not use the database. */
  databases: readonly { service: string; problem: string | null }[];
  /** Origins of upstreams and storages that sent bytes which belong to no answer: each of their calls has a connection of its own. */
  untrustedUpstreams: readonly string[];
  /** If worker processes serve the calls: each of them. `pid` is null while one is started again. */
  workers?: readonly { lane: number; pid: number | null; inTouch: boolean }[];
};

type OwnPagesParts = {
  identity: Identity;
  /** `gtw_…` */
  gateway: string;
  isReady(): boolean;
  isInTouch(): boolean;
  /** What is pinned of this tenant; undefined if nothing is. */
  pinOf(tenant: string): Pick<GatewayPin, 'pinned' | 'atLeast' | 'current'> | undefined;
  /** The wall clock, in milliseconds. */
  now(): number;
};

type Page = (response: ServerResponse) => Promise<void> | void;

/**
 * The gateway's own paths on its public port. Their names are reserved: no data service can use them. They say nothing
 * about services or load, and of a tenant only what is pinned, to anyone who knows its slug; the rest is on the private
 * listener (`privatePages`).
 */
export class OwnPages {
  private readonly pages: ReadonlyMap<string, Page>;
  private readonly signPins: (claims: object) => string;

  constructor(private readonly parts: OwnPagesParts) {
    const { identity, isReady, isInTouch } = parts;
    this.pages = new Map<string, Page>([
      ['healthz', (response) => json(response, 200, { status: 'ok' })],
      ['readyz', (response) => json(response, ...readyPage({ isReady: isReady(), inTouch: isInTouch() }))],
      ['countersign/jwks.json', (response) => json(response, 200, identityJwks(identity), ANY_PAGE)],
    ]);
    this.signPins = jwsSigner(identity, PINS_STATEMENT_TYPE);
  }

  /** Whether the gateway itself answers paths that begin with this segment. */
  has(service: string): boolean {
    return GATEWAY_PATHS.has(service);
  }

  async answer(
    { method, service, path, query, framing }: CanonicalRequest,
    response: ServerResponse,
  ): Promise<void> {
    const tenant = service === 'countersign' ? /^\/pins\/([^/]+)$/.exec(path)?.[1] : undefined;
    const page =
      tenant === undefined
        ? this.pages.get(service + path)
        : (into: ServerResponse) => this.statePins(tenant, query, into);
    if (page === undefined || (method !== 'GET' && method !== 'HEAD')) {
      answerProblem(response, 'not_found', { close: framing.kind !== 'none' });
    } else {
      await page(response);
    }
  }

  /**
   * States what is pinned of a tenant, signed by the gateway's key: a customer that distrusts the broker asks the gateway
   * itself. Anyone may ask, also a page of another origin. The nonce comes from the requester.
   */
  private statePins(tenant: string, query: string, response: ServerResponse): void {
    const nonce = /^\?nonce=(.*)$/.exec(query)?.[1] ?? '';
    if (!isTenantSlug(tenant) || !isPinsNonce(nonce)) {
      const detail =
        'the address is /countersign/pins/TENANT?nonce=N, with a slug and 1 to 128 letters, digits and . _ ~ -';
      answerProblem(response, 'invalid_request', { detail, close: false });
      return;
    }
    const { pinned = null, atLeast = [], current = null } = this.parts.pinOf(tenant) ?? {};
    const iat = Math.floor(this.parts.now() / 1_000);
    const statement: PinsStatement = {
      iss: this.parts.gateway,
      nonce,
      tenant,
      pinned,
      atLeast: [...atLeast],
      current,
      iat,
    };
    const headers = ['Content-Type', 'application/jwt', 'Cache-Control', 'no-store', ...ANY_PAGE];
    response.send(200, headers, this.signPins(statement));
  }
}

/** The pages of the private listener. */
export const privatePages = (
  metrics: Pick<GatewayMetrics, 'contentType' | 'text'>,
  readiness: () => Readiness,
): PrivatePages => ({
  '/healthz': () => jsonPage(200, { status: 'ok' }),
  '/readyz': () => {
    const { inTouch, ...details } = readiness();
    const [status, page] = readyPage({ isReady: details.faults.length === 0, inTouch });
    return jsonPage(status, { ...page, ...details });
  },
  '/metrics': async () => ({ status: 200, type: metrics.contentType, body: await metrics.text() }),
});

/**
 * A gateway without its brokers stays ready: otherwise all gateways would leave their balancer at once, and engineers would see its
 * page in place of a refusal that says why.
 */
const readyPage = ({ isReady, inTouch }: { isReady: boolean; inTouch: boolean }): [number, object] =>
  isReady ? [200, { status: 'ok', inTouch }] : [503, { status: 'unavailable', inTouch }];

/** Pages of every origin may read the answer (CORS): it is public, and no cookie changes it. */
const ANY_PAGE = ['Access-Control-Allow-Origin', '*'];

function json(response: ServerResponse, status: number, body: object, headers: string[] = []): void {
  const fields = ['Content-Type', 'application/json', 'Cache-Control', 'no-store', ...headers];
  response.send(status, fields, JSON.stringify(body));
}
