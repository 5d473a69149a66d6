import type { JsonWebKey } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AskedGateway, gatewayQuestion } from './ask-gateway.js';
import { GatewayKeys, readHmacKeys } from './gateway-keys.js';
import { ReplayMemory } from './replay-memory.js';
import { hashBody } from './request-body.js';
import { formatSeenCall } from './seen-call.js';
import {
  type ContextAlgorithm,
  type ContextReason,
  ContextRefused,
  type CountersignCall,
  keyOfContext,
  type ReceivedRequest,
  type RefusalOfGateway,
  verifyContext,
} from './verify-context.js';

export type CountersignContextOptions = {
  /** The service's `audience` in the organisation file; its name, if the file gives none. */
  audience: string;
  /**
   * Origins of the gateways in front of this service, such as `http://gateway.internal:4100`. Their keys are read at
   * `/countersign/jwks.json`, so the way there must be as trustworthy as this check: TLS, or the same machine.
   */
  gateways?: readonly string[];
  /** Keys that are trusted without asking a gateway (JWK, Ed25519, with `kid`). */
  keys?: readonly JsonWebKey[];
  /**
   * Keys for `context: hmac` (JWK, `oct`, with `kid`), as `countersign gateways context-key SERVICE` printed one on each
   * gateway's host. With these alone, contexts that a gateway signed with its own key are refused.
   */
  hmacKeys?: readonly JsonWebKey[];
  /**
   * Takes calls that reach the service directly, with a grant token: asks this gateway about each of them. What the gateway
   * refuses is answered as the gateway answers it. Absent: only calls that a gateway has forwarded pass.
   */
  ask?: AskedGateway;
  /** The largest body whose hash is checked. Gateways read at most 1 MiB before they decide. */
  maxBodyBytes?: number;
  /** How many calls of the last half minute are remembered. More are refused (503). Default: 200,000. */
  maxRemembered?: number;
  /**
   * Notes that a call's record was used, and says whether it was used before. Default: this process's memory. Several
   * processes of one service need one that they share; keep an entry until `expiresAt`. If it throws, the call is refused
   * (503).
   */
  remember?: (record: string, expiresAt: number) => Promise<'new' | 'seen'> | 'new' | 'seen';
  /**
   * The slug of the tenant that owns the data of a call; undefined if no tenant does. For a service with `tenantFrom: service`.
   * If the owner is not the tenant of the context, the call is refused before the service acts. Otherwise the response names
   * the tenant, as the gateway requires. If this throws, the call is refused (503).
   */
  tenantOf?: (
    request: IncomingMessage,
    call: CountersignCall,
  ) => Promise<string | undefined> | string | undefined;
  /**
   * Gets one line of JSON for each call, verified or refused, without a line break: what `countersign reconcile` compares
   * with the records. It has the path and the context of the call, which grants nothing once it was used; keep it where
   * the service keeps its own logs.
   */
  log?: (line: string) => void;
  /** Called for each call that is refused, for logs and alarms. */
  onRefused?: (reason: ContextReason, request: IncomingMessage) => void;
  /** Milliseconds since the epoch. */
  now?: () => number;
};

/** What Node's `http` and Express give, and what Fastify gives around it. */
type Incoming = IncomingMessage | { raw: IncomingMessage };
type Outgoing = ServerResponse | { raw: ServerResponse; hijack(): unknown };

/** Middleware of Express, a hook of Fastify, or a function for a plain server. `next` is called for a verified call only. */
export type CountersignContextGuard = (request: Incoming, response: Outgoing, next: () => unknown) => void;

/** With `tenantFrom: service` the gateway passes on a response only if it names the tenant of the call here. */
const TENANT_HEADER = 'Countersign-Tenant';
const RECORD_HEADER = 'Countersign-Record';
const MIB = 1024 * 1024;
const MAX_REMEMBERED = 200_000;
const verified = new WeakMap<IncomingMessage, CountersignCall>();

/**
 * Lets only calls through that came through a trusted gateway, each once, and refuses all others: with 403
 * `not_through_gateway`, or 503 `context_unverifiable` if this side could not find out. Put it before everything that reads
 * a body.
 *
 *     app.use(countersignContext({ audience: 'billing', gateways: ['http://localhost:4100'] }));       // Express
 *     app.addHook('onRequest', countersignContext({ audience: 'billing', gateways: [GATEWAY] }));      // Fastify
 *     const guard = countersignContext({ audience: 'billing', gateways: [GATEWAY] });                  // node:http
 *     createServer((request, response) => guard(request, response, () => handle(request, response)));
 *
 * Behind it, `contextOf(request)` says for which tenant, person and grant the call is.
 */
export function countersignContext(options: CountersignContextOptions): CountersignContextGuard {
  const verify = requestVerifier(options);
  return (request, response, next) => {
    const incoming = 'raw' in request ? request.raw : request;
    const outgoing = 'raw' in response ? response.raw : response;
    verify(incoming, outgoing).then(
      () => next(),
      (error: unknown) => {
        if (!(error instanceof ContextRefused)) throw error;
        answer(response, error);
      },
    );
  };
}

/** Verifies a request, and sets what its response has to say. Rejects with ContextRefused once `onRefused` was called. */
export function requestVerifier(
  options: CountersignContextOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const verify = contextVerifier(options);
  return async (request, response) => {
    try {
      // The caller reads the record's id also if no gateway forwards the response.
      const isDirect = request.headers['countersign-context'] === undefined;
      const { tenant, record } = await verify(request);
      if (isDirect) response.setHeader(RECORD_HEADER, record);
      if (options.tenantOf !== undefined) response.setHeader(TENANT_HEADER, tenant);
    } catch (error) {
      if (error instanceof ContextRefused) options.onRefused?.(error.reason, request);
      throw error;
    }
  };
}

