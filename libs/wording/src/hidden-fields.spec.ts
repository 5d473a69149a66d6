import { accessWords, hiddenFieldsText } from './hidden-fields.js';

test.each([
  [
    ['/iban', '/lines/*/card'],
    {},
    'The fields iban and card are hidden.',
    'Die Felder iban und card sind verborgen.',
  ],
  [
    ['/iban', '/lines/*/card'],
    { unmasked: true as const },
    'The fields iban and card are shown in full.',
    'Die Felder iban und card werden im Klartext gezeigt.',
  ],
  [['/iban', '/payer/iban'], {}, 'The field iban is hidden.', 'Das Feld iban ist verborgen.'],
  [
    ['/rows/*'],
    { unmasked: true as const },
    'The field rows is shown in full.',
    'Das Feld rows wird im Klartext gezeigt.',
  ],
  [['/*'], {}, 'The field /* is hidden.', 'Das Feld /* ist verborgen.'],
  [[], {}, null, null],
  [
    [],
    { unmasked: true as const },
    'Fields that the service usually hides are shown in full.',
    'Felder, die der Dienst sonst verbirgt, werden im Klartext gezeigt.',
  ],
])('%j %j in words', (fields, terms, en, de) => {
  expect([hiddenFieldsText(fields, terms, 'en'), hiddenFieldsText(fields, terms, 'de')]).toEqual([en, de]);
});

test('a sentence names ten fields, and counts the others', () => {
  const fields = Array.from({ length: 13 }, (_, n) => `/f${n}`);
  expect(hiddenFieldsText(fields, {}, 'en')).toMatch(/f9 and 3 more are hidden/);
});

test('a phrase about access says whether it shows hidden fields', () => {
  const scope = [{ resource: 'invoices/*', actions: ['read'] }];
  expect(accessWords({ scope }, 'en')).toBe('read invoices');
  expect(accessWords({ scope, unmasked: true }, 'en')).toBe('read invoices (with hidden fields in full)');
  expect(accessWords({ scope, unmasked: true }, 'de')).toBe(
    'invoices lesen (mit verborgenen Feldern im Klartext)',
  );
});
