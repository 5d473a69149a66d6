import { compareCountry, countryOf } from './places.js';

const OWN = [{ country: 'AT', networks: ['198.51.100.0/24'] }];
const VENDORS = [
  { country: 'DE', networks: ['203.0.113.0/24', '2001:db8::/32'] },
  { country: 'FR', networks: ['203.0.113.128/25', '198.51.100.0/24'] },
];

test.each([
  ['the most specific network counts', '203.0.113.200', 'FR'],
  ['the wider network has the rest', '203.0.113.127', 'DE'],
  ['the customer’s list counts before the vendor’s', '198.51.100.9', 'AT'],
  ['IPv6', '2001:db8::9', 'DE'],
  ['no list names it', '192.0.2.1', null],
  ['no address', 'unknown', null],
])('%s', (_what, address, country) => expect(countryOf([OWN, VENDORS], address)).toBe(country));

test('without a list or an address no country is known', () => {
  expect([countryOf([], '203.0.113.1'), countryOf([VENDORS], null)]).toEqual([null, null]);
});

test.each([
  ['DE', 'DE', 'stated-country'],
  ['DE', 'FR', 'other-country'],
  ['DE', null, 'unknown-country'],
  [undefined, 'DE', 'unknown-country'],
])('stated %s, seen %s: %s', (stated, seen, expected) => {
  const facts = stated === undefined ? undefined : { country: { value: stated, verified: false } };
  expect(compareCountry(facts, seen)).toBe(expected);
});
