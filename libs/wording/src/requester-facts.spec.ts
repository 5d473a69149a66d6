import { requesterFactLines } from './requester-facts.js';

test('each fact is one line that says who says it', () => {
  const facts = {
    country: { value: 'DE', verified: true },
    entity: { value: 'Müller GmbH', verified: false },
    employment: { value: 'contractor', verified: true },
  };
  expect(requesterFactLines(facts, 'en')).toEqual([
    'works in Germany (DE) – verified by the vendor’s identity provider',
    'works for Müller GmbH – stated by the vendor, not verified',
    'contractor – verified by the vendor’s identity provider',
  ]);
  expect(requesterFactLines(facts, 'de')).toEqual([
    'arbeitet in: Deutschland (DE) – bestätigt vom Identitätsanbieter des Anbieters',
    'arbeitet für: Müller GmbH – Angabe des Anbieters, nicht geprüft',
    'freie Mitarbeit – bestätigt vom Identitätsanbieter des Anbieters',
  ]);
});

test('a code without a name stands alone, and nothing known is no line', () => {
  expect(requesterFactLines({ country: { value: 'QQ', verified: false } }, 'en')).toEqual([
    'works in QQ – stated by the vendor, not verified',
  ]);
  expect(requesterFactLines(undefined, 'en')).toEqual([]);
});
