import type { Terms } from '@countersign/contract';
import { memberLines, requestInWords } from './member-lines.js';
import { openedTexts, pickStated } from './members.js';
import { requestAgain } from './request-again.js';
import { typedTexts } from './stated-fields.js';

const terms = {
  ...{ scope: [{ resource: 'invoices/*', actions: ['list', 'read'] }], seconds: 3_600 },
  ...{ startsAt: '2026-11-24T15:00:00Z', budget: { calls: 1, bytes: 77 }, ticket: 'c1:…' },
} as unknown as Terms;

test('a text that is blank in a form, or null in an answer, is not stated', () => {
  expect(typedTexts({ ticket: ' 4711 ', reasonCode: ' ' })).toEqual({ ticket: '4711' });
  expect(pickStated({ ticket: null, reasonCode: 'incident' })).toEqual({ reasonCode: 'incident' });
});

test('a text that was erased is null; one to which the terms do not commit is absent', () => {
  expect(openedTexts(terms, { ticket: { value: '4711' } })).toEqual({ ticket: '4711' });
  expect(openedTexts(terms, {})).toEqual({ ticket: null });
  expect(openedTexts({}, { ticket: { value: '4711' } })).toEqual({});
});

test('a past request is requested again without its times and its change', () => {
  const past = {
    ...{ tenant: 'acme', service: 'billing', scope: terms.scope, duration: 'PT1H', justification: null },
    ...{ ticket: '4711', reasonCode: undefined, state: 'denied', startsAt: '2026-11-24T15:00:00Z' },
    terms: { ...terms, change: {} },
  };
  expect(requestAgain(past)).toEqual({
    ...{ tenant: 'acme', service: 'billing', scope: terms.scope, duration: 'PT1H' },
    ...{ ticket: '4711', budget: { calls: 1, bytes: 77 } },
  });
  expect(requestAgain({ ...past, justification: 'Why', terms: { unmasked: true } })).toMatchObject({
    ...{ justification: 'Why', unmasked: true },
  });
});

test('a row says what the request says, and is empty if it says nothing', () => {
  const request = requestInWords(terms, ['/iban'], { ticket: null });
  expect(memberLines('scope', request, 'en')).toEqual(['invoices/*: list, read']);
  expect(memberLines('budget', request, 'en')).toEqual(['at most 1 call, at most 77 bytes']);
  expect(memberLines('budget', request, 'de')).toEqual(['höchstens 1 Aufruf, höchstens 77 Bytes']);
  expect(memberLines('unmasked', request, 'en')).toEqual(['The field iban is hidden.']);
  expect(memberLines('ticket', request, 'en')).toEqual([]);
  expect(memberLines('requesterFacts', request, 'en')).toEqual([]);
  expect(memberLines('ticket', { ...request, texts: { ticket: '4711' } }, 'en')).toEqual(['4711']);
});
