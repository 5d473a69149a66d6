import { durationText, resourceWords, ruleWords, scopeWords, wordFor } from '@countersign/wording';
import {
  browserZone,
  bytesText,
  chooseZone,
  clockText,
  dayHeading,
  dayText,
  instantOfLocal,
  instantText,
  localText,
  readerZone,
  startOfDay,
  timeText,
} from './clock.js';

describe('clocks', () => {
  test('an instant has the reader’s time zone and its name, and the year if it is another one', () => {
    const at = '2026-11-24T14:03:07Z';
    const now = new Date('2026-11-20T00:00:00Z');
    expect(instantText(at, 'en', { zone: 'Europe/Berlin', now })).toBe('Tue 24 Nov, 15:03 CET');
    expect(instantText(at, 'en', { zone: 'Asia/Tokyo', now, seconds: true })).toBe(
      'Tue 24 Nov, 23:03:07 GMT+9',
    );
    expect(instantText(at, 'en', { zone: 'Europe/Berlin', now, year: true })).toBe(
      'Tue, 24 Nov 2026, 15:03 CET',
    );
    expect(instantText(at, 'de', { zone: 'Europe/Berlin', now })).toBe('Di., 24. Nov., 15:03 MEZ');
    expect(instantText(at, 'en', { zone: 'UTC', now: new Date('2027-06-01T00:00:00Z') })).toContain('2026');
  });

  test.each([
    [0, '0 seconds', '0:00'],
    [59, '59 seconds', '0:59'],
    [1_800, '30 minutes', '30:00'],
    [5_400, '1 hour 30 minutes', '1:30:00'],
    [90_061, '1 day 1 hour', '25:01:01'],
  ])('%d seconds are %s', (seconds, words, clock) => {
    expect(durationText(seconds, 'en')).toBe(words);
    expect(clockText(seconds)).toBe(clock);
  });

  test('bytes', () => {
    expect(bytesText(0, 'en')).toBe('0\u00a0B');
    expect(bytesText(19_900, 'en')).toBe('19.9\u00a0kB');
    expect(bytesText(19_900, 'de')).toBe('19,9\u00a0kB');
    expect(bytesText(3e12, 'en')).toBe('3,000\u00a0GB');
  });

  test('a local time field reads back as the same minute', () => {
    for (const at of ['2026-01-15T12:34:00Z', '2026-07-15T23:59:00Z', '2026-12-31T23:30:00Z']) {
      const text = localText(Date.parse(at));
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/);
      expect(new Date(text).toISOString()).toBe(new Date(at).toISOString());
      expect(instantOfLocal(text)).toBe(Date.parse(at));
    }
  });
});

describe('the zone that the reader has chosen', () => {
  afterEach(() => chooseZone(null));

  test('is that of every clock, day and field; null, or a zone that the browser does not know, is the browser’s', () => {
    chooseZone('Asia/Tokyo');
    const at = '2026-11-24T23:03:07Z';
    const now = new Date('2026-11-20T00:00:00Z');
    expect(instantText(at, 'en', { now })).toBe('Wed 25 Nov, 08:03 GMT+9');
    expect(instantText(at, 'de', { now })).toBe('Mi., 25. Nov., 08:03 GMT+9');
    expect(timeText(at, 'en')).toBe('08:03:07');
    expect(dayHeading(at, 'de')).toBe('Mittwoch, 25. November 2026');
    expect([dayText(Date.parse(at)), localText(Date.parse(at))]).toEqual(['2026-11-25', '2026-11-25T08:03']);
    expect(new Date(instantOfLocal('2026-11-25T08:03')).toISOString()).toBe('2026-11-24T23:03:00.000Z');
    expect([startOfDay('2026-11-25'), startOfDay('2026-11-25', 1)]).toEqual([
      '2026-11-24T15:00:00.000Z',
      '2026-11-25T15:00:00.000Z',
    ]);
    // In Tokyo it is the next year already.
    expect(instantText('2026-12-31T20:00:00Z', 'en', { now })).toContain('2027');
    for (const zone of [null, 'Europe/Atlantis']) {
      chooseZone(zone);
      expect(readerZone()).toBe(browserZone());
    }
  });

  test('a field’s time is the instant at which the clocks show it, also when they change', () => {
    const utc = (local: string) =>
      new Date(instantOfLocal(local, 'Europe/Berlin')).toISOString().slice(0, 16);
    expect(utc('2026-07-15T12:00')).toBe('2026-07-15T10:00');
    // Shown twice: the first.
    expect(utc('2026-10-25T02:30')).toBe('2026-10-25T00:30');
    expect(utc('2026-10-25T03:30')).toBe('2026-10-25T02:30');
    // Never shown.
    expect(utc('2026-03-29T02:30')).toBe('2026-03-29T01:30');
    expect(instantOfLocal('soon')).toBeNaN();
    expect(instantOfLocal('')).toBeNaN();
  });
});

describe('scopes in words', () => {
  test.each([
    ['invoices', 'invoices', 'invoices'],
    ['invoices/*', 'any invoice', 'jeden Eintrag von invoices'],
    ['payroll/**', 'payroll and everything in it', 'payroll und alles darin'],
    ['**', 'everything', 'alles'],
    ['*/notes/*', '*/notes/*', '*/notes/*'],
  ])('%s', (resource, en, de) => {
    expect(resourceWords(resource, 'en')).toBe(en);
    expect(resourceWords(resource, 'de')).toBe(de);
  });

  test('a rule names its actions, or only the resource if it forbids all of them', () => {
    expect(ruleWords({ resource: 'payroll/**', actions: ['*'] }, 'en')).toBe('payroll and everything in it');
    expect(ruleWords({ resource: 'invoices/*', actions: ['update'] }, 'de')).toBe(
      'jeden Eintrag von invoices ändern',
    );
  });

  test('a collection and its items are joined, other resources are not', () => {
    const scope = [
      { resource: 'customers/*', actions: ['read'] },
      { resource: 'invoices', actions: ['list'] },
      { resource: 'invoices/*', actions: ['read', 'update'] },
      { resource: 'payroll/p-1', actions: ['read'] },
    ];
    expect(scopeWords(scope, 'en')).toBe('read customers, list, read and update invoices, read payroll/p-1');
    expect(scopeWords(scope, 'de')).toBe(
      'customers lesen, invoices auflisten, lesen und ändern, payroll/p-1 lesen',
    );
  });
});

describe('a word for a name from outside', () => {
  test.each(['__proto__', 'constructor', 'toString', ''])('%j has no word', (name) => {
    expect(wordFor({ known: 'a word' }, name)).toBeUndefined();
  });

  test('an own entry has a word; an action named like an Object member keeps its name', () => {
    expect(wordFor({ known: 'a word' }, 'known')).toBe('a word');
    expect(scopeWords([{ resource: 'invoices', actions: ['constructor'] }], 'en')).toBe(
      'constructor invoices',
    );
  });
});
