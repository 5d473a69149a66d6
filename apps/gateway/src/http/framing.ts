import { demand } from './ambiguous.js';
import type { HeaderList } from './header-list.js';

/** How the body is delimited. `length`: so many bytes, at least one. */
export type Framing = { kind: 'none' } | { kind: 'length'; bytes: number } | { kind: 'chunked' };

const LENGTH = /^(?:0|[1-9][0-9]{0,14})$/;
/** Methods whose body has no meaning: one reader would take it for the next request. */
const BODILESS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Reads how the body ends. Throws AmbiguousRequest for both kinds at once, any coding but plain `chunked`, a length
 * that is not plain decimal, and a body where the method gives it no meaning.
 */
export function readFraming(method: string, headers: HeaderList): Framing {
  const coding = headers.one('transfer-encoding');
  const length = headers.one('content-length');
  demand(coding === undefined || length === undefined, 'both Content-Length and Transfer-Encoding');
  demand(coding === undefined || coding === 'chunked', 'a transfer coding other than chunked');
  demand(length === undefined || LENGTH.test(length), 'Content-Length is not a plain number');
  const framing = frame(coding, length);
  demand(framing.kind === 'none' || !BODILESS.has(method), 'a body with a method that has none');
  return framing;
}

function frame(coding: string | undefined, length: string | undefined): Framing {
  if (coding !== undefined) return { kind: 'chunked' };
  return length === undefined || length === '0'
    ? { kind: 'none' }
    : { kind: 'length', bytes: Number(length) };
}
