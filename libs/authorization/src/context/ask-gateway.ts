import { Agent as HttpAgent, type IncomingMessage, request as overHttp } from 'node:http';
import { Agent as HttpsAgent, request as overHttps } from 'node:https';
import { ContextRefused, type RefusalOfGateway } from './verify-context.js';

/** The gateway that decides about calls that reach the service directly, with the engineer's grant token. */
export type AskedGateway = {
  /** Its origin, such as `http://gateway.internal:4100`. */
  gateway: string;
  /** The service's name in the organisation file. */
  service: string;
  /** `COUNTERSIGN_AUTHZ_SECRET` of the gateway. */
  secret: string;
  /** How long the gateway may take. It may wait for the grant, the budget and the disk. Default: 10 s. */
  timeoutMs?: number;
};

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Not sent with the question: what describes this connection or body (RFC 9110 §7.6.1), and what a question itself consists of.
 * A client's own fields of these names are never believed.
 */
const NOT_SENT = new Set([
  ...['connection', 'content-length', 'expect', 'host', 'keep-alive', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'countersign-proxy-secret'],
  ...['x-original-method', 'x-original-uri', 'x-original-host'],
]);

/** Of a refusal, these fields are for the caller. */
const RELAYED = [
  ...['cache-control', 'content-type', 'countersign-record', 'location', 'retry-after', 'www-authenticate'],
];

/** Browser sessions of Countersign: theirs is the gateway, not the service. */
const OWN_COOKIES = '__Host-countersign';

/**
 * Asks a gateway about a request, as a proxy does (`/authz/middleware`), so that the decision, its code and its record are those
 * of a call through the gateway. If the gateway allows the call, the request gets the fields that the gateway would have
 * set, and loses the token. Rejects with ContextRefused: `refused_by_gateway` with the gateway's answer, or
 * `gateway_unavailable`.
 */
export function gatewayQuestion({ gateway, service, secret, timeoutMs = TIMEOUT_MS }: AskedGateway) {
  const url = new URL(`/authz/middleware/${service}`, gateway);
  const isTls = url.protocol === 'https:';
  const agent = isTls ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const send = isTls ? overHttps : overHttp;
  return async (request: IncomingMessage, target: string): Promise<void> => {
    requireOneReading(request);
    const headers = ['Host', url.host, 'Countersign-Proxy-Secret', secret];
    headers.push('X-Original-Method', request.method ?? '', 'X-Original-URI', target);
    for (const [name, value] of pairsOf(request.rawHeaders)) {
      if (name.toLowerCase() === 'host') headers.push('X-Original-Host', value);
      else if (!NOT_SENT.has(name.toLowerCase())) headers.push(name, value);
    }
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await new Promise<Answer>((resolve, reject) => {
      const question = send(url, { agent, headers, signal }, (response) => {
        readAnswer(response).then(resolve, reject);
      });
      question.on('error', reject);
      question.end();
    }).catch((cause: unknown) => {
      throw new ContextRefused('gateway_unavailable', 'the gateway that decides about calls did not answer', {
        cause,
      });
    });
    if (answer.status !== 200) throw refusedBy(answer);
    setFields(request, answer.fields);
  };
}

/**
 * The gateway refuses trailers and upgrades, but a question can contain neither: they are about its own connection. An offer of `h2c` is
 * left out there too.
 */
function requireOneReading({ rawHeaders }: IncomingMessage): void {
  for (const [name, value] of pairsOf(rawHeaders)) {
    const field = name.toLowerCase();
    if (field !== 'trailer' && (field !== 'upgrade' || value.toLowerCase() === 'h2c')) continue;
    const title = 'This request could be read in more than one way.';
    const detail = `${field} is not accepted`;
    const body = JSON.stringify({
      type: 'about:blank',
      title,
      status: 400,
      code: 'ambiguous_request',
      detail,
    });
    const answer = { status: 400, headers: { 'content-type': 'application/problem+json' }, body };
    throw new ContextRefused('refused_by_gateway', detail, { answer });
  }
}

type Answer = { status: number; fields: readonly [name: string, value: string][]; body: string };

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  let body = '';
  response.setEncoding('utf8');
  for await (const piece of response) {
    body += String(piece);
    if (body.length > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
  }
  return { status: response.statusCode ?? 0, fields: pairsOf(response.rawHeaders), body };
}

/** 404, and 403 `proxy_not_trusted`, are no decisions: this service's question was not accepted. */
function refusedBy({ status, fields, body }: Answer): ContextRefused {
  if (status === 404 || body.includes('"proxy_not_trusted"'))
    return new ContextRefused(
      'gateway_unavailable',
      `the gateway does not accept questions of this service (${status}): see its COUNTERSIGN_AUTHZ_SECRET and COUNTERSIGN_AUTHZ_PROXIES`,
    );
  const relayed = fields.filter(([name]) => RELAYED.includes(name.toLowerCase()));
  const answer: RefusalOfGateway = { status, headers: Object.fromEntries(relayed), body };
  return new ContextRefused('refused_by_gateway', `the gateway refused the call (${status})`, { answer });
}

/** Gives the request the gateway's fields, in every form in which Node shows them. */
function setFields(request: IncomingMessage, fields: Answer['fields']): void {
  const own = fields.filter(([name]) => isOwn(name));
  const otherFields = pairsOf(request.rawHeaders).flatMap(([name, value]): [string, string][] => {
    if (isOwn(name) || name.toLowerCase() === 'authorization') return [];
    if (name.toLowerCase() !== 'cookie') return [[name, value]];
    const cookies = value.split(';').filter((cookie) => !cookie.trim().startsWith(OWN_COOKIES));
    return cookies.length === 0 ? [] : [[name, cookies.join(';').trim()]];
  });
  const cookies = otherFields.filter(([name]) => name.toLowerCase() === 'cookie').map(([, value]) => value);
  for (const shown of [request.headers, request.headersDistinct] as Record<string, unknown>[]) {
    for (const name of Object.keys(shown)) if (isOwn(name) || name === 'authorization') delete shown[name];
    if (cookies.length === 0) delete shown['cookie'];
  }
  if (cookies.length > 0) {
    request.headers.cookie = cookies.join('; ');
    request.headersDistinct['cookie'] = cookies;
  }
  for (const [name, value] of own) {
    request.headers[name.toLowerCase()] = value;
    request.headersDistinct[name.toLowerCase()] = [value];
  }
  request.rawHeaders.splice(0, request.rawHeaders.length, ...[...otherFields, ...own].flat());
}

const isOwn = (name: string): boolean => name.toLowerCase().startsWith('countersign-');

function pairsOf(raw: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] ?? '', raw[at + 1] ?? '']);
  return pairs;
}
