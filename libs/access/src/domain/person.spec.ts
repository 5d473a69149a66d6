import fc from 'fast-check';
import { normaliseEmail } from './person.js';

test.each([
  [' Erin@Northwind.Example ', 'erin@northwind.example'],
  ['erin+ops@northwind.example', 'erin@northwind.example'],
  ['erin+a+b@northwind.example', 'erin@northwind.example'],
  ['e\u0301va@x.example', '\u00e9va@x.example'],
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
])('%j is no address', (text) => {
  expect(normaliseEmail(text)).toBeUndefined();
});

test('normalising twice is normalising once', () => {
  fc.assert(
    fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'grapheme' })), (text) => {
      const once = normaliseEmail(text);
      if (once !== undefined) expect(normaliseEmail(once)).toBe(once);
    }),
  );
});
