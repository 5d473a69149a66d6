import { eventually } from '../../support/eventually.js';
import type { BrowserSite } from './browser-site.js';
import { PATIENCE_MS } from './soon.js';

export interface Asked {
  id: string;
  digest: string;
  state: string;
  grant: string | null;
  terms: { scope: { resource: string; actions: string[] }[]; seconds: number; lapsesAt: string };
}

/** Erin requests access to Acme's invoices. */
export const ask = (site: BrowserSite, change: Record<string, unknown> = {}): Promise<Asked> =>
  site.api('erin', 'POST', '/api/v1/requests', {
    tenant: 'acme',
    service: 'billing',
    scope: [
      { resource: 'invoices', actions: ['list'] },
      { resource: 'invoices/*', actions: ['read'] },
    ],
    duration: 'PT30M',
    justification: 'Case 4711: the total of an invoice is wrong.',
    ticket: '4711',
    ...change,
  });

export function review(
  site: BrowserSite,
  who: 'max' | 'rita' | 'ada' | 'bob',
  { id, digest }: Pick<Asked, 'id' | 'digest'>,
  more: Record<string, unknown> = {},
): Promise<unknown> {
  return site.api(who, 'POST', `/api/v1/requests/${id}/reviews`, { decision: 'approve', digest, ...more });
}

/** Creates a request that waits for the customer. */
export async function waiting(site: BrowserSite, change: Record<string, unknown> = {}): Promise<Asked> {
  const asked = await ask(site, change);
  await review(site, 'max', asked);
  return asked;
}

/** Erin cancels what is still open: an engineer may have five open requests, so each test of a long file begins with none. */
export async function cancelOpen(site: BrowserSite): Promise<void> {
  const { items } = await site.api<{ items: Asked[] }>('erin', 'GET', '/api/v1/requests');
  for (const { id, state } of items)
    if (/^(awaiting|countered)/.test(state)) await site.api('erin', 'POST', `/api/v1/requests/${id}/cancel`);
}

/** Creates a grant that both sides approved. @returns its id */
export async function grant(site: BrowserSite): Promise<string> {
  const asked = await waiting(site);
  await review(site, 'ada', asked);
  const { grant } = await site.api<Asked>('erin', 'GET', `/api/v1/requests/${asked.id}`);
  if (grant === null) throw new Error('full approval made no grant');
  return grant;
}

/** Calls the gateway until it answers with this status: a gateway receives changes within a second. */
export async function call(site: BrowserSite, token: string, path: string, status: number): Promise<void> {
  await eventually(
    `${path} is answered ${status}`,
    async () => {
      const answer = await fetch(`${site.site.gatewayUrl}/billing${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      await answer.arrayBuffer();
      return answer.status === status;
    },
    PATIENCE_MS,
    100,
  );
}

export async function token(site: BrowserSite, grant: string): Promise<string> {
  const minted = await site.api<{ access_token: string }>('erin', 'POST', `/api/v1/grants/${grant}/tokens`);
  return minted.access_token;
}
