import type { PayrollRow } from '../records.js';
import type { SeededRandom } from './random.js';
import { FAMILY, GIVEN, POSITIONS } from './words.js';

const MONTHS = ['2026-05', '2026-06', '2026-07', '2026-08', '2026-09', '2026-10'];

/** Six months of pay for each employee, numbered from `pay-1001`, month by month. */
export function makePayroll(random: SeededRandom, employees: number, currency: string): PayrollRow[] {
  const staff = Array.from({ length: employees }, () => {
    const [title, department, base] = random.pick(POSITIONS);
    return {
      employee: `${random.pick(GIVEN)} ${random.pick(FAMILY)}`,
      title,
      department,
      grossCents: base + random.between(-20, 60) * 1_000,
      taxPercent: random.between(22, 38),
    };
  });
  return MONTHS.flatMap((month, m) =>
    staff.map(({ taxPercent, ...person }, index) => ({
      id: `pay-${1001 + m * employees + index}`,
      ...person,
      month,
      currency,
      netCents: Math.round((person.grossCents * (100 - taxPercent)) / 100),
    })),
  );
}
