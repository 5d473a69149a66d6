import { join } from 'node:path';
import { setPin, writePins } from '@countersign/gateway-protocol';
import type { Page } from 'playwright-core';
import { eventually } from '../../support/eventually.js';
import { type Asked, token, waiting } from './access.js';
import { type BrowserSite, PEOPLE } from './browser-site.js';
import { claimOrganisation, VirtualAuthenticator } from './passkeys.js';

/**
 * Ada claims Acme and countersigns access with her passkey; Erin makes two calls that the gateway lets through, and one
 * that it refuses. Returns when all of them are recorded.
 */
export async function claimedAccess(site: BrowserSite): Promise<{ page: Page; grant: string }> {
  // The host creates no keys for people of a claimed tenant, so this one is created before.
  await site.site.key(PEOPLE.ada);
  const page = await site.signedIn('ada', '/inbox');
  await VirtualAuthenticator.in(page);
  await claimOrganisation(page);
  const { trust } = await site.api<{ trust: string }>('ada', 'GET', '/api/v1/tenants/acme/trust');
  await writePins(join(site.site.folder, 'spool'), { acme: setPin(undefined, trust, Date.now()).pin });
  const asked = await waiting(site, { scope: [{ resource: 'invoices/*', actions: ['update'] }] });
  await page.goto(`${site.url}/requests/${asked.id}`);
  await page.getByRole('button', { name: /^Approve with passkey/ }).click();
  await page.getByText('Countersigned by Ada Moreau with a passkey').waitFor();
  const grant = (await site.api<Asked>('erin', 'GET', `/api/v1/requests/${asked.id}`)).grant ?? '';
  const bearer = await token(site, grant);
  const call = async (method: string, path: string): Promise<number> => {
    const answer = await fetch(`${site.site.gatewayUrl}/billing/tenants/acme${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}` },
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  for (const [method, path, status] of [
    ['PATCH', '/invoices/inv-1', 200],
    ['PATCH', '/invoices/inv-2', 200],
    ['GET', '/payroll/1', 403],
  ] as const)
    await eventually(`${method} ${path}`, async () => (await call(method, path)) === status, 30_000);
  await eventually('every record', async () => {
    const { items } = await site.api<{ items: { outcome: string | null; decision: string }[] }>(
      'ada',
      'GET',
      `/api/v1/tenants/acme/access-records?grant=${grant}`,
    );
    return items.filter(({ outcome, decision }) => decision === 'refused' || outcome !== null).length >= 3;
  });
  return { page, grant };
}
