import { join } from 'node:path';
import { setPin, writePins } from '@countersign/gateway-protocol';
import type { Page } from 'playwright-core';
import { eventually } from '../../support/eventually.js';
import { type Asked, token, waiting } from './access.js';
import { type BrowserSite, PEOPLE } from './browser-site.js';
import { claimOrganisation, VirtualAuthenticator } from './passkeys.js';
import { PATIENCE_MS } from './soon.js';

interface Recorded {
  decision: string;
  outcome: string | null;
  path: string | null;
}

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
    await eventually(`${method} ${path}`, async () => (await call(method, path)) === status, PATIENCE_MS);
  // A gateway that does not know the grant yet refuses the first call: such records say nothing about the others.
  const isRecorded = (found: readonly Recorded[]) =>
    found.filter(({ outcome }) => outcome !== null).length === 2 &&
    found.some(({ decision, path }) => decision === 'refused' && path?.endsWith('/payroll/1'));
  await eventually(
    'every record',
    async () => {
      const path = `/api/v1/tenants/acme/access-records?grant=${grant}`;
      return isRecorded((await site.api<{ items: Recorded[] }>('ada', 'GET', path)).items);
    },
    PATIENCE_MS,
  );
  return { page, grant };
}
