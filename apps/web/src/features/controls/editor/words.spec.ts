import { EUROPEAN_UNION } from './countries.js';
import { differences } from './difference.js';
import { stepText } from './difference-words.js';
import type { Json, JsonObject } from './document.js';
import { editorTexts } from './editor.text.js';
import { CONTROLS } from './fields.js';
import { type SentenceKind, sentenceOf, writerFor } from './sentences.js';

const known = (kind: SentenceKind): string[] =>
  Object.keys(kind === 'emergency' ? CONTROLS.emergency.members.allow.members : CONTROLS[kind].members);

const say = (kind: SentenceKind, item: Json, language: 'en' | 'de' = 'en') =>
  sentenceOf(
    kind,
    item,
    writerFor(language, 'Europe/Berlin', editorTexts[language]?.choices ?? {}),
    known(kind),
  );

const owner = { name: 'owner', groups: ['owners'], escalate: { after: 'PT2H', to: ['board'] } };
const dpo = { name: 'dpo', groups: ['dpo', 'legal'], approvals: 2 };

describe('an entry in one sentence', () => {
  test.each<[SentenceKind, Json, string, string]>([
    [
      'rules',
      {
        actions: ['update'],
        resources: ['invoices/*'],
        services: ['billing'],
        risks: ['high'],
        stages: [owner, dpo],
      },
      'Access to any invoice in billing (update), approved with a passkey: first owner (1 of owners; after 2 hours also board), then dpo (2 of dpo or legal).',
      'Zugriff auf jeden Eintrag von invoices in billing (update), freigegeben mit einem Passkey: erst owner (1 von owners; nach 2 Stunden auch board), dann dpo (2 von dpo oder legal).',
    ],
    [
      'rules',
      {
        reasons: ['support-case'],
        ticket: { patterns: ['CASE-####'] },
        hours: [{ days: ['mon', 'tue', 'wed', 'sat'], from: '08:00', to: '18:00' }],
      },
      'Every access, reason support case: a ticket such as CASE-####; only Mon–Wed, Sat 08:00–18:00 (Europe/Berlin).',
      'Jeder Zugriff, Grund Supportfall: ein Ticket wie CASE-####; nur Mo–Mi, Sa 08:00–18:00 (Europe/Berlin).',
    ],
    [
      // As the page adds it, before anything is filled in.
      'forbid',
      { service: '', resource: '', actions: ['read'] },
      'Not complete yet.',
      'Noch nicht vollständig.',
    ],
    [
      'rules',
      { services: ['status'], mode: 'observe' },
      'Access to status: no approval, only observed.',
      'Zugriff auf status: keine Freigabe, nur beobachtet.',
    ],
    [
      'rules',
      {
        requesters: { countries: EUROPEAN_UNION, employment: ['employee', 'contractor'], verifiedOnly: true },
      },
      'Every access: only engineers employed as employee or contractor, in the EU, verified.',
      'Jeder Zugriff: nur Personen: fest angestellt oder freie Mitarbeit, in der EU (bestätigt).',
    ],
    [
      'rules',
      { requesters: { countries: ['DE', 'FR'], entities: ['Northwind GmbH'] } },
      'Every access: only engineers of Northwind GmbH, in Germany (DE) or France (FR).',
      'Jeder Zugriff: nur Personen von Northwind GmbH, in Deutschland (DE) oder Frankreich (FR).',
    ],
    [
      'supervision',
      { name: 'bulk-read', over: 100, within: 'PT5M', do: 'pause' },
      'bulk-read: more than 100 calls in 5 minutes by one engineer: the access is paused.',
      'bulk-read: mehr als 100 Aufrufe in 5 Minuten durch eine Person: Der Zugriff wird angehalten.',
    ],
    [
      'supervision',
      { name: 'abroad', count: 'other-country', over: 0, within: 'PT1H', do: 'pause' },
      'abroad: a token fetched from another country than stated by one engineer: the access is paused.',
      'abroad: ein Abruf eines Tokens aus einem anderen als dem angegebenen Land durch eine Person: Der Zugriff wird angehalten.',
    ],
    [
      'deputies',
      { for: 'owners', by: 'cover', from: '2026-12-21', to: '2027-01-03' },
      'From 21 December 2026 to 3 January 2027, cover may decide for owners.',
      'Vom 21. Dezember 2026 bis 3. Januar 2027 darf cover für owners entscheiden.',
    ],
    [
      'forbid',
      { service: 'billing', resource: 'payroll/**', actions: ['*'] },
      'billing: payroll and everything in it',
      'billing: payroll und alles darin',
    ],
    [
      'emergency',
      { services: ['billing'], actions: ['read'], maxDuration: 'PT30M' },
      'read in billing, at most 30 minutes',
      'read in billing, höchstens 30 Minuten',
    ],
  ])('%s %j', (kind, item, en, de) => {
    expect(say(kind, item)).toBe(en);
    expect(say(kind, item, 'de')).toBe(de);
  });

  test('every requirement of a rule is in its sentence, and so is a member that the page does not know', () => {
    const begins = Object.entries(CONTROLS.rules.members).filter(([, { part }]) => part === 'then');
    for (const [name, { begin }] of begins) {
      const value = name === 'quietDays' ? ['2026-12-24'] : name === 'blackouts' ? [SPAN] : begin;
      expect(say('rules', { [name]: value as Json })).not.toMatch(/undefined|nothing more|…/);
    }
    expect(say('rules', { approvals: 2, moon: 'full' })).toBe(
      'Every access: 2 approvals by different people. Also moon, which only the JSON can change.',
    );
  });

  test.each<Json>([
    { approvals: 2, hours: 'always' },
    { services: 'all' },
    null,
    [],
    { stages: [{}] },
    { name: 3 },
  ])('%j of another shape than the schema’s is shown all the same', (item) => {
    for (const kind of ['rules', 'supervision', 'deputies', 'forbid', 'emergency'] as const)
      expect(typeof say(kind, item)).toBe('string');
  });
});

