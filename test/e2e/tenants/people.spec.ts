/** @soak */

import type { Person } from '@countersign/access';
import { onlyInSoak, rowsOfEachKind } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { EventStream } from '../sse.js';
import { codeOf, makeRequest, readRequest, review } from '../story.js';

let broker: TestBroker;
let admin: string;
const start = async () => {
  broker = await TestBroker.start();
  admin = await broker.sessionOf('tenantAdmin');
};
const close = () => broker.close();

const PEOPLE = '/api/v1/tenants/acme/people';
const add = (body: Record<string, unknown>, cookie = admin) => broker.page(cookie, 'POST', PEOPLE, { body });
const carol = { email: 'Carol+x@ACME.example', name: 'Carol', roles: ['approver'] };
const events = async () => {
  const { body } = await broker.call('tenantAuditor', 'GET', '/api/v1/tenants/acme/events?limit=200');
  return (body as { items: { type: string; actor: string; data: Record<string, unknown> }[] }).items;
};

describe('a tenant’s people', () => {
  beforeEach(start);
  afterEach(close);

  test('are added by its admin, under their normalised address, with an event that names the admin', async () => {
    const { status, body } = await add(carol);
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^usr_/),
      name: 'Carol',
      email: 'carol@acme.example',
      roles: ['approver'],
      removedAt: null,
    });
    // Not the newest one: at midnight the log gets leaves of its own.
    const event = (await events()).find(({ type }) => type === 'person.add');
    expect(event).toMatchObject({
      type: 'person.add',
      actor: broker.persons.tenantAdmin,
      data: { person: (body as Person).id, before: null, after: ['approver'] },
    });
    expect(JSON.stringify(event?.data)).not.toContain('carol');
    const list = (await broker.page(admin, 'GET', PEOPLE)).body as { items: Person[] };
    expect(list.items.map(({ name }) => name)).toEqual(['Ada', 'Ann', 'Art', 'Bob', 'Carol']);
  });

  test('a removed person loses session, stream, key and open review at once', async () => {
    const { version, ...controls } = (
      await broker.page(admin, 'GET', '/api/v1/tenants/acme/privacy-controls')
    ).body as Record<string, unknown>;
    await broker.page(admin, 'PUT', '/api/v1/tenants/acme/privacy-controls', {
      body: { ...controls, version, approvals: 2 },
    });
    expect((await add(carol)).status).toBe(201);
    const request = await makeRequest(broker);
    await review(broker, 'reviewer', request);
    expect((await review(broker, 'secondApprover', request)).status).toBe(201);
    const cookie = await broker.sessionOf('secondApprover');
    const stream = await EventStream.open(`${broker.url}/api/v1/stream`, { cookie });
    const gone = await broker.page(admin, 'DELETE', `${PEOPLE}/${broker.persons.secondApprover}`);
    expect(gone.body).toMatchObject({ removedAt: expect.any(String) });
    await stream.ended();
    expect(codeOf(await broker.page(cookie, 'GET', '/api/v1/session'))).toBe('401 unauthenticated');
    expect(codeOf(await broker.call('secondApprover', 'GET', '/api/v1/whoami'))).toBe('401 unauthenticated');
    const voided = (await events()).find(({ type }) => type === 'review.voided');
    expect(voided).toMatchObject({ actor: broker.persons.tenantAdmin, data: { request: request.id } });
    const { needs } = await readRequest(broker, request.id);
    expect(needs).toMatchObject({ customer: { required: 2, approved: 0 } });

    const back = await add({ email: 'bob@acme.example', name: 'Bob', roles: ['auditor'] });
    expect(back.body).toMatchObject({
      id: broker.persons.secondApprover,
      roles: ['auditor'],
      removedAt: null,
    });
    expect(codeOf(await broker.page(cookie, 'GET', '/api/v1/session'))).toBe('401 unauthenticated');
    expect(codeOf(await broker.call('secondApprover', 'GET', '/api/v1/whoami'))).toBe('401 unauthenticated');
  });

  onlyInSoak(() => {
    test('a person who loses the approver role loses their approvals of open requests', async () => {
      const request = await makeRequest(broker);
      expect((await review(broker, 'reviewer', request)).status).toBe(201);
      const path = `${PEOPLE}/${broker.persons.secondApprover}`;
      const changed = await broker.page(admin, 'PATCH', path, { body: { roles: ['auditor'] } });
      expect(changed.body).toMatchObject({ roles: ['auditor'], name: 'Bob' });
      expect(codeOf(await review(broker, 'secondApprover', request))).toBe('403 forbidden');
    });

    test('the last admin and the last required approver cannot be removed', async () => {
      for (const who of ['secondApprover', 'tenantAdmin'] as const)
        expect((await broker.page(admin, 'DELETE', `${PEOPLE}/${broker.persons[who]}`)).status).toBe(200);
      const ada = await broker.sessionOf('approver');
      const path = `${PEOPLE}/${broker.persons.approver}`;
      expect(codeOf(await broker.page(ada, 'DELETE', path))).toBe('409 conflict');
      for (const roles of [['approver'], ['admin']])
        expect(codeOf(await broker.page(ada, 'PATCH', path, { body: { roles } }))).toBe('409 conflict');
    });
  });
});

