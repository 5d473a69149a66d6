/** @soak */

import {
  hasPermission,
  isReading,
  type Person,
  type SignInStrength,
  signInRefusal,
  startSessionIn,
} from '@countersign/access';
import { PERMISSIONS, type Permission } from '@countersign/contract';
import { organisation, type PersonName } from '../../factories/organisation.js';
import { Customer } from '../../support/customer.js';
import { rowsOfEachKind } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { codeOf, expectStatus } from '../story.js';

let broker: TestBroker;
/** What someone has who reads an approver and admin's mailbox. */
let mailed: Customer;
let persons: Record<Caller, Person>;

beforeAll(async () => {
  broker = await TestBroker.start({
    organisation: organisation((file) => {
      for (const { privacyControls } of file.tenants)
        Object.assign(privacyControls, { countersign: [], forbid: [] });
    }),
  });
  mailed = await Customer.of(broker, 'approver', { assurance: 'mail-code' });
  const all = await Promise.all(
    CALLERS.map((name) =>
      broker.host.store.directory.read((unit) => unit.organisation.person(broker.persons[name])),
    ),
  );
  persons = Object.fromEntries(CALLERS.map((name, index) => [name, all[index]])) as typeof persons;
});
afterAll(() => broker.close());

const standingAccess = () => ({
  service: 'billing',
  scope: [{ resource: '**', actions: ['list', 'read', 'update'] }],
  until: new Date(broker.clock.now().getTime() + 89 * 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z'),
});

/** The credential of a command line that a session from a mailed code has authorized. */
async function commandLineOf(who: PersonName): Promise<string> {
  const { secret } = await broker.host.store.sessions.write(async (unit) => {
    const person = await unit.organisation.person(broker.persons[who]);
    if (person === null) throw new Error(`${who} is not known`);
    const draft = {
      person,
      assurance: 'mail-code',
      device: 'a test',
      parent: 'ses_parent',
      replaces: null,
    } as const;
    return startSessionIn(broker.host, unit, draft, broker.environment.session);
  });
  return secret;
}

test('a session from a mailed code opens no invitation of 89 days for everything', async () => {
  const opened = await mailed.call('POST', 'invitations', standingAccess());
  expect(codeOf(opened)).toBe('403 forbidden');
  expect((opened.body as { detail: string }).detail).toContain('stronger sign-in');
  const strong = await Customer.of(broker, 'approver');
  const { id } = await strong.ask<{ id: string }>('POST', 'invitations', standingAccess(), 201);
  // It may take away what lasts.
  expectStatus(await mailed.call('DELETE', `invitations/${id}`), 200);
});

test('a session from a mailed code lifts no lock, but may set one', async () => {
  const body = { kind: 'tenant', name: 'acme', reason: 'an audit' };
  const byAdmin = await Customer.of(broker, 'tenantAdmin');
  const { id } = await byAdmin.ask<{ id: string }>('POST', '/api/v1/locks', body, 201);
  expect(codeOf(await mailed.call('DELETE', `/api/v1/locks/${id}`))).toBe('403 forbidden');
  const own = await mailed.ask<{ id: string }>('POST', '/api/v1/locks', body, 201);
  for (const lock of [own.id, id]) expectStatus(await byAdmin.call('DELETE', `/api/v1/locks/${lock}`), 200);
});

test('a command line that a session from a mailed code has authorized is as weak', async () => {
  const headers = { authorization: `Bearer css_${await commandLineOf('approver')}` };
  const body = standingAccess();
  const opened = await broker.fetch('POST', '/api/v1/tenants/acme/invitations', { body, headers });
  expect(codeOf(opened)).toBe('403 forbidden');
});

interface Operation {
  'x-permission'?: Permission;
  'x-sign-in'?: SignInStrength;
  security: Record<string, unknown>[];
}

interface Endpoint extends Operation {
  method: string;
  path: string;
}

/** Someone of each side for every permission; `approver` is also an admin. */
const CALLERS = ['approver', 'engineer', 'reviewer', 'securityAdmin', 'legal'] as const;
type Caller = (typeof CALLERS)[number];

/** Someone whose roles carry the endpoint's permission. */
function callerOf({ 'x-permission': permission, path }: Endpoint): Caller {
  const who = CALLERS.find((name) => permission !== undefined && hasPermission(persons[name], permission));
  if (who === undefined) throw new Error(`no one may call ${path}`);
  return who;
}

const WAYS = [
  {
    way: 'a browser after a mailed code',
    isEnoughFor: (strength?: SignInStrength) => strength === 'any' || strength === 'browser',
  },
  { way: 'a command line after a mailed code', isEnoughFor: (strength) => strength === 'any' },
  { way: 'an API key', isEnoughFor: (strength) => strength === 'any' || strength === 'strong' },
  { way: 'a browser after a sign-in at the provider', isEnoughFor: () => true },
] as const satisfies { way: string; isEnoughFor: (strength?: SignInStrength) => boolean }[];
type Way = (typeof WAYS)[number]['way'];

/** Calls with a fresh credential, because a call may end the session that it comes from. */
async function callBy(way: Way, who: Caller, endpoint: Endpoint) {
  const path = endpoint.path.replaceAll(/\{slug\}/g, 'acme').replaceAll(/\{\w+\}/g, 'unknown');
  const options = endpoint.method === 'GET' ? {} : { body: {} };
  if (way === 'an API key') return broker.call(who, endpoint.method, path, options);
  if (way !== 'a command line after a mailed code') {
    const cookie = await broker.sessionOf(who, way.includes('mailed') ? 'mail-code' : 'oidc');
    return broker.page(cookie, endpoint.method, path, options);
  }
  const authorization = `Bearer css_${await commandLineOf(who)}`;
  return broker.fetch(endpoint.method, path, { ...options, headers: { authorization } });
}

test('P13: every endpoint that changes something has a sign-in rule, and enforces it', async () => {
  const { body } = await broker.fetch('GET', '/api/openapi.json');
  const endpoints = Object.entries((body as { paths: Record<string, Record<string, Operation>> }).paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, operation]): Endpoint => ({ ...operation, path, method: method.toUpperCase() }),
      ),
    )
    .filter(
      ({ method, 'x-permission': name }) => method !== 'GET' || (name !== undefined && !isReading(name)),
    );
  const forPeople = endpoints.filter(({ security }) => security.some((each) => 'apiKey' in each));
  expect(forPeople.filter((each) => each['x-sign-in'] === undefined)).toEqual([]);
  const wrong: unknown[] = [];
  const kindOf = (each: Endpoint) => each['x-permission'] ?? each.path;
  for (const endpoint of rowsOfEachKind(forPeople, kindOf)) {
    const who = callerOf(endpoint);
    await Promise.all(
      WAYS.map(async ({ way, isEnoughFor }) => {
        const { status, body: answer } = await callBy(way, who, endpoint);
        const isRefused = status === 403 && REFUSALS.has((answer as { detail?: string }).detail ?? '');
        if (isRefused === isEnoughFor(endpoint['x-sign-in']))
          wrong.push([endpoint.method, endpoint.path, who, way, answer]);
      }),
    );
  }
  expect(wrong).toEqual([]);
});

/** The answers to a sign-in that is too weak. */
const REFUSALS = new Set(
  PERMISSIONS.map((name) => signInRefusal({ assurance: 'mail-code', channel: 'api' }, name)).filter(
    (text) => text !== null,
  ),
);
