import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { organisation } from '../../factories/organisation.js';
import { CountingUpstream } from '../../fakes/counting-upstream.js';
import { KeptCalls, reachedAsRecorded } from '../../support/call-gateway.js';
import { gatewayEnv } from '../../support/environments.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { Inside } from '../../support/inside.js';
import { copiesOf, faultOf, verifyCopies } from '../../support/log-copy.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { WebhookReceiver } from '../../support/webhook-receiver.js';
import { TestBroker } from '../harness.js';
import {
  codeOf,
  expectStatus,
  makeRequest,
  mintToken,
  type RequestBody,
  readRequest,
  review,
} from '../story.js';

type RecordItem = { id: string; decision: 'allowed' | 'refused'; outcome: string | null };

const DAY = 86_400;
const DISCLOSURE = { reason: 'The ledger was corrupt', needed: true, prevention: 'A nightly check' };

/** One emergency from its request to a late explanation, through a real gateway and the customer's webhook. */
describe('an emergency, from its request to a late explanation', () => {
  let folder: string;
  let broker: TestBroker;
  let upstream: CountingUpstream;
  let gateway: Inside;
  let startGateway: () => void;
  let gatewayUrl: string;
  let customer: WebhookReceiver;
  let vendor: WebhookReceiver;

  beforeEach(async () => {
    folder = await tempFolder('emergency');
    const secretFile = join(folder, 'secret');
    await writeFile(secretFile, `whsec_${randomBytes(32).toString('base64')}\n`);
    // The customer's keeps its address over a restart.
    [customer, vendor] = [await WebhookReceiver.start(await freePort()), await WebhookReceiver.start()];
    upstream = new CountingUpstream();
    await upstream.start();
    const file = organisation((draft) => {
      for (const service of draft.services) service.upstream = upstream.origin;
      draft.vendor.webhooks = [{ url: vendor.url, secretFile }];
      const acme = draft.tenants.find(({ slug }) => slug === 'acme')!;
      acme.webhooks = [{ url: customer.url, secretFile }];
      acme.privacyControls.emergency = {
        allow: [{ services: ['billing'], actions: ['read'], maxDuration: 1_800 }],
        disclosureDue: DAY,
      };
    });
    broker = await TestBroker.start({
      organisation: file,
      settings: { outboundPrivate: [customer.host, vendor.host] },
    });
    const { text } = await broker.enrolGateway('site');
    const [port, adminPort] = [await freePort(), await freePort()];
    gatewayUrl = `http://127.0.0.1:${port}`;
    const env = gatewayEnv({ folder, credential: text }, port, 'spool', adminPort);
    startGateway = () => {
      gateway = Inside.start('gateway', env);
    };
    startGateway();
    await gateway.untilReady(`${gatewayUrl}/readyz`);
  });
  afterEach(async () => {
    await gateway.dispose();
    await broker.close();
    await Promise.all([customer.stop(), vendor.stop(), upstream.stop()]);
    await removeFolder(folder);
  });

  const asked = () =>
    makeRequest(broker, 'engineer', {
      basis: 'emergency',
      duration: 'PT30M',
      scope: [{ resource: 'invoices/*', actions: ['read'] }],
    });
  const untilState = (request: RequestBody, state: string) =>
    eventually(`the request is ${state}`, async () => {
      const found = await readRequest(broker, request.id);
      return found.state === state ? found : false;
    });
  const disclosure = (grant: string, rest = '') => `/api/v1/grants/${grant}/disclosure${rest}`;

  test('opens no call before the customer was notified, is late after its term, and the log replays it all', async () => {
    // The customer's receiver is away: the notice waits, and with it the access.
    const { url } = customer;
    await customer.stop();
    const request = await asked();
    expectStatus(await review(broker, 'reviewer', request), 201);
    expectStatus(await review(broker, 'engineerAndReviewer', request), 201);
    const notice = await eventually('an attempt to notify has failed', async () => {
      const { items } = await broker.host.store.readAsVendor((unit) =>
        unit.deliveries.list({ tenant: 'acme' }, { cursor: null, limit: 50 }),
      );
      return items.find(
        ({ notice: each, deliveries }) =>
          each.kind === 'emergency.opening' && deliveries.some(({ lastError }) => lastError !== null),
      );
    });
    // The vendor's own webhook got the other notices, and does not count as the customer's.
    expect(notice.deliveries.map(({ channel }) => channel)).toEqual(['webhook']);
    expect(await readRequest(broker, request.id)).toMatchObject({ state: 'notifying', grant: null });
    expect(vendor.messages.map(({ type }) => type)).not.toContain('emergency.opening');

    customer = await WebhookReceiver.start(Number(new URL(url).port));
    const { grant } = await untilState(request, 'approved');
    expect(customer.messages.map(({ type }) => type)).toContain('emergency.opening');
    expect(upstream.hits).toHaveLength(0);
    const { access_token: token } = await mintToken(broker, String(grant));
    const keptCalls = new KeptCalls({ gatewayUrl }, token);
    await eventually(
      'the gateway lets the call through',
      async () => (await keptCalls.call()).status === 200,
    );
    expect(upstream.hits).toHaveLength(1);

    // The customer stops it at once.
    const stopped = await broker.call('approver', 'POST', `/api/v1/grants/${grant}/revocation`, {
      body: { reason: 'Enough' },
    });
    expectStatus(stopped, 200);
    await eventually('the gateway refuses', async () => (await keptCalls.call()).code === 'grant_ended');
    await gateway.dispose();
    // A gateway that stops tries for two more seconds to ship its records. What is left then, its next run ships.
    startGateway();
    // Until the stop reaches the gateway, more calls may pass.
    const calls = await eventually('every call is counted', async () => {
      const path = `/api/v1/tenants/acme/access-records?limit=200&grant=${grant}`;
      const { items } = (await broker.call('approver', 'GET', path)).body as { items: RecordItem[] };
      const ids = items.map(({ id }) => id).sort();
      const allowed = items.filter(({ decision }) => decision === 'allowed');
      const { body } = await broker.call('approver', 'GET', `/api/v1/grants/${grant}`);
      const { calls: used } = (body as { used: { calls: number } }).used;
      const isWhole = ids.join() === keptCalls.records.join() && reachedAsRecorded(items, upstream.hits);
      return isWhole && used === allowed.length && used;
    });

    // Nobody explains it.
    broker.clock.advance(DAY + 3_600);
    const late = await eventually('the disclosure is late', async () => {
      const { body } = await broker.call('tenantAuditor', 'GET', '/api/v1/disclosures?state=late');
      return (body as { items: Record<string, unknown>[] }).items[0];
    });
    expect(late).toMatchObject({
      grant,
      reviewers: [broker.persons.reviewer, broker.persons.engineerAndReviewer],
      lateAt: expect.any(String),
      disclosure: null,
    });
    await eventually('both sides are notified', () =>
      [customer, vendor].every(({ messages }) => messages.some(({ type }) => type === 'disclosure.late')),
    );
    const answer = await broker.call('engineer', 'POST', disclosure(String(grant)), { body: DISCLOSURE });
    expect(expectStatus(answer, 201).body).toMatchObject({
      state: 'given',
      lateAt: late['lateAt'],
      disclosure: { ...DISCLOSURE, calls, by: broker.persons.engineer },
    });
    const disputed = { answer: 'disputed' };
    expect(
      codeOf(await broker.call('approver', 'POST', disclosure(String(grant), '/answer'), { body: disputed })),
    ).toBe('400 reason_required');
    const acknowledged = { answer: 'acknowledged', reason: 'Do that check' };
    expectStatus(
      await broker.call('approver', 'POST', disclosure(String(grant), '/answer'), { body: acknowledged }),
      201,
    );

    const copies = await copiesOf(broker);
    const report = await verifyCopies(copies);
    expect(report).toMatchObject({ grants: 1, calls, replayed: true });
    expect(report.warnings.map(({ code }) => code)).toContain('disclosure_late');
    const attacked = (attack: (log: typeof copies.tenant) => void) => {
      const own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy() };
      attack(own.tenant);
      return faultOf(own);
    };
    expect(await attacked((log) => log.drop(log.indexOf('emergency.notified')))).toMatch(/^not_notified /);
    expect(await attacked((log) => void log.change('emergency.notified', { delivered: 0 }))).toMatch(
      /^not_notified /,
    );
    expect(await attacked((log) => log.drop(log.indexOf('request.reviewed', 1)))).toMatch(/^not_approved /);
    const { emergency: _gone, ...controls } = copies.tenant.leaves[copies.tenant.indexOf('tenant.add')]!.data[
      'after'
    ] as Record<string, unknown>;
    expect(await attacked((log) => void log.change('tenant.add', { after: controls }))).toMatch(
      /^not_allowed /,
    );
    expect(
      await attacked((log) =>
        log.edit(log.indexOf('disclosure.given'), { actor: broker.persons.reviewer as 'job' }),
      ),
    ).toMatch(/^role_not_held /);
  });

  test('is refused for what the controls do not list, and shown in the preview', async () => {
    const body = {
      tenant: 'acme',
      service: 'billing',
      scope: [{ resource: 'invoices', actions: ['list'] }],
      duration: 'PT31M',
      justification: 'x',
      basis: 'emergency',
    };
    const preview = await broker.call('engineer', 'POST', '/api/v1/requests/preview', { body });
    const refusals = (preview.body as { refusals: { code: string }[] }).refusals.map(({ code }) => code);
    expect(refusals).toEqual(['basis_not_allowed']);
    expect(codeOf(await broker.call('engineer', 'POST', '/api/v1/requests', { body }))).toBe(
      '422 request_refused',
    );
    const globex = { ...body, tenant: 'globex' };
    expect(codeOf(await broker.call('engineer', 'POST', '/api/v1/requests', { body: globex }))).toBe(
      '422 request_refused',
    );
  });
});
