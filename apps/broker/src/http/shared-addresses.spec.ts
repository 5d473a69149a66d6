import { SharedAddresses } from './shared-addresses.js';

function watch(hasProxies: boolean) {
  const warnings: unknown[] = [];
  const shared = new SharedAddresses(hasProxies, {
    warn: (facts: unknown) => void warnings.push(facts),
  } as ConstructorParameters<typeof SharedAddresses>[1]);
  return { shared, warnings };
}
const signIns = (shared: SharedAddresses, address: string, count: number) => {
  for (let each = 0; each < count; each += 1) shared.note(address, `acme p${each}@acme.example`);
};

test('an address of many accounts is warned of once, and named', () => {
  const { shared, warnings } = watch(false);
  signIns(shared, '10.0.0.5', 19);
  signIns(shared, '192.0.2.1', 3);
  for (let again = 0; again < 50; again += 1) shared.note('10.0.0.5', 'acme p1@acme.example');
  expect([warnings, shared.list()]).toEqual([[], []]);
  signIns(shared, '10.0.0.5', 100);
  expect(warnings).toEqual([{ address: '10.0.0.5', accounts: 20 }]);
  expect(shared.list()).toEqual(['10.0.0.5']);
});

test('behind listed proxies every client has an address of its own, and many accounts are an office', () => {
  const { shared, warnings } = watch(true);
  signIns(shared, '203.0.113.9', 100);
  expect([warnings, shared.list()]).toEqual([[], []]);
});
