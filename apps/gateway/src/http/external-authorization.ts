import { timingSafeEqual } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import { type GrantTokenClaims, isDownload } from '@countersign/authorization';
import { isDatabase } from '@countersign/contract';
import { growingCache } from '@countersign/runtime';
import type { Logger } from 'pino';
import type { VerifiedToken } from '../authorize/call-authorizer.js';
import type { ServiceHost } from '../authorize/route-maps.js';
import { PROXY_SECRET_HEADER } from '../browser/service-host.js';
import type { Budgets } from '../budget/budgets.js';
import type { AllowedDecision } from '../forward/allowed-decision.js';
import { type CallContexts, CONTEXT_KEY_MISSING, type ServiceContext } from '../forward/signed-context.js';
import type { Framing } from '../http1/framing.js';
import { type FieldLines, writeFields } from '../http1/message-writer.js';
import type { GatewayMetrics } from '../metrics.js';
import type { Recorder } from '../records/recorder.js';
import type { RecordWaiter } from '../records/spool/spool.js';
import { CallHandler, type CallHandlerParts } from './call-handler.js';
import type { RefusedCall } from './call-refusals.js';
import { type CanonicalRequest, isForwardableMethod, readHostName } from './canonical-request.js';
import { callOf, type Exchange, recordedCallOf } from './exchange.js';
import { answerProblem, refuseFault, requireUnambiguous } from './refusals.js';
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
  log: Logger;
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
  target: joinTarget(below, headers.one('x-original-uri')),
});

/**
 * How each kind of proxy describes the call. `below`: what follows the mode in the path of the question. It names the
 * service for nginx and Traefik, if the call's own path does not; for Envoy it is the call's path.
 */
const MODES: ReadonlyMap<string, Describe> = new Map<string, Describe>([
  ['nginx', byOriginal],
  [
    'traefik',
    ({ headers }, below) => ({
      method: headers.one('x-forwarded-method'),
      host: headers.one('x-forwarded-host'),
      target: joinTarget(below, headers.one('x-forwarded-uri')),
    }),
  ],
  // Envoy sends the call's own method, host and path, with a prefix before the path.
  [
    'envoy',
    ({ method, headers, query }, below) => ({ method, host: headers.one('host'), target: below + query }),
  ],
  // Not `Host`, which is the gateway's own here: a call without a host stays without one, and is refused.
  [
    'middleware',
    (question, below) => ({
      ...byOriginal(question, below),
      host: question.headers.one('x-original-host'),
    }),
  ],
]);

/** Addresses for which the gateway remembers whether they are in a trusted network. Proxies are few. */
const KNOWN_PEERS = 1_000;
/**
 * Every handshake of a WebSocket has it (RFC 6455 §4.1). A proxy may drop `Upgrade` from its question, because that field concerns one
 * connection only.
 */
const WEBSOCKET_HEADER = 'sec-websocket-key';

const NO_BODY: Framing = { kind: 'none' };

/** The mode that the path of a question names, and what follows it: `/nginx/billing`. */
function modeIn(path: string): { mode: string; below: string } {
  const cut = path.indexOf('/', 1);
  return cut === -1
    ? { mode: path.slice(1), below: '' }
    : { mode: path.slice(1, cut), below: path.slice(cut) };
}

const joinTarget = (service: string, target: string | undefined): string | undefined =>
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

  /** Undefined if nothing is left to wait for. Throws AmbiguousRequest if the described call can be read in more than one way. */
  answer(exchange: Exchange): Promise<void> | undefined {
    const { refusals } = this.parts;
    const { canonical: question, body, response, peer } = exchange;
    const { mode, below } = modeIn(question.path);
    const describe = MODES.get(mode);
    if (describe === undefined || this.secret === undefined) {
      answerProblem(response, 'not_found', { close: !body.isDone });
      return undefined;
    }
    if (!this.mayAsk(exchange, this.secret)) {
      return refusals.unverified(exchange, null, 'proxy_not_trusted', {
        detail: 'the proxy must send its secret, and connect from a listed network',
      });
    }
    const described = canonicalCall(question, describe(question, below));
    return this.handler.handle(
      mode === 'middleware'
        ? { canonical: described, body, response, peer, mode: 'middleware' }
        : { canonical: this.withOrigin(described), body, response, peer, mode: 'authz' },
    );
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
    const sentSecret = Buffer.from(canonical.headers.one(PROXY_SECRET_HEADER) ?? '', 'utf8');
    // Timing can reveal only the length of the secret, which need not be secret.
    const isSecret = sentSecret.length === secret.length && timingSafeEqual(sentSecret, secret);
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
  run(exchange: Exchange, token: VerifiedToken, decision: AllowedDecision): Promise<void> | undefined {
    const { authorizer, refusals, budgets, recorder, contexts, clock } = this.parts;
    const { canonical } = exchange;
    const { claims } = token;
    const { match, grant, map } = decision;
    const beyond = changesProtocol(canonical, decision) ?? beyondThisMode(token, decision);
    if (beyond !== undefined) return refusals.decided(exchange, claims, beyond);
    const { context: mode } = authorizer.upstreamSettings(canonical.service);
    const signing = contexts.of(canonical.service, mode, clock.now());
    if (signing === undefined) return refusals.decided(exchange, claims, { ...CONTEXT_KEY_MISSING, match });
    const answer = new PendingAnswer(this.parts, exchange, token, decision, signing, recorder.newId());
    budgets.takeCall(claims.digest, grant);
    const { tenantFrom } = map.definition;
    const write = () => {
      const call = recordedCallOf(exchange, claims);
      const { record: id } = answer;
      recorder.writeAllowed({ id, call, match, context: signing.mode, tenantFrom, isMasked: false }, answer);
    };
    const digestStored = authorizer.persistDigest(claims, grant);
    if (digestStored === undefined) {
      write();
      return undefined;
    }
    return digestStored.then(write, () => answer.onUnavailable());
  }
}

