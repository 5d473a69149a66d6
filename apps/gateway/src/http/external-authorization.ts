import { timingSafeEqual } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import { isDownload } from '@countersign/authorization';
import { isDatabase } from '@countersign/contract';
import { growingCache } from '@countersign/runtime';
import type { VerifiedToken } from '../authorize/call-authorizer.js';
import type { ServiceHost } from '../authorize/route-maps.js';
import { PROXY_SECRET_HEADER } from '../browser/service-host.js';
import type { Budgets } from '../budget/budgets.js';
import type { AllowedCall } from '../forward/recorded-forwarding.js';
import { type CallContexts, CONTEXT_KEY_MISSING } from '../forward/signed-context.js';
import type { GatewayMetrics } from '../metrics.js';
import type { Recorder } from '../records/recorder.js';
import { CallHandler, type CallHandlerParts } from './call-handler.js';
import type { RefusedCall } from './call-refusals.js';
import { type CanonicalRequest, isForwardableMethod, readHostName } from './canonical-request.js';
import { callOf, type Exchange, recordedCallOf } from './exchange.js';
import { answerProblem, requireUnambiguous } from './refusals.js';
import { readTarget } from './target.js';

/** Which proxies and services may ask about calls. */
export interface TrustedProxies {
  /** The secret that they send in `Countersign-Proxy-Secret`. */
  secret: string;
  /** Networks in CIDR notation from which they may connect. */
  networks: readonly string[];
}

type ExternalAuthorizationParts = Omit<CallHandlerParts, 'forwarding'> & {
  /** Undefined: `/authz/…` answers 404. */
  proxies: TrustedProxies | undefined;
  budgets: Budgets;
  recorder: Recorder;
  metrics: GatewayMetrics;
  contexts: CallContexts;
  /** The service with this host of its own. */
  serviceAt(host: string): ServiceHost | undefined;
};

/**
 * Reads the call that a proxy asks about: its method, host and target. `question` is the proxy's own request to the gateway.
 */
type Describe = (question: CanonicalRequest, below: string) => Described;
type Described = { method: string | undefined; host: string | undefined; target: string | undefined };

const byOriginal: Describe = ({ headers }, below) => ({
  method: headers.one('x-original-method'),
  host: headers.one('x-original-host') ?? headers.one('host'),
  target: joined(below, headers.one('x-original-uri')),
});

/**
 * How each kind of proxy describes the call. `below`: what follows the mode in the path of the question. It names the
 * service for nginx and Traefik, if the call's own path does not; for Envoy it is the call's path.
 */
const MODES: Record<string, Describe> = {
  nginx: byOriginal,
  traefik: ({ headers }, below) => ({
    method: headers.one('x-forwarded-method'),
    host: headers.one('x-forwarded-host'),
    target: joined(below, headers.one('x-forwarded-uri')),
  }),
  // Envoy sends the call's own method, host and path, with a prefix before the path.
  envoy: ({ method, headers, query }, below) => ({
    method,
    host: headers.one('host'),
    target: below + query,
  }),
  // Not `Host`, which is the gateway's own here: a call without a host stays without one, and is refused.
  middleware: (question, below) => ({
    ...byOriginal(question, below),
    host: question.headers.one('x-original-host'),
  }),
};

/** Addresses for which the gateway remembers whether they are in a trusted network. Proxies are few. */
const KNOWN_PEERS = 1_000;
/**
 * Every handshake of a WebSocket has it (RFC 6455 §4.1). A proxy may drop `Upgrade` from its question, because that field concerns one
 * connection only.
 */
const WEBSOCKET_HEADER = 'sec-websocket-key';

const PATH = /^\/(nginx|traefik|envoy|middleware)(\/.*)?$/;

const joined = (service: string, target: string | undefined): string | undefined =>
  target === undefined ? undefined : service + target;

