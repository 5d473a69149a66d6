import type { Organisation } from '@countersign/access';

/** The n-th of many engineers, as tests that need a crowd have them. */
export const engineer = (index: number) => ({ email: `engineer-${index}@vendor.example`, tenant: null });

/** So many engineers on the vendor's staff. */
export function addEngineers({ vendor }: Organisation, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const { email } = engineer(index);
    vendor.staff.push({ email, name: email, roles: ['engineer'] });
  }
}
