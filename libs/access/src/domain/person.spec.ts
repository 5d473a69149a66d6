import fc from 'fast-check';
import { exactEmail, normaliseEmail, readAddress } from './person.js';

test.each([
  [' Erin@Northwind.Example ', 'erin@northwind.example'],
  ['erin+ops@northwind.example', 'erin@northwind.example'],
  ['erin+a+b@northwind.example', 'erin@northwind.example'],
  ['e\u0301va@x.example', '\u00e9va@x.example'],
  ['eva@bücher.example', 'eva@xn--bcher-kva.example'],
  ['eva@BU\u0308CHER.example', 'eva@xn--bcher-kva.example'],
  ['eva+ops@XN--bcher-KVA.example', 'eva@xn--bcher-kva.example'],
])('%j and %j are one person', (written, normal) => {
  expect(normaliseEmail(written)).toBe(normal);
});

test.each([
  '',
  'erin',
  '@x',
  'x@',
  '+a@x.example',
  'a b@x.example',
  'a@b@c d',
  '<a@x>',
  'a,b@x.example',
  'ｅrin@x.example',
  'er\u200bin@x.example',
  'er\u00adin@x.example',
  'erin@x.example.',
  'erin@xn--.example',
  'erin+<eve@evil.example>,x@x.example',
  'erin+a b@x.example',
  'erin+\u202ea@x.example',
  'erin@x/é.example',
  'erin@é%41.example',
])('%j is no address', (text) => {
  expect(normaliseEmail(text)).toBeUndefined();
});

test('P2: who has a mailbox of an internationalised domain is one person, in both spellings that DNS knows', () => {
  expect(readAddress('Eva+ops@bücher.example')).toEqual({
    email: 'eva@xn--bcher-kva.example',
    address: 'eva+ops@xn--bcher-kva.example',
  });
  expect(exactEmail('eva@bücher.example')).toBe(exactEmail('eva@xn--bcher-kva.example'));
});

test('normalising twice is normalising once', () => {
  fc.assert(
    fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'grapheme' })), (text) => {
      const once = normaliseEmail(text);
      if (once !== undefined) expect(normaliseEmail(once)).toBe(once);
    }),
  );
});
