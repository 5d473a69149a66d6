/** @soak */

import type { BrokerEnvironment } from '@countersign/config';
import { type NoticeKind, toInstant } from '@countersign/contract';
import type { PersonName } from '../../factories/organisation.js';
import { Customer } from '../../support/customer.js';
import { eventually } from '../../support/eventually.js';
import { type PushedBrowser, PushService } from '../../support/push-service.js';
import { onlyInSoak, someRows } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { codeOf, expectStatus, makeRequest, review } from '../story.js';

const PATH = '/api/v1/push-subscriptions';
const HOUR = 3_600;

let service: PushService;
let broker: TestBroker;

async function start(settings: Partial<BrokerEnvironment> = {}): Promise<void> {
  service = await PushService.start();
  broker = await TestBroker.start({ settings: { pushServices: [service.origin], ...settings } });
}
async function close(): Promise<void> {
  await broker.close();
  await service.stop();
}

interface Subscription {
  id: string;
  lastResult: string | null;
}

const turnOn = (person: Customer, browser: PushedBrowser, language = 'en') =>
  person.ask<Subscription>('POST', PATH, { ...browser.subscription, language }, 201);
/** A person who is notified in one browser. */
async function notified(who: PersonName, name: string, language = 'en') {
  const person = await Customer.of(broker, who);
  const browser = service.browser(name);
  const { id } = await turnOn(person, browser, language);
  const listed = async () => (await person.ask<{ items: Subscription[] }>('GET', PATH)).items;
  return { person, browser, id, listed };
}
const titles = (name: string) => service.at(name).map(({ message }) => message['title']);
/** The message with this title, once it has come. */
const come = (name: string, title: string) =>
  eventually(`“${title}” at ${name}`, () =>
    service.at(name).find(({ message }) => message['title'] === title),
  );
/** The deliveries to one browser, each with the kind of its notice. */
const rowsOf = (recipient: string) =>
  broker.host.store.readAsVendor(async (unit) => {
    const { items } = await unit.deliveries.list({}, { cursor: null, limit: 200 });
    return items.flatMap(({ notice: { kind }, deliveries }) =>
      deliveries.filter((row) => row.recipient === recipient).map((row) => ({ ...row, kind })),
    );
  });
const kindsTo = async (recipient: string) => (await rowsOf(recipient)).map(({ kind }) => kind).sort();
const ended = (recipient: string, state: string, lastError: string | null) =>
  eventually(`a delivery that is ${state}`, async () =>
    (await rowsOf(recipient)).find((row) => row.state === state && row.lastError === lastError),
  );

const ASKED = 'A request waits for your review';
const CHANGED = 'Which notices reach you has changed';

/** A reviewer who is notified in the browser `max`, and a request for whose push the service has this answer. */
async function pushAnswered(answer: { status: number; headers?: Record<string, string> }) {
  const reviewer = await notified('reviewer', 'max');
  await come('max', CHANGED);
  service.answer = () => answer;
  await makeRequest(broker);
  return reviewer;
}
/** The service works again, and time passes until everything has been delivered to this browser. */
async function deliverLate(recipient: string): Promise<void> {
  service.answer = () => undefined;
  await eventually('the delivery', async () => {
    broker.clock.advance(5);
    return (await rowsOf(recipient)).every(({ state }) => state === 'delivered');
  });
}