/** The verified context of a request (Fastify: the request or its `raw`). Undefined if none was verified. */
export function contextOf(request: Incoming): CountersignCall | undefined {
  return verified.get('raw' in request ? request.raw : request);
}

/**
 * Verifies requests without answering them, for servers of another kind. The function rejects with ContextRefused. It
 * accepts each context once.
 */
export function contextVerifier(
  options: CountersignContextOptions,
): (request: IncomingMessage) => Promise<CountersignCall> {
  const { audience, ask, keys = [], hmacKeys = [], maxBodyBytes = MIB, now = Date.now } = options;
  const { gateways = ask === undefined || keys.length + hmacKeys.length > 0 ? [] : [ask.gateway] } = options;
  if (gateways.length === 0 && keys.length === 0 && hmacKeys.length === 0)
    throw new TypeError(
      'countersignContext needs `gateways`, `keys` or `hmacKeys`: without them it would refuse every call',
    );
  const known = new GatewayKeys(gateways, keys);
  const shared = readHmacKeys(hmacKeys);
  const memory = new ReplayMemory(options.maxRemembered ?? MAX_REMEMBERED);
  const remember =
    options.remember ?? ((record: string, expiresAt: number) => memory.take(record, expiresAt, now()));
  const question = ask && gatewayQuestion(ask);
  const note = (request: IncomingMessage, refused?: ContextReason) => {
    if (options.log === undefined) return;
    const { method, target, headers } = receivedOf(request);
    const context = headers['countersign-context'];
    const at = new Date(now()).toISOString();
    const text = typeof context === 'string' ? context : null;
    options.log(formatSeenCall({ at, method, path: target, context: text, refused }));
  };
  return async (request) => {
    try {
      const call = await verifyCall(request);
      note(request);
      return call;
    } catch (error) {
      note(request, error instanceof ContextRefused ? error.reason : 'malformed');
      throw error;
    }
  };

  async function verifyCall(request: IncomingMessage): Promise<CountersignCall> {
    if (request.headers['countersign-context'] === undefined)
      await question?.(request, receivedOf(request).target);
    const received = receivedOf(request);
    const { alg, kid } = keyOfContext(received);
    if (alg === 'EdDSA') await known.load(kid);
    const key = (id: string, by: ContextAlgorithm) => (by === 'HS256' ? shared : known).get(id);
    const call = verifyContext(received, { audience, key, now: now() });
    if (call.bodySha256 !== undefined && (await hashBody(request, maxBodyBytes)) !== call.bodySha256)
      throw new ContextRefused('other_body', 'the context is about another body');
    // Last, so that a copy with another body does not use up the context of the call itself.
    const use = await useOf(remember, call);
    if (use === 'seen') throw new ContextRefused('replayed', 'this context was used before');
    if (use === 'full') throw new ContextRefused('memory_full', 'too many calls to remember');
    if (options.tenantOf !== undefined && (await ownerOf(options.tenantOf, request, call)) !== call.tenant)
      throw new ContextRefused('other_tenant', 'the data is not of the tenant for whom the call is');
    verified.set(request, call);
    return call;
  }
}

/** Whose data it is may be in a database that is out of reach. */
async function ownerOf(
  tenantOf: NonNullable<CountersignContextOptions['tenantOf']>,
  request: IncomingMessage,
  call: CountersignCall,
): Promise<string | undefined> {
  try {
    return await tenantOf(request, call);
  } catch (cause) {
    throw new ContextRefused('tenant_unavailable', 'whose data this is cannot be found out', { cause });
  }
}

type Remember = (record: string, expiresAt: number) => Promise<Use> | Use;
type Use = 'new' | 'seen' | 'full';

/** A memory that several processes share may be out of reach. */
async function useOf(remember: Remember, { record, expiresAt }: CountersignCall): Promise<Use> {
  try {
    return await remember(record, expiresAt);
  } catch (cause) {
    throw new ContextRefused('memory_unavailable', 'the memory of used contexts cannot be reached', {
      cause,
    });
  }
}

/** Express takes the part of its mount point off `url`, and keeps the whole in `originalUrl`. */
function receivedOf(request: IncomingMessage): ReceivedRequest {
  const { originalUrl } = request as IncomingMessage & { originalUrl?: unknown };
  const target = typeof originalUrl === 'string' ? originalUrl : (request.url ?? '');
  return { method: request.method ?? '', target, headers: request.headers };
}

const FAULTS_HERE: ReadonlySet<ContextReason> = new Set([
  'keys_unavailable',
  'memory_full',
  'memory_unavailable',
  'body_already_read',
  'tenant_unavailable',
  'gateway_unavailable',
]);

/** The answer to a call that is refused. */
export function refusalOf({ reason, message, answer: ofGateway }: ContextRefused): RefusalOfGateway {
  if (ofGateway !== undefined) return ofGateway;
  const isFault = FAULTS_HERE.has(reason);
  const status = isFault ? 503 : 403;
  const code = isFault ? 'context_unverifiable' : 'not_through_gateway';
  const title = isFault
    ? 'The call could not be verified.'
    : 'This service takes calls from its gateway only.';
  const body = JSON.stringify({ type: 'about:blank', title, status, detail: `${message}.`, code, reason });
  return { status, headers: { 'content-type': 'application/problem+json' }, body };
}

function answer(response: Outgoing, refused: ContextRefused): void {
  const { status, headers, body } = refusalOf(refused);
  if ('hijack' in response) response.hijack();
  const outgoing = 'raw' in response ? response.raw : response;
  if (outgoing.headersSent || outgoing.destroyed) return;
  outgoing.writeHead(status, {
    ...headers,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  outgoing.end(body);
}