const SPAN = { from: '2026-12-31T12:00:00Z', to: '2027-01-01T12:00:00Z' };

describe('a difference in words', () => {
  const words = (before: JsonObject, after: JsonObject) => {
    const text = editorTexts.en;
    const writer = writerFor('en', 'UTC', text.choices);
    return differences(before, after).map(({ name, steps }) => [
      name,
      ...steps.map((step) =>
        Object.values(stepText(name, step, writer, text))
          .filter(Boolean)
          .join(' | '),
      ),
    ]);
  };

  test('names what is new, gone and changed, entry by entry', () => {
    const before = {
      approvals: 1,
      maxDuration: 'PT1H',
      rules: [{ approvals: 2 }, { actions: ['read'], maxDuration: 'PT1H' }],
      supervision: [{ name: 'bulk', over: 100, within: 'PT5M', do: 'pause' }],
      widening: { delay: 'PT24H' },
    };
    const after = {
      approvals: 2,
      rules: [{ actions: ['read'], maxDuration: 'PT30M' }, { approvals: 2 }, { mode: 'each-access' }],
      supervision: [
        { name: 'first', over: 0, within: 'PT5M', do: 'stop' },
        { name: 'bulk', over: 50, within: 'PT5M', do: 'pause' },
      ],
      widening: { delay: 'PT24H', secondAdmin: true },
      moon: 'full',
    };
    expect(words(before, after)).toEqual([
      ['approvals', '1 | 2'],
      ['maxDuration', '1 hour | not set'],
      [
        'rules',
        'Removed | Every access (read): at most 1 hour.',
        'New | Every access (read): at most 30 minutes.',
        'New | Every access: one approval for each call.',
      ],
      [
        'supervision',
        'Changed | bulk: more than 100 calls in 5 minutes by one engineer: the access is paused. | bulk: more than 50 calls in 5 minutes by one engineer: the access is paused.',
        'New | first: any call by one engineer: the access ends.',
      ],
      ['widening.secondAdmin', 'not set | yes'],
      ['moon', 'not set | full'],
    ]);
  });

  test('an order is named as such, and an empty list is no difference', () => {
    expect(
      words({ rules: [{ approvals: 2 }, { approvals: 3 }] }, { rules: [{ approvals: 3 }, { approvals: 2 }] }),
    ).toEqual([['rules', 'Only the order is different.']]);
    expect(words({ rules: [], zone: null }, {})).toEqual([]);
  });
});