describe('notices by push', () => {
  afterEach(close);

  test('reach the browser encrypted, in its language, and say no more than what kind of news there is', async () => {
    await start();
    const { id, listed } = await notified('reviewer', 'max');
    await notified('approver', 'ada', 'de');
    // That it was turned on is itself announced, by this way too.
    await come('max', CHANGED);
    const request = await makeRequest(broker);
    const { headers, message, bytes } = await come('max', ASKED);
    expect(message).toEqual({
      title: ASKED,
      path: `/requests/${request.id}`,
      tag: request.id,
      language: 'en',
    });
    expect(headers).toMatchObject({ urgency: 'high', 'content-encoding': 'aes128gcm' });
    expect(Number(headers['ttl'])).toBeGreaterThan(3.5 * HOUR);
    expect(Number(headers['ttl'])).toBeLessThanOrEqual(4 * HOUR);
    expect(headers['topic']).toMatch(/^[\w-]{32}$/);
    expect(headers['cookie']).toBeUndefined();
    // Every message is as long as the others.
    expect(new Set(service.received.map((each) => each.bytes))).toEqual(new Set([bytes]));
    expectStatus(await review(broker, 'reviewer', request), 201);
    await come('ada', 'Eine Anfrage wartet auf Ihre Entscheidung');
    await eventually('the result', async () => (await listed())[0]?.lastResult === 'delivered');
    expect(await ended(id, 'delivered', null)).toMatchObject({ channel: 'push' });
  });

  test('a browser is added and removed by its person alone, and lists nothing that could be sent to', async () => {
    await start();
    const { person, browser, id, listed } = await notified('approver', 'ada');
    await eventually('the result', async () => (await listed())[0]?.lastResult === 'delivered');
    const list = await person.call('GET', PATH);
    expect(list.body).toEqual({
      applicationServerKey: expect.stringMatching(/^B[\w-]{86}$/),
      items: [
        {
          ...{ id, device: 'a test', language: 'en', current: true, endpointHash: expect.any(String) },
          ...{ madeAt: expect.any(String), expiresAt: expect.any(String) },
          ...{ lastAt: expect.any(String), lastResult: 'delivered' },
        },
      ],
    });
    expect(list.text).not.toContain(browser.endpoint);
    const other = await Customer.of(broker, 'secondApprover');
    expect(codeOf(await other.call('DELETE', `${PATH}/${id}`))).toBe('404 not_found');
    expect((await other.call('GET', PATH)).body).toMatchObject({ items: [] });
    await person.ask('DELETE', `${PATH}/${id}`, undefined, 204);
    expect((await person.call('GET', PATH)).body).toMatchObject({ items: [] });
    const late = await Customer.of(broker, 'approver');
    broker.clock.advance(11 * 60);
    expect(codeOf(await late.call('POST', PATH, { ...browser.subscription, language: 'en' }))).toBe(
      '403 fresh_sign_in_required',
    );
  });

  test('a sign-out ends them in that browser, and not in another', async () => {
    await start();
    const here = await notified('reviewer', 'here');
    const there = await notified('reviewer', 'there');
    await here.person.ask('DELETE', '/api/v1/session', undefined, 204);
    expect(await there.listed()).toMatchObject([{ id: there.id }]);
    await makeRequest(broker);
    await come('there', ASKED);
    expect(titles('here')).not.toContain(ASKED);
  });

  onlyInSoak(() => {
    test.each([404, 410])('a push service that answers %s is not called again', async (status) => {
      await start();
      const { id, listed } = await pushAnswered({ status });
      await ended(id, 'skipped', 'recipient_removed');
      expect(await listed()).toEqual([]);
      service.answer = () => undefined;
      const other = await notified('reviewer', 'other');
      await makeRequest(broker);
      await come('other', ASKED);
      expect(titles('max')).toEqual([CHANGED, ASKED]);
      expect(await other.listed()).toHaveLength(1);
    });

    test('a push service that is too busy is called again after its pause, one that fails after ours', async () => {
      await start();
      const { id, listed } = await pushAnswered({ status: 429, headers: { 'retry-after': '300' } });
      const waiting = await ended(id, 'due', 'http_429');
      const pause = Date.parse(String(waiting.nextAt)) - broker.clock.now().getTime();
      expect(pause).toBeGreaterThan(120_000);
      expect(pause).toBeLessThanOrEqual(300_000);
      expect(await listed()).toMatchObject([{ lastResult: 'http_429' }]);
      service.answer = () => ({ status: 500 });
      broker.clock.advance(301);
      await ended(id, 'due', 'http_500');
      await deliverLate(id);
    });

    test('a push service that asks for a moment only is called again after a minute, and the attempt counts', async () => {
      await start();
      const { id } = await pushAnswered({ status: 503, headers: { 'retry-after': '1' } });
      const waiting = await ended(id, 'due', 'http_503');
      expect(waiting.attempts).toBe(1);
      expect(Date.parse(String(waiting.nextAt)) - broker.clock.now().getTime()).toBeGreaterThan(20_000);
    });

    test('a push service that refuses the message gets no second one, and the host sees it', async () => {
      await start();
      const { id } = await pushAnswered({ status: 413 });
      expect(await ended(id, 'dead', 'http_413')).toMatchObject({ attempts: 1 });
      expect(broker.logLines.join('')).not.toContain(service.origin);
    });

    test('news that are hours old are not pushed any more', async () => {
      await start();
      const { id } = await pushAnswered({ status: 500 });
      await ended(id, 'due', 'http_500');
      broker.clock.advance(5 * HOUR);
      await ended(id, 'skipped', 'superseded');
    });

    test('a push service keeps a late push for what is left of the four hours only', async () => {
      await start();
      const { id } = await pushAnswered({ status: 500 });
      await ended(id, 'due', 'http_500');
      broker.clock.advance(2 * HOUR);
      await deliverLate(id);
      const ttls = service
        .at('max')
        .flatMap(({ message, headers }) => (message['title'] === ASKED ? [headers] : []));
      expect(Number(ttls.at(-1)?.['ttl'])).toBeGreaterThan(0);
      expect(Number(ttls.at(-1)?.['ttl'])).toBeLessThanOrEqual(2 * HOUR);
    });

    test('what is over when it is sent is not pushed, whatever it is about', async () => {
      await start();
      const { person, id } = await notified('approver', 'ada');
      await come('ada', CHANGED);
      const at = toInstant(broker.clock.now());
      const closed = {
        id: 'acr_closed',
        tenant: 'acme',
        quarter: '2020-01-01',
        state: 'closed',
        version: 1,
      } as const;
      const over: [kind: NoticeKind, subject: string][] = [
        ['trust.proposed', 'another'],
        ['trust.adopted', 'earlier'],
        ['trust.expiring', 'earlier'],
        ['trust.stopped', 'lifted'],
        ['trust.reset', 'cancelled'],
        ['passkey.enrolled', 'removed'],
        ['widening.proposed', 'withdrawn'],
        ['access-review.due', closed.id],
      ];
      const gone: [kind: NoticeKind, subject: string][] = [
        ['access-review.opened', 'acr_none'],
        ['practice.opened', 'prc_none'],
        ['account.key-created', 'key_none'],
      ];
      await broker.host.store.forTenant('acme', async (unit) => {
        const times = { openedAt: at, dueAt: at, remindedAt: at, closedAt: at };
        await unit.accessReviews.insert({ ...closed, ...times, missed: [] }, []);
        for (const [kind, subject] of [...over, ...gone, ['trust.reset-cancelled', 'x'] as const])
          await unit.outbox.add({ kind, subject, audience: [person.id], at });
      });
      await come('ada', 'There is news about what protects your data');
      const results = async () =>
        (await rowsOf(id)).flatMap(({ kind, state, lastError }) =>
          state === 'skipped' ? [`${kind} ${lastError}`] : [],
        );
      const expected = [
        ...over.map(([kind]) => `${kind} superseded`),
        ...gone.map(([kind]) => `${kind} nothing_to_tell`),
      ];
      await eventually('the results', async () => (await results()).length === expected.length);
      expect((await results()).sort()).toEqual(expected.sort());
      expect(service.at('ada')).toHaveLength(2);
    });

    test('a redirect is not followed', async () => {
      await start();
      const { id } = await notified('reviewer', 'max');
      service.browser('elsewhere');
      await come('max', CHANGED);
      service.answer = () => ({ status: 307, headers: { location: `${service.origin}/elsewhere` } });
      await makeRequest(broker);
      await ended(id, 'dead', 'http_307');
      expect(service.at('elsewhere')).toEqual([]);
    });

    test('an address that is no longer on the list is refused when something is sent', async () => {
      await start();
      const { id } = await notified('reviewer', 'max');
      await come('max', CHANGED);
      // The same server under a name that is not on the list.
      const endpoint = `http://localhost:${new URL(service.origin).port}/max`;
      await broker.host.store.asVendor(async ({ pushSubscriptions }) => {
        const found = await pushSubscriptions.find(id);
        await pushSubscriptions.delete(id);
        if (found !== null) await pushSubscriptions.insert({ ...found, endpoint });
      });
      await makeRequest(broker);
      await ended(id, 'dead', 'address_refused');
      expect(titles('max')).toEqual([CHANGED]);
    });

    test('what a person has switched off is not pushed; a push alone is not enough for a duty', async () => {
      await start();
      const { person, id } = await notified('approver', 'ada');
      await notified('secondApprover', 'bob');
      const all = ['mail', 'slack', 'push'];
      const off = ['mail', 'slack'];
      const save = (notices: object) =>
        person.call('PUT', '/api/v1/preferences', {
          notices: { decide: all, own: all, decided: all, access: all, reports: all, ...notices },
          zone: null,
        });
      expect(codeOf(await save({ decide: ['push'] }))).toBe('400 invalid_request');
      expectStatus(await save({ decided: off, access: off }), 200);
      const request = await makeRequest(broker);
      expectStatus(await review(broker, 'reviewer', request), 201);
      await come('bob', 'A request waits for your decision');
      expectStatus(await review(broker, 'approver', request), 201);
      // Each notice is fanned out to all its recipients at once.
      await come('bob', 'A request was approved');
      await come('bob', 'Access is open now');
      expect(await kindsTo(id)).toEqual([
        ...['account.notices-changed', 'account.notices-changed', 'request.awaiting_customer'],
      ]);
    });
  });
});

