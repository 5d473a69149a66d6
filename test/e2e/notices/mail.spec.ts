/**
 * @soak
 * @alone
 */

import { applyOrganisation, createApiKey, resetTrust } from '@countersign/access';
import type { StopStatement } from '@countersign/contract';
import { ask } from '../../factories/ask.js';
import { organisation, waitForOwner } from '../../factories/organisation.js';
import { AT } from '../../factories/trust.js';
import { codeIn, MailServer } from '../../fakes/mail-server.js';
import { claim } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { onBusyMachine } from '../../support/deadline.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { onlyInSoak } from '../../support/samples.js';
import { BrokerProcess } from '../broker-process.js';
import { TestBroker } from '../harness.js';
import { expectStatus, makeGrant, makeRequest, mintToken, readRequest, review } from '../story.js';

const HOUR = 3_600;

let server: MailServer;
let broker: TestBroker;
beforeEach(async () => {
  server = new MailServer();
  // It keeps its address over an outage.
  server.port = await freePort();
  await server.start();
  broker = await TestBroker.start({ settings: { smtpUrl: server.url } });
});
afterEach(async () => {
  await broker.close();
  await server.stop();
});

const mailTo = (address: string, count = 1) =>
  eventually(
    `${count} mail(s) to ${address}`,
    () => server.to(address).length >= count && server.to(address),
  );
const mailed = (address: string, subject: string) =>
  eventually(`“${subject}” to ${address}`, () =>
    server.to(address).find((mail) => mail.header('subject')?.startsWith(subject)),
  );
const subjects = (address: string) => server.to(address).map((mail) => mail.header('subject'));
const rowsOf = (where: string) =>
  broker.host.store.readAsVendor(async (unit) => {
    const { items } = await unit.deliveries.list({}, { cursor: null, limit: 200 });
    return items.flatMap(({ deliveries }) => deliveries).filter(({ recipient }) => recipient === where);
  });

