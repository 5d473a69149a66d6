import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readPins } from '@countersign/gateway-protocol';
import { type Browser, chromium, type Page } from 'playwright-core';
import { claimOrganisation, VirtualAuthenticator } from '../browser/support/passkeys.js';
import { Demo } from '../support/demo.js';
import { eventually } from '../support/eventually.js';

const PATIENCE_MS = 30_000;

describe('P12: Ada claims Acme in the demo', () => {
  let demo: Demo;
  let browser: Browser;

  beforeAll(async () => {
    demo = await Demo.start();
    browser = await chromium.connect(process.env['COUNTERSIGN_TEST_BROWSER'] ?? '');
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await demo.close();
  });

  const signedIn = async (email: string, organisation: string, path: string): Promise<Page> => {
    const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    await page.goto(demo.url + path);
    await page.getByLabel('Organisation').fill(organisation);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: email }).click();
    await page.waitForURL(demo.url + path);
    return page;
  };

  const api = async <T>(email: string, method: string, path: string, body?: unknown): Promise<T> => {
    const { key } = await demo.cli.json<{ key: string }>('keys', 'create', '--principal', email);
    const answer = await fetch(demo.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  };

  test('the gateway on the same host is pinned in the same step, and allows what she has signed', async () => {
    const ada = await signedIn('ada@acme.example', 'acme', '/inbox');
    await VirtualAuthenticator.in(ada);
    await claimOrganisation(ada);
    await ada.getByText('has pinned this fingerprint').waitFor();
    const command = await ada.locator('.command code').textContent();
    const [spool = ''] = readdirSync(join(demo.dataDir, 'spool'));
    const pins = await readPins(join(demo.dataDir, 'spool', spool));
    expect(`countersign gateways pin acme ${pins['acme']?.pinned}`).toBe(command);
    expect(Object.keys(pins)).toEqual(['acme']);

    const erin = 'erin@northwind.example';
    const asked = await api<{ id: string; digest: string }>(erin, 'POST', '/api/v1/requests', {
      tenant: 'acme',
      service: 'billing',
      scope: [{ resource: 'invoices', actions: ['list'] }],
      duration: 'PT30M',
      justification: 'Case 4711',
    });
    const { id, digest } = asked;
    await api('max@northwind.example', 'POST', `/api/v1/requests/${id}/reviews`, {
      decision: 'approve',
      digest,
    });
    await ada.goto(`${demo.url}/requests/${id}`);
    await ada.getByRole('button', { name: /^Approve with passkey:/ }).click();
    await ada.getByText('Countersigned by Ada Moreau with a passkey').waitFor();

    const { grant } = await api<{ grant: string }>(erin, 'GET', `/api/v1/requests/${id}`);
    const minted = await api<{ access_token: string }>(erin, 'POST', `/api/v1/grants/${grant}/tokens`);
    await eventually(
      'the gateway opens',
      async () => {
        const answer = await fetch(`${demo.gatewayUrl}/billing/tenants/acme/invoices`, {
          headers: { authorization: `Bearer ${minted.access_token}` },
        });
        await answer.arrayBuffer();
        return answer.status === 200;
      },
      PATIENCE_MS,
      100,
    );
  }, 180_000);
});