describe('the address of a push service', () => {
  beforeAll(() =>
    start({ outboundPrivate: ['127.0.0.1:9', '127.0.0.1:443', '10.0.0.1:443', 'localhost:443'] }),
  );
  afterAll(close);

  test.each(
    someRows(
      [
        'http://127.0.0.1:9/x',
        'https://127.0.0.1/x',
        'https://169.254.169.254/latest/meta-data',
        'https://10.0.0.1/x',
        'https://localhost/x',
        'https://1.1.1.1/x',
        'https://unknown.example/x',
        'https://fcm.googleapis.com:8443/x',
        'http://fcm.googleapis.com/x',
        'https://user:secret@fcm.googleapis.com/x',
        'not an address',
      ],
      2,
    ),
  )(
    'a browser cannot have the broker send to %s, also where private networks are allowed',
    async (endpoint) => {
      const person = await Customer.of(broker, 'approver');
      const { keys } = service.browser('any').subscription;
      const answer = await person.call('POST', PATH, { endpoint, keys, language: 'en' });
      // Every such address gets the same answer, so no one learns from it whether a host exists.
      const detail = 'The broker sends nothing to this address (address_refused).';
      expect(answer.body).toMatchObject({ status: 400, code: 'invalid_request', detail });
      expect((await person.call('GET', PATH)).body).toMatchObject({ items: [] });
    },
  );
});