describe('notices by mail', () => {
  test('the people who have to decide get a mail with one link; no one else does', async () => {
    const request = await makeRequest(broker);
    const [mail] = await mailTo('max@vendor.example');
    await mailTo('kim@vendor.example');
    expect(mail?.header('subject')).toBe('Your review: Erin requests access to acme Corp');
    expect(mail?.header('message-id')).toMatch(/^<ntc_[0-9a-f-]{36}\.[0-9a-f]{16}@localhost>$/);
    expect(mail?.header('auto-submitted')).toBe('auto-generated');
    expect(mail?.raw).toContain(`http://localhost:4000/requests/${request.id}`);
    expect(mail?.raw).not.toContain(request.digest);
    const { size, root } = await broker.host.store.readForTenant('acme', (unit) => unit.events.head());
    expect(mail?.raw).toContain(`Log: ${size} leaves, root ${root.slice(0, 10)}`);
    await review(broker, 'reviewer', request);
    await mailTo('ada@acme.example');
    expect(server.to('erin@vendor.example')).toEqual([]);
    expect(server.to('gwen@globex.example')).toEqual([]);
    // Those who read the same share a mail, and none of them reads the address of another.
    expect(mail?.to).toEqual(expect.arrayContaining(['kim@vendor.example', 'max@vendor.example']));
    for (const { to, raw } of server.mails)
      expect(to.length === 1 || to.every((address) => !raw.includes(address))).toBe(true);
  });

  onlyInSoak(() => {
    test('a stage that waits too long is notified once, to its approvers and those who may decide too now', async () => {
      await applyOrganisation(broker.host, organisation(waitForOwner), { dryRun: false });
      const request = await makeRequest(broker);
      await review(broker, 'reviewer', request);
      await mailed('ada@acme.example', 'Your decision');
      broker.clock.advance(2 * HOUR);
      const overdue = 'It waits too long: Erin requests access to acme Corp';
      const mail = await mailed('bob@acme.example', overdue);
      expect(mail.raw).toContain(`http://localhost:4000/requests/${request.id}`);
      await mailed('ada@acme.example', overdue);
      broker.clock.advance(HOUR);
      expectStatus(await review(broker, 'secondApprover', request), 201);
      await mailed('erin@vendor.example', 'Approved');
      for (const address of ['ada@acme.example', 'bob@acme.example'])
        expect(subjects(address).filter((subject) => subject === overdue)).toHaveLength(1);
      expect(subjects('erin@vendor.example')).not.toContain(overdue);
    });

    test('an approval and the grant that begins with it are one mail for each person, which says both', async () => {
      await makeGrant(broker);
      for (const address of ['erin@vendor.example', 'ada@acme.example']) {
        const mail = await mailed(address, 'Approved');
        expect(mail.raw).toContain('It was approved, and the access is open now.');
      }
      const begun = await eventually('the notice of the grant', async () => {
        const { items } = await broker.host.store.readAsVendor((unit) =>
          unit.deliveries.list({}, { cursor: null, limit: 200 }),
        );
        const rows = items
          .filter(({ notice }) => notice.kind === 'grant.active')
          .flatMap(({ deliveries }) => deliveries)
          .filter(({ channel }) => channel === 'mail');
        return rows.length > 0 && rows.every(({ state }) => state === 'skipped') && rows;
      });
      expect(new Set(begun.map(({ lastError }) => lastError))).toEqual(new Set(['merged']));
      expect(
        subjects('erin@vendor.example').filter((subject) => subject?.startsWith('Access is open')),
      ).toEqual([]);
    });

    test('access that begins with its first use has a mail of its own, also in the second of its approval', async () => {
      const useBy = new Date(broker.clock.now().getTime() + HOUR * 1_000).toISOString().replace(/\.\d+/, '');
      const { grant } = await makeGrant(broker, 'engineer', { startsOn: 'first-use', useBy });
      const approved = await mailed('ada@acme.example', 'Approved');
      expect(approved.raw).toMatch(/It was approved, and the access opens later/);
      await mintToken(broker, grant);
      for (const address of ['erin@vendor.example', 'ada@acme.example'])
        await mailed(address, 'Access is open: Erin to acme Corp');
    });

    test('P7: a broker that is killed between the two deliveries loses neither: the mail about the approval says both', async () => {
      await broker.broker.close();
      const seen: (string | undefined)[] = [];
      server.onMail = (mail) => {
        if (!mail.to.includes('erin@vendor.example')) return 'accept';
        seen.push(mail.header('message-id'));
        return seen.length === 1 ? 'hang' : 'accept';
      };
      const victim = BrokerProcess.spawn(broker.environment, await freePort(), { SMTP_URL: server.url });
      await victim.ready();
      const send = async (who: 'engineer' | 'reviewer' | 'approver', path: string, body: object) => {
        const answer = await fetch(`${victim.url}${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${broker.keys[who]}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        expect(answer.status).toBe(201);
        return (await answer.json()) as { id: string; digest: string };
      };
      const { id, digest } = await send('engineer', '/api/v1/requests', ask());
      for (const who of ['reviewer', 'approver'] as const)
        await send(who, `/api/v1/requests/${id}/reviews`, { decision: 'approve', digest });
      await eventually('the first attempt of one, and the end of the other', async () => {
        const rows = await rowsOf(broker.persons.engineer);
        return seen.length > 0 && rows.some(({ lastError }) => lastError === 'merged');
      });
      victim.child.kill('SIGKILL');
      await victim.ended;
      // Claims expire after a minute.
      broker.clock.advance(61);
      await broker.run();
      const mail = await mailed('erin@vendor.example', 'Approved');
      expect(mail.raw).toContain('It was approved, and the access is open now.');
      expect(new Set(seen).size).toBe(1);
    });

    test('a denial and an end say who did it and why, on the clock of the reader', async () => {
      const request = await makeRequest(broker);
      await review(broker, 'reviewer', request);
      await broker.host.store.asVendor((unit) =>
        unit.sessions.noteZone(broker.persons.engineer, 'Europe/Berlin'),
      );
      await review(broker, 'approver', request, 'deny');
      const denied = await mailed('erin@vendor.example', 'Denied');
      expect(denied.raw).toMatch(/By: Ada \(customer\)\r?\nReason given: not now/);
      expect(denied.raw).toMatch(/Decided: \w{3}, \d+ \w{3,4} \d{4}, \d\d:\d\d:\d\d CES?T/);
      const { grant } = await makeGrant(broker);
      const body = { reason: 'Seen enough' };
      expectStatus(
        await broker.call('approver', 'POST', `/api/v1/grants/${grant}/revocation`, { body }),
        200,
      );
      const ended = await mailed('erin@vendor.example', 'Access has ended');
      expect(ended.raw).toMatch(/By: Ada \(customer\)\r?\nReason given: Seen enough/);
      const read = await broker.call('engineer', 'GET', `/api/v1/grants/${grant}`);
      expect(read.body).toMatchObject({
        accessReason: { code: 'revoked', why: 'Seen enough', text: 'The access was stopped: Seen enough' },
      });
      // Ada's clock is not known, and acme has named none.
      expect((await mailed('ada@acme.example', 'Access has ended')).raw).toMatch(/Access ended: .* UTC/);
    });

    test('the mails about a question and a counter-offer say who wrote what, and the offer’s shows what is offered, not what was asked', async () => {
      const request = await makeRequest(broker);
      await review(broker, 'reviewer', request);
      const question = { text: 'Which invoice?' };
      const asked = `/api/v1/requests/${request.id}/questions`;
      expectStatus(await broker.call('approver', 'POST', asked, { body: question }), 201);
      const { raw } = await mailed('erin@vendor.example', 'Question about your request');
      expect(raw).toMatch(/By: Ada \(customer\)\r?\nSaid: Which invoice\?/);
      const { terms } = await readRequest(broker, request.id);
      const scope = [{ resource: 'invoices/17', actions: ['read'] }];
      const less = { ...(terms as object), parent: request.digest, scope };
      const body = { decision: 'counter', digest: request.digest, terms: less, reason: 'One is enough' };
      expectStatus(
        await broker.call('approver', 'POST', `/api/v1/requests/${request.id}/reviews`, { body }),
        201,
      );
      const mail = await mailed('erin@vendor.example', 'acme Corp offers');
      expect(mail.raw).toMatch(/By: Ada \(customer\)\r?\nReason given: One is enough/);
      expect(mail.raw).toContain('invoices/17: read');
      expect(mail.raw).not.toContain('invoices: list');
    });

    test('a tenant’s people get a mail with one link when its trust is proposed, signed, stopped or reset', async () => {
      const ada = await Customer.of(broker, 'approver');
      await claim([ada]);
      const lifted = async (path: string, statement: string) => {
        const asked = await ada.ask<{ statement: StopStatement }>('GET', statement);
        const countersignature = ada.key.sign(asked.statement, AT);
        return ada.ask<{ hash: string }>('POST', path, { countersignature }, 201);
      };
      await mailTo('ann@acme.example', 1);
      const { hash } = await lifted('stops', 'stops/statement');
      await mailed('bob@acme.example', 'Stopped');
      await lifted('lifts', `lifts/statement?stop=${hash}`);
      await mailed('bob@acme.example', 'Stop lifted');
      await resetTrust(broker.host, 'acme', 'both laptops burnt');
      const [mail] = await mailTo('art@acme.example');
      expect(mail?.header('subject')).toBe('Reset of acme Corp: its keys are said to be lost');
      expect(mail?.raw).toContain('http://localhost:4000/trust');
      await mailed('bob@acme.example', 'Reset of acme Corp');
      await eventually('the security admin gets a mail', () =>
        server.to('sam@vendor.example').some(({ raw }) => raw.includes('http://localhost:4000/security')),
      );
      const said = subjects('bob@acme.example').map((subject) => subject?.split(':')[0]);
      expect(said.filter((subject) => subject !== 'To be signed')).toEqual([
        'In force',
        'Stopped',
        'Stop lifted',
        'Reset of acme Corp',
      ]);
      expect(server.to('gwen@globex.example')).toEqual([]);
    });
  });

  test('no one makes an API key unnoticed: its person and their side’s admins get a mail, without the key', async () => {
    const ada = await Customer.of(broker, 'approver');
    const { id, key } = await ada.ask<{ id: string; key: string }>('POST', '/api/v1/keys', {}, 201);
    const [mail] = await mailTo('ada@acme.example');
    expect(mail?.header('subject')).toBe('New API key of Ada');
    expect(mail?.raw).toContain(id);
    expect(mail?.raw).toContain('http://localhost:4000/account');
    const [admins] = await mailTo('ann@acme.example');
    expect(admins?.raw).toContain('http://localhost:4000/people');
    await createApiKey(broker.host, { email: 'erin@vendor.example', tenant: null, ttl: HOUR });
    for (const address of ['erin@vendor.example', 'sam@vendor.example'])
      expect((await mailTo(address))[0]?.header('subject')).toMatch(/New_API_key_of_Erin=2C_made_by/);
    expect(server.mails.some(({ raw }) => raw.includes(key))).toBe(false);
    expect([server.to('bob@acme.example'), server.to('gwen@globex.example')]).toEqual([[], []]);
  });

  test('P7: after an outage each recipient gets each notice once, in the order of the events', async () => {
    await server.stop();
    const started = performance.now();
    const { grant } = await makeGrant(broker);
    const body = { reason: 'enough' };
    await broker.call('approver', 'POST', `/api/v1/grants/${grant}/revocation`, { body });
    expect(performance.now() - started).toBeLessThan(onBusyMachine(5_000));
    await eventually('attempts', async () =>
      (await rowsOf(broker.persons.engineer)).some(({ lastError }) => lastError === 'smtp_unreachable'),
    );
    await server.start();
    broker.clock.advance(HOUR);
    const ended = () =>
      subjects('erin@vendor.example').some((subject) => subject?.startsWith('Access has ended'));
    await eventually('the last mail', () => {
      broker.clock.advance(1);
      return ended();
    });
    // Outdated notices are skipped: access had already ended, so its opening is no longer reported.
    expect(subjects('erin@vendor.example').map((subject) => subject?.split(':')[0])).toEqual([
      'Approved',
      'Access has ended',
    ]);
    const ids = server.mails.map((mail) => mail.header('message-id'));
    expect(new Set(ids).size).toBe(ids.length);
  });

  onlyInSoak(() => {
    test('P7: mail to a recipient that the server rejects permanently is a dead letter; the others get their mail', async () => {
      server.onRecipient = (address) => (address === 'max@vendor.example' ? 550 : 'accept');
      await makeRequest(broker);
      await mailTo('kim@vendor.example');
      const dead = await eventually('a dead letter', async () => {
        const [row] = await rowsOf(broker.persons.reviewer);
        return row?.state === 'dead' && row;
      });
      expect(dead).toMatchObject({ channel: 'mail', attempts: 1, lastError: 'smtp_550' });
      expect(broker.logLines.join('')).not.toContain('max@vendor.example');
    });
  });

  test('what a person has switched off is not mailed to them; what waits for them is, on the clock that they chose', async () => {
    const both = ['mail', 'slack'];
    const notices = { decide: ['slack'], own: both, decided: ['slack'], access: ['slack'], reports: both };
    const body = { notices, zone: 'Asia/Tokyo' };
    const ada = await Customer.of(broker, 'approver');
    expect(await ada.ask('PUT', '/api/v1/preferences', body)).toEqual({ ...body, browserZone: null });
    // The person is notified of this change by every way, also by one that is now off.
    await mailed('ada@acme.example', 'Which notices reach you has changed');
    const request = await makeRequest(broker);
    expectStatus(await review(broker, 'reviewer', request), 201);
    // No Slack account is linked, so the mail is the only way left for a duty. It comes before the approval, which would supersede it.
    const waiting = await mailed('ada@acme.example', 'Your decision');
    expect(waiting.raw).toContain('GMT+9');
    expectStatus(await review(broker, 'approver', request), 201);
    await mailed('erin@vendor.example', 'Approved');
    // Each notice is fanned out to all its recipients at once.
    const own = await rowsOf(broker.persons.approver);
    expect(own.map(({ channel }) => channel)).toEqual(['mail', 'mail']);
  });

  onlyInSoak(() => {
    test('P7: a server that never answers delays neither the API nor the other recipients', async () => {
      server.onMail = (mail) => (mail.to.includes('max@vendor.example') ? 'hang' : 'accept');
      // Who reads another clock gets a mail of their own. People who read the same share one.
      await broker.host.store.personal.write(({ preferences }) =>
        preferences.chooseZone(broker.persons.engineerAndReviewer, 'Asia/Tokyo'),
      );
      await makeRequest(broker);
      await mailTo('kim@vendor.example');
      expect((await broker.call('engineer', 'GET', '/api/v1/requests')).status).toBe(200);
      const [row] = await eventually('the first attempt', async () => {
        const rows = await rowsOf(broker.persons.reviewer);
        return rows[0]?.attempts === 1 && rows;
      });
      expect(row).toMatchObject({ state: 'due' });
    });
  });

  test('P7: a broker that stops after sending and before storing that sends the same Message-ID again', async () => {
    const seen: (string | undefined)[] = [];
    server.onMail = (mail) => {
      if (!mail.to.includes('max@vendor.example')) return 'accept';
      seen.push(mail.header('message-id'));
      return seen.length === 1 ? 'hang' : 'accept';
    };
    await makeRequest(broker);
    await eventually('the first attempt', () => seen.length === 1);
    // The server has the complete mail, but the store does not show that.
    await broker.broker.close();
    await broker.run();
    await mailTo('max@vendor.example');
    expect(seen).toEqual([seen[0], seen[0]]);
  });

  onlyInSoak(() => {
    test('P7: a broker that is killed after sending and before storing that sends the same Message-ID after its restart', async () => {
      await broker.broker.close();
      const seen: (string | undefined)[] = [];
      server.onMail = (mail) => {
        if (!mail.to.includes('max@vendor.example')) return 'accept';
        seen.push(mail.header('message-id'));
        return seen.length === 1 ? 'hang' : 'accept';
      };
      const victim = BrokerProcess.spawn(broker.environment, await freePort(), { SMTP_URL: server.url });
      await victim.ready();
      const headers = {
        authorization: `Bearer ${broker.keys.engineer}`,
        'content-type': 'application/json',
      };
      const asked = await fetch(`${victim.url}/api/v1/requests`, {
        method: 'POST',
        headers,
        body: JSON.stringify(ask()),
      });
      expect(asked.status).toBe(201);
      await eventually('the first attempt', () => seen.length === 1);
      victim.child.kill('SIGKILL');
      await victim.ended;
      expect(await rowsOf(broker.persons.reviewer)).toMatchObject([{ state: 'due', attempts: 1 }]);
      // Claims expire after a minute.
      broker.clock.advance(61);
      await broker.run();
      await mailTo('max@vendor.example');
      expect(seen).toEqual([seen[0], seen[0]]);
    });

    test('a name with line breaks and markup adds no header', async () => {
      const [erin] = await broker.host.store.readAsVendor((unit) =>
        unit.organisation.persons('erin@vendor.example'),
      );
      await broker.host.store.asVendor((unit) =>
        unit.organisation.savePerson({ ...erin!, name: 'Erin\r\nBcc: evil@x.example <b>\u202e' }),
      );
      await makeRequest(broker);
      const [mail] = await mailTo('max@vendor.example');
      expect(mail?.header('bcc')).toBeUndefined();
      // One mail for all reviewers: each address is in the envelope alone.
      expect(mail?.to).toEqual(['max@vendor.example', 'kim@vendor.example']);
      expect(server.to('evil@x.example')).toEqual([]);
    });
  });
});

describe('a notice address', () => {
  const BASE = '/api/v1/tenants/acme/notice-addresses';
  const BOX = 'security@acme.example';
  const add = async (topics: string[]) => {
    const { status, body } = await broker.call('tenantAdmin', 'POST', BASE, {
      body: { address: BOX, topics },
    });
    expect([status, body]).toEqual([201, expect.objectContaining({ state: 'waiting', sent: true })]);
    return (body as { id: string }).id;
  };
  const codeOf = async (count = 1) => codeIn((await mailTo(BOX, count)).at(-1)!);
  const confirm = (id: string, code: string) =>
    broker.call('tenantAdmin', 'POST', `${BASE}/${id}/confirmation`, { body: { code } });

  test('gets nothing but its code until it is confirmed, then its topics alone, with no link that signs anyone in', async () => {
    const id = await add(['access']);
    const code = await codeOf();
    await makeGrant(broker);
    await mailed('ada@acme.example', 'Approved');
    expect(server.to(BOX)).toHaveLength(1);
    expect(server.to(BOX)[0]?.raw).not.toContain('://');
    expectStatus(await confirm(id, code), 201);
    await mailed('ada@acme.example', 'An address gets notices');
    await makeGrant(broker);
    const mail = await mailed(BOX, 'acme Corp: access began or ended');
    expect(mail?.raw).toContain('http://localhost:4000/access');
    // No person, no reason, no data.
    for (const hidden of ['Erin ', 'invoices', 'Case 4711']) expect(mail?.raw).not.toContain(hidden);
    expect(server.to(BOX).every(({ raw }) => !raw.includes('requests access'))).toBe(true);
  });

  onlyInSoak(() => {
    test('that is removed gets nothing more, not even what waits to be sent', async () => {
      const id = await add(['access']);
      expectStatus(await confirm(id, await codeOf()), 201);
      server.onRecipient = (to) => (to === BOX ? 451 : 'accept');
      await makeGrant(broker);
      await eventually('an attempt to the address failed', async () =>
        (await rowsOf(id)).some(({ lastError }) => lastError !== null),
      );
      expectStatus(await broker.call('tenantAdmin', 'DELETE', `${BASE}/${id}`), 200);
      server.onRecipient = () => 'accept';
      broker.clock.advance(HOUR);
      await eventually('the delivery is skipped', async () =>
        (await rowsOf(id)).every(({ state }) => state === 'skipped'),
      );
      expect(server.to(BOX)).toHaveLength(1);
    });
  });
});
