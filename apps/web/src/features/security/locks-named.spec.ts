import { locksNamed } from './locks-named.js';

const lock = (
  kind: 'tenant' | 'person' | 'service' | 'grant',
  name: string,
  tenant: string | null = null,
) => ({
  ...{ kind, name, tenant },
});
const locks = [
  lock('tenant', 'acme'),
  lock('person', 'usr_1'),
  lock('service', 'billing'),
  lock('service', 'payroll', 'acme'),
];
const named = (choice: Parameters<typeof locksNamed>[1]) => locksNamed(locks, choice).map(({ name }) => name);

test('shows every lock, or those of the customer, service or person that the address names', () => {
  expect(named({})).toEqual(['acme', 'usr_1', 'billing', 'payroll']);
  expect(named({ tenant: 'acme' })).toEqual(['acme', 'payroll']);
  expect(named({ person: 'usr_1', service: 'billing' })).toEqual(['usr_1', 'billing']);
  expect(named({ tenant: 'globex' })).toEqual([]);
});
