import type { IncomingHttpHeaders } from 'node:http';

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