/**
 * External authorization: `/authz/nginx`, `/authz/traefik` (also Caddy) and `/authz/envoy`. A proxy asks about a call, and
 * forwards it itself if the answer is 200. `/authz/middleware` is for the middleware of a service, which asks in the same way. The
 * checks and their order are those of a call through the gateway, and the record is durable before the answer. The gateway sees
 * neither the body nor the response, so it refuses calls whose limits need them (`beyondThisMode`). docs/gateways/ says which promises
 * hold in each mode.
 */
export class ExternalAuthorization {
  private readonly secret: Buffer | undefined;
  private readonly networks = new BlockList();
  private readonly trustedPeers = growingCache<boolean>(KNOWN_PEERS);
  /** Decides about the described call as if it had come here itself. It calls `run` for an allowed one. */
  private readonly handler: CallHandler;

  constructor(private readonly parts: ExternalAuthorizationParts) {
    const { proxies } = parts;
    this.handler = new CallHandler({ ...parts, forwarding: this });
    this.secret = proxies === undefined ? undefined : Buffer.from(proxies.secret, 'utf8');
    for (const network of proxies?.networks ?? []) {
      const [address = '', bits] = network.split('/');
      this.networks.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
    }
  }

  /** Whether the request asks about a call. */
  isFor({ service }: CanonicalRequest): boolean {
    return service === 'authz';
  }

  /** Throws AmbiguousRequest if the described call can be read in more than one way. */
  async answer(exchange: Exchange): Promise<void> {
    const { refusals } = this.parts;
    const { canonical: question, body, response } = exchange;
    const [, mode = '', below = ''] = PATH.exec(question.path) ?? [];
    const describe = MODES[mode];
    if (describe === undefined || this.secret === undefined) {
      answerProblem(response, 'not_found', { close: !body.isDone });
      return;
    }
    if (!this.mayAsk(exchange, this.secret)) {
      return refusals.unverified(exchange, null, 'proxy_not_trusted', {
        detail: 'the proxy must send its secret, and connect from a listed network',
      });
    }
    const described = canonicalCall(question, describe(question, below));
    const call =
      mode === 'middleware'
        ? { ...exchange, canonical: described, mode: 'middleware' as const }
        : { ...exchange, canonical: this.withOrigin(described), mode: 'authz' as const };
    await this.handler.handle(call);
  }

  /**
   * A browser may make a call for the service's own host with its session in place of a token. The origin marks such a call, so that
   * the same checks apply as to a browser at the gateway. Not used if the service itself asks: it has received the cookie.
   */
  private withOrigin(call: CanonicalRequest): CanonicalRequest {
    const found = this.parts.serviceAt(call.host);
    return found?.service === call.service ? { ...call, origin: found.origin } : call;
  }

  private mayAsk({ canonical, peer }: Exchange, secret: Buffer): boolean {
    const shown = Buffer.from(canonical.headers.one(PROXY_SECRET_HEADER) ?? '', 'utf8');
    // Timing can reveal only the length of the secret, which need not be secret.
    const isSecret = shown.length === secret.length && timingSafeEqual(shown, secret);
    return isSecret && this.isTrusted(peer);
  }

  /** Whether the address is in a listed network. The result is remembered: the look-up costs more than a whole decision. */
  private isTrusted(peer: string): boolean {
    const known = this.trustedPeers.get(peer);
    if (known !== undefined) return known;
    const address = peer.replace(/^::ffff:(?=\d+\.)/i, '');
    const isTrusted = address !== '' && this.networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
    this.trustedPeers.set(peer, isTrusted);
    return isTrusted;
  }