describe('changes of people that are refused', () => {
  beforeAll(start);
  afterAll(close);

  const REFUSED: [string, Record<string, unknown>, string][] = [
    ['the vendor’s staff', { ...carol, email: 'Erin@vendor.example' }, '409 conflict'],
    ['a person who already exists', { ...carol, email: 'bob+2@acme.example' }, '409 conflict'],
    ['no address', { ...carol, email: 'carol' }, '400 invalid_request'],
    ['a role of the vendor', { ...carol, roles: ['engineer'] }, '400 invalid_request'],
    ['no role', { ...carol, roles: [] }, '400 invalid_request'],
    ['a role twice', { ...carol, roles: ['admin', 'admin'] }, '400 invalid_request'],
    ['a name of controls', { ...carol, name: 'C\u0007' }, '400 invalid_request'],
    ['an unknown member', { ...carol, tenant: 'globex' }, '400 invalid_request'],
  ];
  test.each(rowsOfEachKind(REFUSED, ([, , code]) => code, 2))(
    'P2: %s cannot be added',
    async (_name, body, code) => {
      expect(codeOf(await add(body))).toBe(code);
    },
  );

  test('P9: another tenant’s admin finds no one, and cannot add another tenant’s person to their own', async () => {
    const foreign = await broker.sessionOf('foreignAdmin');
    expect(codeOf(await add(carol, foreign))).toBe('404 not_found');
    const path = `/api/v1/tenants/globex/people/${broker.persons.approver}`;
    expect(codeOf(await broker.page(foreign, 'DELETE', path))).toBe('404 not_found');
    expect(codeOf(await broker.page(foreign, 'PATCH', path, { body: { name: 'x' } }))).toBe('404 not_found');
  });

  onlyInSoak(() => {
    test('a session signed in by mailed code can change neither people nor controls, but can decide', async () => {
      const mailed = await broker.sessionOf('approver', 'mail-code');
      expect(codeOf(await add(carol, mailed))).toBe('403 forbidden');
      const path = `${PEOPLE}/${broker.persons.tenantAuditor}`;
      expect(codeOf(await broker.page(mailed, 'DELETE', path))).toBe('403 forbidden');
      expect(codeOf(await broker.page(mailed, 'PATCH', path, { body: { name: 'x' } }))).toBe('403 forbidden');
      const controls = '/api/v1/tenants/acme/privacy-controls';
      const { body } = await broker.page(mailed, 'GET', controls);
      const attempt = await broker.page(mailed, 'PUT', controls, {
        body: { ...(body as object), approvals: 2 },
      });
      expect(codeOf(attempt)).toBe('403 forbidden');

      const request = await makeRequest(broker);
      await review(broker, 'reviewer', request);
      const decided = await broker.page(mailed, 'POST', `/api/v1/requests/${request.id}/reviews`, {
        body: { decision: 'approve', digest: request.digest },
      });
      expect(decided.body).toMatchObject({ channel: 'web', assurance: 'mail-code' });
    });
  });
});
