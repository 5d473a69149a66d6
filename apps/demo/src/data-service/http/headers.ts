import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether the caller prefers HTML to JSON (RFC 9110 §12.5.1). Browsers name `text/html`; a client that names
 * neither, or takes anything, gets JSON.
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

export type Through = { grant: string; record: string };

const ID = /^(grt|rec)_[0-9a-f-]{36}$/;

/**
 * What the gateway says about the call that it forwarded, for the page's footer. Only shown, never acted on:
 * whoever can reach this service directly can write these headers too.
 */
export function openedThrough(headers: IncomingHttpHeaders): Through | undefined {
  const grant = headers['countersign-grant'];
  const record = headers['countersign-record'];
  if (typeof grant !== 'string' || typeof record !== 'string') return undefined;
  return ID.test(grant) && ID.test(record) ? { grant, record } : undefined;
}
