import type { IncomingMessage } from 'node:http';
import { demand } from './ambiguous.js';
import { type Framing, readFraming } from './framing.js';
import { HeaderList } from './header-list.js';
import { readHost } from './host.js';
import { readTarget, type Target } from './target.js';

/** A request that can be read in one way only: what is judged, and all that may be forwarded (P4). */
export type CanonicalRequest = Target & {
  method: string;
  host: string;
  headers: HeaderList;
  framing: Framing;
};

const METHOD = /^[A-Z]{1,20}(?:-[A-Z]{1,20})?$/;
const NEVER = new Set(['CONNECT', 'TRACE']);

/**
 * Reads a parsed request from its raw parts. Throws AmbiguousRequest where another server on the way could have
 * understood it differently: not HTTP/1.1, odd target, Host, header or framing, `Expect` other than 100-continue.
 */
export function readCanonicalRequest(
  request: Pick<IncomingMessage, 'httpVersion' | 'method' | 'url' | 'rawHeaders'>,
): CanonicalRequest {
  const method = request.method ?? '';
  demand(request.httpVersion === '1.1', 'not HTTP/1.1');
  demand(METHOD.test(method) && !NEVER.has(method), 'a method that is never forwarded');
  const headers = HeaderList.read(request.rawHeaders);
  const host = readHost(headers);
  const target = readTarget(request.url ?? '');
  const framing = readFraming(method, headers);
  const expect = headers.one('expect');
  demand(expect === undefined || expect.toLowerCase() === '100-continue', 'an unknown expectation');
  const { service, path, query, queryNames } = target;
  return { service, path, query, queryNames, method, host, headers, framing };
}
