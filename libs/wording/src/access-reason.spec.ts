import { type AccessReasonCodes, accessReasonText } from './access-reason.js';

const none = { side: null, rule: null, why: null };

test.each<[AccessReasonCodes, string, string]>([
  [{ ...none, code: 'expired' }, 'The time is over.', 'Die Zeit ist abgelaufen.'],
  [
    { ...none, code: 'stopped_all', side: 'customer' },
    'The customer has stopped all access.',
    'Der Kunde hat jeden Zugriff gestoppt.',
  ],
  [
    { ...none, code: 'locked_tenant', side: 'vendor', why: 'An audit' },
    'The vendor has locked all access to this customer’s data: An audit',
    'Der Anbieter hat jeden Zugriff auf die Daten dieses Kunden gesperrt: An audit',
  ],
  [
    { code: 'paused', side: 'customer', rule: 'many', why: '600 calls' },
    'The customer’s rule “many” has paused this access: 600 calls',
    'Die Regel „many“ des Kunden hat diesen Zugriff angehalten: 600 calls',
  ],
])('%j in both languages', (reason, en, de) => {
  expect(accessReasonText(reason, 'en')).toBe(en);
  expect(accessReasonText(reason, 'de')).toBe(de);
});

test.each<[AccessReasonCodes, string, string]>([
  [
    { ...none, code: 'stopped_all', side: 'customer' },
    'Your organisation has stopped all access.',
    'Ihre Organisation hat jeden Zugriff gestoppt.',
  ],
  [
    { ...none, code: 'locked_tenant', side: 'vendor', why: 'An audit' },
    'The vendor has locked all access to your data: An audit',
    'Der Anbieter hat jeden Zugriff auf Ihre Daten gesperrt: An audit',
  ],
  [
    { code: 'paused', side: 'customer', rule: 'many', why: '600 calls' },
    'Your organisation’s rule “many” has paused this access: 600 calls',
    'Die Regel „many“ Ihrer Organisation hat diesen Zugriff angehalten: 600 calls',
  ],
])('%j as the customer reads it', (reason, en, de) => {
  expect(accessReasonText(reason, 'en', 'customer')).toBe(en);
  expect(accessReasonText(reason, 'de', 'customer')).toBe(de);
});
