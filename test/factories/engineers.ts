import type { Organisation } from '@countersign/access';

/** The n-th engineer, for tests that need many of them. */
export const engineer = (index: number) => ({ email: `engineer-${index}@vendor.example`, tenant: null });

/** Adds this many engineers to the vendor's staff. */
export function addEngineers({ vendor }: Organisation, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const { email } = engineer(index);
    vendor.staff.push({ email, name: email, roles: ['engineer'] });
  }
}