/** The answer to a proxy, which waits until the record of the call is durable. */
class PendingAnswer implements RecordWaiter {
  private readonly began: number;

  constructor(
    private readonly parts: ExternalAuthorizationParts,
    private readonly exchange: Exchange,
    private readonly token: VerifiedToken,
    private readonly decision: AllowedDecision,
    private readonly signing: ServiceContext,
    /** `rec_…` */
    readonly record: string,
  ) {
    this.began = parts.clock.monotonic();
  }

  onUnavailable(): void {
    try {
      this.refuse();
    } catch (error) {
      refuseFault(this.parts.log, this.exchange.response, error);
    }
  }

  onDurable(): void {
    try {
      this.answer();
    } catch (error) {
      refuseFault(this.parts.log, this.exchange.response, error);
    }
  }

  private refuse(): void {
    const { budgets, refusals } = this.parts;
    const { claims } = this.token;
    const { match, grant } = this.decision;
    budgets.returnCall(claims.digest, grant);
    const detail = 'the record could not be written';
    refusals.verified(this.exchange, claims, { code: 'record_unavailable', detail, match });
  }

  private answer(): void {
    const { authorizer, refusals, metrics, clock } = this.parts;
    const { exchange, token, decision, record } = this;
    const { claims } = token;
    metrics.recorded(clock.monotonic() - this.began);
    // Writing the record took time, and this call is not among the open calls that a stop cuts. So it is authorized once more.
    // `budget_exhausted` does not count: this call itself may have used the last of the budget.
    const again = authorizer.authorizeAgain(token, callOf(exchange, undefined), decision);
    // The `allowed` record is durable already. A refusal now is a second record of the same call.
    if (again !== undefined && again.code !== 'budget_exhausted') {
      refusals.decided(exchange, claims, { ...again, match: decision.match });
      return;
    }
    const { tenant } = decision.match;
    const context = this.signContext(tenant);
    const lines = `${linesOfToken(claims, tenant)}${writeFields(['Countersign-Record', record])}${
      context === undefined ? '' : writeFields(['Countersign-Context', context])
    }`;
    exchange.response.sendEmpty(200, lines as FieldLines);
  }

  private signContext(tenant: string): string | undefined {
    const { signing, record, exchange, decision } = this;
    const { method, path, query } = exchange.canonical;
    const { sub, grant_id } = this.token.claims;
    return signing.sign?.(
      decision.map.definition.audience,
      { tenant, sub, grant_id, record, method, path: path + query, body_sha256: undefined },
      this.parts.clock.now(),
    );
  }
}

/** Header lines that are the same for every answer to one token. Weak, so they go with the token. */
const knownLines = new WeakMap<GrantTokenClaims, { tenant: string; lines: FieldLines }>();

function linesOfToken(claims: GrantTokenClaims, tenant: string): FieldLines {
  const known = knownLines.get(claims);
  if (known?.tenant === tenant) return known.lines;
  const fields = ['Cache-Control', 'no-store', 'Countersign-Tenant', tenant];
  fields.push('Countersign-Requester', claims.sub, 'Countersign-Grant', claims.grant_id);
  const lines = writeFields(fields);
  knownLines.set(claims, { tenant, lines });
  return lines;
}

/** The call that a proxy describes, read as strictly as one that comes here itself. Throws AmbiguousRequest. */
function canonicalCall(question: CanonicalRequest, described: Described): CanonicalRequest {
  const { method } = described;
  requireUnambiguous(
    method !== undefined && described.target !== undefined && described.host !== undefined,
    'the proxy does not describe the call: its method, host and URI',
  );
  requireUnambiguous(isForwardableMethod(method), 'a method that is never forwarded');
  const { service, path, query, queryNames } = readTarget(described.target);
  const host = readHostName(described.host);
  const { headers, minorVersion, closes } = question;
  const framing = NO_BODY;
  // The members are in the order of `readCanonicalRequest`, so that both kinds of request have one shape for the engine.
  const expectsContinue = false;
  return {
    service,
    path,
    query,
    queryNames,
    method,
    host,
    headers,
    framing,
    minorVersion,
    closes,
    expectsContinue,
  };
}

/**
 * Refuses the handshake of a WebSocket. Some proxies pass an upgrade on by themselves, and a record cannot describe what follows on
 * that connection.
 */
function changesProtocol({ headers }: CanonicalRequest, { match }: AllowedDecision): RefusedCall | undefined {
  const detail = 'no route allows an upgrade of the connection';
  return headers.has(WEBSOCKET_HEADER) ? { code: 'route_not_listed', detail, match } : undefined;
}

/** Refuses a call whose limits only a gateway that forwards the call itself can enforce. */
function beyondThisMode(
  { claims }: VerifiedToken,
  { match, grant, map, routes, masking, links }: AllowedDecision,
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
