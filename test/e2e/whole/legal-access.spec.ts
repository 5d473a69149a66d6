import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiKey } from '@countersign/access';
import { organisation } from '../../factories/organisation.js';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import { callGateway } from '../../support/call-gateway.js';
import { gatewayEnv } from '../../support/environments.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { Inside } from '../../support/inside.js';
import { copiesOf, faultOf, verifyCopies } from '../../support/log-copy.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { WebhookReceiver } from '../../support/webhook-receiver.js';
import { type Answer, TestBroker } from '../harness.js';
import { expectStatus } from '../story.js';

/** A disclosure from the demand to the call, through a real gateway, with the customer's webhook. */
describe('access for an authority, through the same gateway and into the same log', () => {
  let folder: string;
  let broker: TestBroker;
  let upstream: CountingUpstream;
  let gateway: Inside;
  let gatewayUrl: string;
  let customer: WebhookReceiver;
  const keys: Record<string, string> = {};

  beforeEach(async () => {
    folder = await tempFolder('legal');
    const secretFile = join(folder, 'secret');
    await writeFile(secretFile, `whsec_${randomBytes(32).toString('base64')}\n`);
    customer = await WebhookReceiver.start();
    upstream = new CountingUpstream();
    await upstream.start();
    const file = organisation((made) => {
      for (const service of made.services) service.upstream = upstream.origin;
      for (const name of ['leo', 'lia'])
        made.vendor.staff.push({ email: `${name}@vendor.example`, name, roles: ['legal'] });
      made.tenants.find(({ slug }) => slug === 'acme')!.webhooks = [{ url: customer.url, secretFile }];
    });
    broker = await TestBroker.start({ organisation: file, settings: { outboundPrivate: true } });
    for (const name of ['leo', 'lia'])
      keys[name] = (
        await createApiKey(broker.host, { email: `${name}@vendor.example`, tenant: null, ttl: 86_400 })
      ).key;
    keys['lee'] = broker.keys.legal;
    const { text } = await broker.enrolGateway('site');
    const [port, adminPort] = [await freePort(), await freePort()];
    gatewayUrl = `http://127.0.0.1:${port}`;
    gateway = Inside.start('gateway', gatewayEnv({ folder, credential: text }, port, 'spool', adminPort));
    await gateway.untilReady(`${gatewayUrl}/readyz`);
  });
  afterEach(async () => {
    await gateway.dispose();
    await broker.close();
    await Promise.all([customer.stop(), upstream.stop()]);
    await removeFolder(folder);
  });

  const as = (who: 'lee' | 'leo' | 'lia', method: string, path: string, body?: unknown): Promise<Answer> =>
    broker.fetch(method, path, { body, headers: { authorization: `Bearer ${keys[who]}` } });

  test('P5: two others approve, the customer is notified first, and the log replays the call', async () => {
    const entered = await as('lee', 'POST', '/api/v1/demands', {
      ...{ authority: 'County court', country: 'DE', legalBasis: '§ 94 StPO', kind: 'order' },
      ...{ data: 'Invoices', scope: 'October', tenants: ['acme'], accounts: ['a-1'], reason: 'By courier' },
      receivedAt: '2026-01-01T00:00:00Z',
    });
    expectStatus(entered, 201);
    const { id: demand } = entered.body as { id: string };
    const step = { action: 'redirected', outcome: 'declined', reason: 'The court insists' };
    expectStatus(await as('lee', 'POST', `/api/v1/demands/${demand}/steps`, step), 201);
    const asked = await as('lee', 'POST', '/api/v1/requests', {
      ...{ tenant: 'acme', service: 'billing', scope: [{ resource: 'invoices/*', actions: ['read'] }] },
      ...{ duration: 'PT30M', justification: 'The order of the court', basis: 'legal', demand },
    });
    expectStatus(asked, 201);
    const { id, digest } = asked.body as { id: string; digest: string };
    for (const who of ['leo', 'lia'] as const)
      expectStatus(
        await as(who, 'POST', `/api/v1/requests/${id}/reviews`, { decision: 'approve', digest }),
        201,
      );
    const { grant } = await eventually('the access begins', async () => {
      const found = (await as('lee', 'GET', `/api/v1/requests/${id}`)).body as {
        state: string;
        grant: string | null;
      };
      return found.state === 'approved' ? found : false;
    });
    expect(customer.messages.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['demand.changed', 'demand.opening']),
    );
    const minted = await as('lee', 'POST', `/api/v1/grants/${grant}/tokens`);
    expectStatus(minted, 200);
    const { access_token: token } = minted.body as { access_token: string };
    await eventually(
      'the gateway lets the call through',
      async () => (await callGateway({ gatewayUrl }, token)).status === 200,
    );
    expect(upstream.hits).toHaveLength(1);
    await eventually('the customer sees the call', async () => {
      const { body } = await broker.call('approver', 'GET', '/api/v1/tenants/acme/access-records');
      return (body as { items: { grant: string; decision: string }[] }).items.some(
        (record) => record.grant === grant && record.decision === 'allowed',
      );
    });
    const disclosed = { action: 'disclosed', reason: 'As ordered', withContent: true, accounts: 1, grant };
    expectStatus(await as('leo', 'POST', `/api/v1/demands/${demand}/steps`, disclosed), 201);
    await gateway.dispose();

    const copies = await copiesOf(broker);
    expect(await verifyCopies(copies)).toMatchObject({ replayed: true, calls: 1 });
    // Without the notice, or with one review, the log does not verify.
    const unnotified = { ...copies, tenant: copies.tenant.copy() };
    unnotified.tenant.drop(unnotified.tenant.indexOf('demand.notified'));
    expect(await faultOf(unnotified)).toMatch(/^not_notified /);
    const once = { ...copies, tenant: copies.tenant.copy() };
    once.tenant.drop(once.tenant.indexOf('request.reviewed', 1));
    expect(await faultOf(once)).toMatch(/^not_(approved|notified|allowed) /);
  });
});