  /** Takes a call that the checks allow: makes its record durable, and answers the proxy. */
  async run(exchange: Exchange, token: VerifiedToken, decision: AllowedCall): Promise<void> {
    const { authorizer, refusals, budgets, recorder, metrics, contexts, clock } = this.parts;
    const { canonical, response } = exchange;
    const { claims } = token;
    const { match, grant, map } = decision;
    const beyond = changesProtocol(canonical, decision) ?? beyondThisMode(token, decision);
    if (beyond !== undefined) return refusals.decided(exchange, claims, beyond);
    const { context: mode } = authorizer.upstreamSettings(canonical.service);
    const signing = contexts.of(canonical.service, mode, clock.now());
    if (signing === undefined) return refusals.decided(exchange, claims, { ...CONTEXT_KEY_MISSING, match });
    const began = clock.monotonic();
    const record = recorder.newId();
    budgets.takeCall(claims.digest, grant);
    try {
      await authorizer.persistDigest(claims, grant);
      const { tenantFrom } = map.definition;
      await recorder.recordAllowed(record, recordedCallOf(exchange, claims), match, signing.mode, tenantFrom);
    } catch {
      budgets.returnCall(claims.digest, grant);
      const detail = 'the record could not be written';
      return refusals.verified(exchange, claims, { code: 'record_unavailable', detail, match });
    }
    metrics.recorded(clock.monotonic() - began);
    // Writing the record took time, and this call is not among the open calls that a stop cuts. So it is authorized once more.
    // `budget_exhausted` does not count: this call itself may have used the last of the budget.
    const again = authorizer.authorize(token, callOf(exchange, undefined));
    // The `allowed` record is durable already. A refusal now is a second record of the same call.
    if (!again.allowed && again.code !== 'budget_exhausted')
      return refusals.decided(exchange, claims, { ...again, match });
    const { method, path, query } = canonical;
    const { sub, grant_id } = claims;
    const { tenant } = match;
    const context = signing.sign?.(
      map.definition.audience,
      { tenant, sub, grant_id, record, method, path: path + query, body_sha256: undefined },
      clock.now(),
    );
    const fields = ['Cache-Control', 'no-store', 'Countersign-Tenant', tenant, 'Countersign-Requester', sub];
    fields.push('Countersign-Grant', grant_id, 'Countersign-Record', record);
    if (context !== undefined) fields.push('Countersign-Context', context);
    response.send(200, fields, '');
  }
}

/** The call that a proxy describes, read as strictly as one that comes here itself. Throws AmbiguousRequest. */
function canonicalCall(question: CanonicalRequest, { method, host, target }: Described): CanonicalRequest {
  requireUnambiguous(
    method !== undefined && target !== undefined && host !== undefined,
    'the proxy does not describe the call: its method, host and URI',
  );
  requireUnambiguous(isForwardableMethod(method), 'a method that is never forwarded');
  return {
    ...question,
    ...readTarget(target),
    method,
    host: readHostName(host),
    framing: { kind: 'none' },
    expectsContinue: false,
  };
}

/**
 * Refuses the handshake of a WebSocket. Some proxies pass an upgrade on by themselves, and a record cannot describe what follows on
 * that connection.
 */
function changesProtocol({ headers }: CanonicalRequest, { match }: AllowedCall): RefusedCall | undefined {
  const detail = 'no route allows an upgrade of the connection';
  return headers.all(WEBSOCKET_HEADER).length > 0 ? { code: 'route_not_listed', detail, match } : undefined;
}

/** Refuses a call whose limits only a gateway that forwards the call itself can enforce. */
function beyondThisMode(
  { claims }: VerifiedToken,
  { match, grant, map, routes, masking, links }: AllowedCall,
): RefusedCall | undefined {
  const refused = (what: string): RefusedCall => ({
    code: 'insufficient_scope',
    detail: `only a gateway that forwards the call itself can ${what}`,
    match,
  });
  if (claims.terms.change !== undefined) return refused('enforce an approved change');
  if (isDatabase(map.definition)) return refused('run SQL');
  if (map.definition.tenantFrom === 'service' && !match.shared)
    return refused('check the tenant that the service names in its response');
  if (masking !== undefined) return refused('hide fields of the answer');
  if (links !== undefined) return refused('keep links to files');
  if (isDownload(routes)) return refused('record the hash of a download');
  return grant.budget?.bytes === undefined ? undefined : refused('enforce a budget of bytes');
}
