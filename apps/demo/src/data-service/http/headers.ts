import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether the caller prefers HTML to JSON (RFC 9110 §12.5.1). Browsers name `text/html`. A client that names neither, or
 * accepts anything, gets JSON.
 */
export function prefersHtml(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  const html = quality(accept, 'text/html');
  return html > 0 && html >= quality(accept, 'application/json');
}

function quality(accept: string, type: string): number {
  for (const part of accept.split(',')) {
    const [name, ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    if (name !== type) continue;
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const value = q === undefined ? 1 : Number(q.slice(2));
    return value >= 0 && value <= 1 ? value : 0;
  }
  return 0;
}

/** The grant and the record of a call that came through a gateway. */
export type GatewayCall = { grant: string; record: string };

const ID = /^(grt|rec)_[0-9a-f-]{36}$/;

/**
 * What the gateway says about the call, for the page's footer. Where the service verifies the gateway's context, these are
 * what the context says; without that check a caller that reaches the service directly can set them too.
 */
export function readGatewayHeaders(headers: IncomingHttpHeaders): GatewayCall | undefined {
  const grant = headers['countersign-grant'];
  const record = headers['countersign-record'];
  if (typeof grant !== 'string' || typeof record !== 'string') return undefined;
  return ID.test(grant) && ID.test(record) ? { grant, record } : undefined;
}
