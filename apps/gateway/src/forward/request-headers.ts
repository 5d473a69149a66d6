import { isWithheldHeader } from '@countersign/contract';
import { connectionOptions } from '../http/connection-options.js';
import type { HeaderList } from '../http/header-list.js';
import { withoutOwnCookies } from './own-cookies.js';

/** What the gateway says to the upstream about a call. */
type TrustHeaders = {
  tenant: string;
  requester: string;
  grant: string;
  record: string;
  /** Compact JWS. */
  context: string;
  /** Where the service reads the tenant from a header: that header, set to the tenant that was judged. */
  tenantHeader: string | undefined;
};

/**
 * The header fields that go to the upstream, flat as undici takes them: what the client sent, without what it must not
 * set, and ours. Framing and Host are not among them: they are the next hop's.
 */
export function upstreamHeaders(headers: HeaderList, trust: TrustHeaders): string[] {
  const dropped = connectionOptions(headers.all('connection'));
  const tenantHeader = trust.tenantHeader?.toLowerCase();
  const sent: string[] = [];
  for (const [name, value] of headers.fields) {
    if (isWithheldHeader(name) || name === tenantHeader || dropped?.has(name) === true) continue;
    const kept = name === 'cookie' ? withoutOwnCookies(value) : value;
    if (kept !== undefined) sent.push(name, kept);
  }
  if (trust.tenantHeader !== undefined) sent.push(trust.tenantHeader, trust.tenant);
  sent.push('countersign-tenant', trust.tenant, 'countersign-requester', trust.requester);
  sent.push('countersign-grant', trust.grant, 'countersign-record', trust.record);
  sent.push('countersign-context', trust.context);
  return sent;
}
