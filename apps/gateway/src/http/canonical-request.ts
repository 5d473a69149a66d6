import { isIPv6 } from 'node:net';
import { growingCache } from '@countersign/runtime';
import { connectionOptions } from '../http1/connection-options.js';
import { type Framing, readRequestFraming } from '../http1/framing.js';
import type { RequestHead } from '../http1/request-head.js';
import { HeaderList } from './header-list.js';
import { AmbiguousRequest, requireUnambiguous } from './refusals.js';
import { readTarget, type Target } from './target.js';

/** A request that can be read in only one way, unless it is a `GET` with a body (`requireUsualBody`). It is what the checks see, and all that may be forwarded (P4). */
export type CanonicalRequest = Target & {
  method: string;
  host: string;
  headers: HeaderList;
  framing: Framing;
  /** 1 for HTTP/1.1, 0 for HTTP/1.0. */
  minorVersion: 0 | 1;
  /** Whether the connection ends after the response. */
  closes: boolean;
  /** Whether the client waits for `100 Continue` before it sends the body. */
  expectsContinue: boolean;
  /** The service's own origin, if the request is for its host. Absent: the path names the service. */
  origin?: string;
};

const METHOD = /^[A-Z]{1,20}(?:-[A-Z]{1,20})?$/;
const NEVER_FORWARDED = new Set(['CONNECT', 'TRACE']);
/**
 * Methods whose body has no meaning: some readers would take it for the next request. Whether one may come with `GET` is
 * for the route to say (`requireUsualBody`).
 */
const BODILESS = new Set(['HEAD', 'OPTIONS']);
const UNUSUAL_BODY = 'a body with a method that has none';

/** Whether a call may have this method. */
export function isForwardableMethod(method: string): boolean {
  return METHOD.test(method) && !NEVER_FORWARDED.has(method);
}

/**
 * Interprets the head of a request. Throws MalformedMessage, mostly AmbiguousRequest, if another server on the way could
 * have understood it differently: an odd target, Host, header or framing; an `Expect` other than 100-continue; HTTP/1.0
 * that does not close its connection. `sameFields`: what was read from a head with the same fields; what depends on them alone is taken over.
 */
export function readCanonicalRequest(
  request: RequestHead,
  sameFields?: Pick<CanonicalRequest, 'headers' | 'host'>,
): CanonicalRequest {
  const { method, minorVersion } = request;
  requireUnambiguous(isForwardableMethod(method), 'a method that is never forwarded');
  const headers = sameFields?.headers ?? HeaderList.read(request.fields);
  const host = sameFields?.host ?? readHost(headers);
  const target = readTarget(request.target);
  const framing = readRequestFraming(request.fields);
  requireUnambiguous(framing.kind === 'none' || !BODILESS.has(method), UNUSUAL_BODY);
  const expect = headers.one('expect');
  requireUnambiguous(
    expect === undefined || expect.toLowerCase() === '100-continue',
    'an unknown expectation',
  );
  const options = connectionOptions(request.fields);
  if (minorVersion === 0) requirePlainHttp10(options, framing);
  const { service, path, query, queryNames } = target;
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
    closes: options.has('close'),
    // A client of HTTP/1.0 does not know the answer (RFC 9110 §10.1.1).
    expectsContinue: expect !== undefined && minorVersion === 1,
  };
}

/** What balancers request to find out whether a gateway is alive, or ready. */
const HEALTH_TARGETS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);
const HEALTH_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A health check in HTTP/1.0. Balancers send it without `Host` and without `Connection: close` (HAProxy's `option httpchk`), and some
 * with `OPTIONS`, which is read as `GET`. The connection ends after the answer. Undefined if the request is anything else, or has a body.
 * Throws AmbiguousRequest for fields that can be read in more than one way, as `readCanonicalRequest` does.
 */
export function readHealthCheck({
  method,
  minorVersion,
  target,
  fields,
}: RequestHead): CanonicalRequest | undefined {
  if (minorVersion !== 0 || !HEALTH_TARGETS.has(target) || !HEALTH_METHODS.has(method)) return undefined;
  const headers = HeaderList.read(fields);
  const framing = readRequestFraming(fields);
  if (framing.kind !== 'none' || headers.has('expect')) return undefined;
  return {
    ...readTarget(target),
    method: method === 'OPTIONS' ? 'GET' : method,
    host: headers.has('host') ? readHost(headers) : '',
    ...{ headers, framing, minorVersion, closes: true, expectsContinue: false },
  };
}

/** Throws AmbiguousRequest for a `GET` with a body. No route says that its upstream reads it. */
export function requireUsualBody({ method, framing }: Pick<CanonicalRequest, 'method' | 'framing'>): void {
  requireUnambiguous(framing.kind === 'none' || method !== 'GET', UNUSUAL_BODY);
}

/**
 * Proxies speak HTTP/1.0 to us (nginx with a bare `proxy_pass`). Such a request must say that its connection ends, which
 * leaves nothing to read differently, and it knows no transfer coding (RFC 9112 §6.1).
 */
function requirePlainHttp10(options: ReadonlySet<string>, framing: Framing): void {
  const closes = options.has('close') && !options.has('keep-alive');
  requireUnambiguous(closes, 'HTTP/1.0 without Connection: close');
  requireUnambiguous(framing.kind !== 'chunked', 'a transfer coding with HTTP/1.0');
}

/** With `_`, which names of Compose services have. */
const LABEL = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
const HOST = new RegExp(
  `^(?<name>${LABEL}(?:\\.${LABEL})*\\.?|\\[[0-9A-Fa-f:.]{2,45}\\])(?::(?<port>[0-9]{1,5}))?$`,
);

/** The names that were read from well-formed values of Host. Clients send few different ones. */
const knownHosts = growingCache<string>(1_000);

/**
 * The host of a request, in lower case, without port. Any well-formed host is accepted: the operator's DNS decides
 * which names lead to a gateway. Throws AmbiguousRequest unless there is exactly one Host and it is well-formed.
 */
export function readHost(headers: HeaderList): string {
  return readHostName(headers.one('host'));
}

/** The name in the value of a Host, as `readHost` returns it. Throws AmbiguousRequest. */
export function readHostName(value: string | undefined): string {
  const known = value === undefined ? undefined : knownHosts.get(value);
  if (known !== undefined) return known;
  const parts = HOST.exec(value ?? '')?.groups;
  const name = parts?.['name'];
  if (
    name === undefined ||
    value === undefined ||
    value.length > 261 ||
    (name.startsWith('[') && !isIPv6(name.slice(1, -1))) ||
    Number(parts?.['port'] ?? 1) > 65_535
  ) {
    throw new AmbiguousRequest('not exactly one well-formed Host');
  }
  // A copy, because a slice of the head would keep the whole head in memory. A well-formed Host is ASCII.
  const copy = Buffer.from(value, 'latin1').toString('latin1');
  const host = copy.slice(0, name.length).toLowerCase();
  knownHosts.set(copy, host);
  return host;
}
