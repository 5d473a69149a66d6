import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { HeaderList } from './header-list.js';
import { AmbiguousRequest, requireUnambiguous } from './refusals.js';
import { readTarget, type Target } from './target.js';

/** A request that can be read in only one way. It is what the checks see, and all that may be forwarded (P4). */
export type CanonicalRequest = Target & {
  method: string;
  host: string;
  headers: HeaderList;
  framing: Framing;
};

const METHOD = /^[A-Z]{1,20}(?:-[A-Z]{1,20})?$/;
const NEVER_FORWARDED = new Set(['CONNECT', 'TRACE']);

/**
 * Reads a parsed request from its raw parts. Throws AmbiguousRequest if another server on the way could have understood
 * it differently: not HTTP/1.1; an odd target, Host, header or framing; an `Expect` other than 100-continue.
 */
export function readCanonicalRequest(
  request: Pick<IncomingMessage, 'httpVersion' | 'method' | 'url' | 'rawHeaders'>,
): CanonicalRequest {
  const method = request.method ?? '';
  requireUnambiguous(request.httpVersion === '1.1', 'not HTTP/1.1');
  requireUnambiguous(METHOD.test(method) && !NEVER_FORWARDED.has(method), 'a method that is never forwarded');
  const headers = HeaderList.read(request.rawHeaders);
  const host = readHost(headers);
  const target = readTarget(request.url ?? '');
  const framing = readFraming(method, headers);
  const expect = headers.one('expect');
  requireUnambiguous(
    expect === undefined || expect.toLowerCase() === '100-continue',
    'an unknown expectation',
  );
  const { service, path, query, queryNames } = target;
  return { service, path, query, queryNames, method, host, headers, framing };
}

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const HOST = new RegExp(
  `^(?<name>${LABEL}(?:\\.${LABEL})*\\.?|\\[[0-9A-Fa-f:.]{2,45}\\])(?::(?<port>[0-9]{1,5}))?$`,
);

/**
 * The host of a request, in lower case, without port. Any well-formed host is accepted: the operator's DNS decides
 * which names lead to a gateway. Throws AmbiguousRequest unless there is exactly one Host and it is well-formed.
 */
export function readHost(headers: HeaderList): string {
  const value = headers.one('host');
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
  return name.toLowerCase();
}

/** How the body is delimited. `length`: so many bytes, at least one. */
export type Framing = { kind: 'none' } | { kind: 'length'; bytes: number } | { kind: 'chunked' };

const LENGTH = /^(?:0|[1-9][0-9]{0,14})$/;
/** Methods whose body has no meaning: some readers would take it for the next request. */
const BODILESS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Reads how the body ends. Throws AmbiguousRequest for both kinds at once, for any coding but plain `chunked`, for a
 * length that is not plain decimal, and for a body whose method gives it no meaning.
 */
export function readFraming(method: string, headers: HeaderList): Framing {
  const coding = headers.one('transfer-encoding');
  const length = headers.one('content-length');
  requireUnambiguous(
    coding === undefined || length === undefined,
    'both Content-Length and Transfer-Encoding',
  );
  requireUnambiguous(coding === undefined || coding === 'chunked', 'a transfer coding other than chunked');
  requireUnambiguous(length === undefined || LENGTH.test(length), 'Content-Length is not a plain number');
  const framing = frame(coding, length);
  requireUnambiguous(framing.kind === 'none' || !BODILESS.has(method), 'a body with a method that has none');
  return framing;
}

function frame(coding: string | undefined, length: string | undefined): Framing {
  if (coding !== undefined) return { kind: 'chunked' };
  return length === undefined || length === '0'
    ? { kind: 'none' }
    : { kind: 'length', bytes: Number(length) };
}
