import { entryWords, joinWithAnd, resourceWords, ruleWords, scopeWords, wordFor } from './scope-words.js';

test.each([
  ['invoices/*', 'any invoice', 'jeden Eintrag von invoices'],
  ['entries/*', 'any entry', 'jeden Eintrag von entries'],
  ['credit-notes/*', 'any credit-note', 'jeden Eintrag von credit-notes'],
  ['cases/*', 'any item of cases', 'jeden Eintrag von cases'],
  ['status/*', 'any item of status', 'jeden Eintrag von status'],
  ['news/*', 'any item of news', 'jeden Eintrag von news'],
  ['invoices/2026/*', 'any item of invoices/2026', 'jeden Eintrag von invoices/2026'],
  ['Orders/*', 'any item of Orders', 'jeden Eintrag von Orders'],
  ['sql/billing', 'the database billing by SQL', 'die Datenbank billing mit SQL'],
  ['sql/*', 'any database by SQL', 'jede Datenbank mit SQL'],
  ['payroll/**', 'payroll and everything in it', 'payroll und alles darin'],
  ['**', 'everything', 'alles'],
  ['invoices/inv-1', 'invoices/inv-1', 'invoices/inv-1'],
  ['*/x/*', '*/x/*', '*/x/*'],
  ['customers/ann%40x.example', 'customers/ann@x.example', 'customers/ann@x.example'],
  ['M%C3%BCller%20%26%20Co/*', 'any item of Müller%20&%20Co', 'jeden Eintrag von Müller%20&%20Co'],
  ['a%2A', 'a%2A', 'a%2A'],
  ['a%E2%80%AEb%2C%20read', 'a%E2%80%AEb%2C%20read', 'a%E2%80%AEb%2C%20read'],
])('the resource %s in words', (resource, english, german) => {
  expect(resourceWords(resource, 'en')).toBe(english);
  expect(resourceWords(resource, 'de')).toBe(german);
});

test('an entry, a rule and a scope in words', () => {
  const entry = { resource: 'invoices/*', actions: ['read', 'update'] };
  expect(entryWords(entry, 'en')).toBe('read and update any invoice');
  expect(entryWords(entry, 'de')).toBe('jeden Eintrag von invoices lesen und ändern');
  expect(ruleWords({ resource: 'payroll/**', actions: ['*'] }, 'en')).toBe('payroll and everything in it');
  expect(ruleWords({ resource: 'payroll/**', actions: ['read'] }, 'en')).toBe(
    'read payroll and everything in it',
  );
  expect(scopeWords([{ resource: 'invoices', actions: ['list'] }, entry], 'en')).toBe(
    'list, read and update invoices',
  );
});

test('lists, and names that have no word', () => {
  expect([[], ['a'], ['a', 'b', 'c']].map((parts) => joinWithAnd(parts, 'en'))).toEqual([
    '',
    'a',
    'a, b and c',
  ]);
  expect(wordFor({ a: 'A' }, 'a')).toBe('A');
  expect(wordFor({}, 'constructor')).toBeUndefined();
});
