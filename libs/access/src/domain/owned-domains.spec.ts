import { isForeignAddress, type OwnedDomain, ownerOfAddress, readDomain } from './owned-domains.js';

const OWNED: OwnedDomain[] = [
  { domain: 'vendor.example', tenant: null },
  { domain: 'acme.vendor.example', tenant: 'acme' },
  { domain: 'acme.example', tenant: 'acme' },
];

test.each([
  ['a@vendor.example', null],
  ['a@eu.vendor.example', null],
  ['a@acme.vendor.example', 'acme'],
  ['a@x.acme.vendor.example', 'acme'],
  ['a@notvendor.example', undefined],
  ['a@vendor.example.evil.example', undefined],
  ['a@example', undefined],
])('%s belongs to %s', (email, tenant) => {
  expect(ownerOfAddress(OWNED, { email })).toBe(tenant);
});

test('an address of no one’s domain is foreign to no side', () => {
  for (const side of [null, 'acme', 'globex'])
    expect(isForeignAddress(OWNED, { email: 'a@mail.test' }, side)).toBe(false);
  expect(isForeignAddress(OWNED, { email: 'a@acme.example' }, null)).toBe(true);
  expect(isForeignAddress(OWNED, { email: 'a@acme.example' }, 'acme')).toBe(false);
});

test.each([
  ['Acme.Example', 'acme.example'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['localhost', undefined],
  ['acme.example.', undefined],
  ['a@acme.example', undefined],
  ['', undefined],
  ['*.acme.example', undefined],
])('the domain of %p is %p', (text, domain) => {
  expect(readDomain(text)).toBe(domain);
});
