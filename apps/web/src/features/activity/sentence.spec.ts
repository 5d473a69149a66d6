import type { Event } from '@countersign/api';
import { EVENT_TYPES } from '@countersign/contract';
import { sentenceOf, sentences } from './sentence.js';

const ERIN = 'usr_0199f0a0-7b2c-7003-8000-000000000001';
const ADA = 'usr_0199f0a0-7b2c-7003-8000-000000000002';
const name = (id: string) => ({ [ERIN]: 'Erin', [ADA]: 'Ada' })[id] ?? id;

const event = (type: string, data: Record<string, unknown> = {}, actor = 'job'): Event => ({
  index: 1,
  v: 1,
  type,
  at: '2026-11-27T08:00:00Z',
  tenant: 'acme',
  seq: 1,
  actor,
  data,
  commitments: {},
});

describe.each(['en', 'de'] as const)('in %s', (language) => {
  test.each(EVENT_TYPES)('%s has a sentence of its own, whatever its data lacks', (type) => {
    const sentence = sentenceOf(event(type), language, name);
    expect(sentence).not.toBe(type);
    expect(sentence).toMatch(/^\p{L}.*[^.]$/u);
    expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
  });

  test('no two types have the same sentence', () => {
    const said = EVENT_TYPES.map((type) => sentenceOf(event(type), language, name));
    expect(new Set(said).size).toBe(said.length);
  });

  test('there is no sentence for a type that does not exist', () => {
    expect(Object.keys(sentences[language] ?? {}).sort()).toEqual([...EVENT_TYPES].sort());
  });
});

test.each<[Event, string, string]>([
  [
    event('request.created', {
      requester: ERIN,
      terms: { scope: [{ resource: 'invoices/*', actions: ['read'] }] },
    }),
    'Erin asked for access to read invoices',
    'Erin hat Zugriff angefragt: invoices lesen',
  ],
  [
    event('request.reviewed', { requester: ERIN, decision: 'approve' }, ADA),
    'Ada approved the request of Erin',
    'Ada hat die Anfrage freigegeben: Erin',
  ],
  [
    event('access.refused', { requester: ERIN, service: 'billing', code: 'insufficient_scope', count: 3 }),
    'A call of Erin to billing was refused: insufficient_scope, 3 times',
    'Ein Aufruf von Erin an billing wurde abgewiesen: insufficient_scope, 3-mal',
  ],
  [
    event('preferences.changed', { person: ADA }, ADA),
    'Ada changed which notices reach them, or their time zone',
    'Ada hat die eigenen Benachrichtigungen oder die eigene Zeitzone geändert',
  ],
  [
    event('preferences.changed', { person: ADA }),
    'A browser no longer shows the notices of Ada: someone else turned on their own there',
    'Ein Browser zeigt die Benachrichtigungen von Ada nicht mehr: Jemand anderes hat dort eigene eingeschaltet',
  ],
  [
    event('lock.set', { kind: 'tenant', name: 'acme', expiresAt: null }, ADA),
    'Ada locked the customer acme',
    'Ada hat den Kunden acme gesperrt',
  ],
  [
    event('grant.ended', { requester: ERIN, reason: 'revoked' }),
    'The access of Erin ended: it was stopped',
    'Der Zugriff von Erin ist beendet: er wurde gestoppt',
  ],
  [
    event('gateway.enrolled', {}, 'host'),
    'The operator enrolled a gateway',
    'Der Betreiber hat ein Gateway registriert',
  ],
])('%j is told in words', (event, en, de) => {
  expect(sentenceOf(event, 'en', name)).toBe(en);
  expect(sentenceOf(event, 'de', name)).toBe(de);
});

test('a type of a newer broker is named as it is, and so is one that no broker has', () => {
  expect(sentenceOf(event('planet.moved'), 'en', name)).toBe('planet.moved');
  expect(sentenceOf(event('__proto__'), 'en', name)).toBe('__proto__');
});

test('data of any form is told without harm', () => {
  const odd = { requester: 3, terms: { scope: [{ resource: 1 }] }, decision: '__proto__', reason: { a: 1 } };
  for (const type of EVENT_TYPES) expect(typeof sentenceOf(event(type, odd), 'en', name)).toBe('string');
});
