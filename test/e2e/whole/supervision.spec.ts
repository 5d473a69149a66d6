import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { organisation } from '../../factories/organisation.js';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import { callGateway } from '../../support/call-gateway.js';
import { gatewayEnv } from '../../support/environments.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { Inside } from '../../support/inside.js';
import { copiesOf, verifyCopies } from '../../support/log-copy.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { WebhookReceiver } from '../../support/webhook-receiver.js';
import { TestBroker } from '../harness.js';
import { expectStatus, makeRequest, mintToken, readRequest, review } from '../story.js';

/** A rule that pauses, from the call that crosses it to the customer's approver who lets the grant go on. */
describe('supervision through a real gateway', () => {
  let folder: string;
  let broker: TestBroker;
  let upstream: CountingUpstream;
  let gateway: Inside;
  let gatewayUrl: string;
  let customer: WebhookReceiver;

  beforeEach(async () => {
    folder = await tempFolder('supervision');
    const secretFile = join(folder, 'secret');
    await writeFile(secretFile, `whsec_${randomBytes(32).toString('base64')}\n`);
    customer = await WebhookReceiver.start();
    upstream = new CountingUpstream();
    await upstream.start();
    const file = organisation((draft) => {
      for (const service of draft.services) service.upstream = upstream.origin;
      const acme = draft.tenants.find(({ slug }) => slug === 'acme')!;
      acme.webhooks = [{ url: customer.url, secretFile }];
      acme.privacyControls.supervision = [
        { name: 'bulk', count: 'calls', over: 3, within: 300, do: 'pause' },
      ];
    });
    broker = await TestBroker.start({ organisation: file, settings: { outboundPrivate: [customer.host] } });
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

  const call = (token: string) => callGateway({ gatewayUrl }, token);
  const resume = (by: Parameters<TestBroker['call']>[0], grant: string) =>
    broker.call(by, 'POST', `/api/v1/grants/${grant}/resumption`);

  test('the gateway refuses a paused grant until an approver lets it go on, and the log replays it all', async () => {
    const request = await makeRequest(broker, 'engineer');
    expectStatus(await review(broker, 'reviewer', request), 201);
    expectStatus(await review(broker, 'approver', request), 201);
    const grant = String((await readRequest(broker, request.id)).grant);
    const { access_token: token } = await mintToken(broker, grant);
    await eventually('calls are refused', async () => (await call(token)).code === 'locked');
    expect(upstream.hits.length).toBeGreaterThanOrEqual(4);
    const paused = await broker.call('approver', 'GET', `/api/v1/grants/${grant}`);
    expect(paused.body).toMatchObject({
      access: 'locked',
      pausedBy: [{ side: 'customer', rule: 'bulk' }],
      accessReason: { by: null },
    });
    await eventually('the customer is notified', async () =>
      customer.messages.some(({ type }) => type === 'supervision.paused'),
    );
    expectStatus(await resume('engineer', grant), 403);
    const resumed = await resume('approver', grant);
    expectStatus(resumed, 200);
    expect(resumed.body).toMatchObject({ access: 'open' });
    expect(resumed.body).not.toHaveProperty('pausedBy');
    await eventually('calls pass again', async () => (await call(token)).status === 200);
    await eventually('every call is counted', async () => {
      const { body } = await broker.call('approver', 'GET', `/api/v1/grants/${grant}`);
      return (body as { used: { calls: number } }).used.calls >= upstream.hits.length;
    });
    const report = await verifyCopies(await copiesOf(broker));
    expect(report).toMatchObject({ grants: 1, replayed: true });
    // A call that the pause met after its record was not forwarded.
    expect(report.calls).toBeGreaterThanOrEqual(upstream.hits.length);
  });
});
