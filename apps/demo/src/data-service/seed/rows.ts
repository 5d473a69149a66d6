import type { Customer, Invoice, InvoiceLine, InvoiceStatus, PayrollRow } from '../records.js';
import type { SeededRandom } from './random.js';
import { FAMILY, FIRM_FIRST, FIRM_TRADE, GIVEN, NOTES, PLACES, POSITIONS, WARES } from './words.js';

const DAY_MS = 86_400_000;

/** The calendar date `days` after `date` (both `YYYY-MM-DD`, UTC). */
function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The last day of the invented rows. It is fixed: a seed that reads the clock would not repeat. */
const LAST_DAY = '2026-11-20';

const PLANS: readonly [Customer['plan'], ...Customer['plan'][]] = ['starter', 'team', 'team', 'business'];

/** Firms with distinct names, numbered from `cus-101`. E-mail addresses end in `.example`, which no one can own. */
export function makeCustomers(random: SeededRandom, count: number): Customer[] {
  const taken = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const name = unusedName(random, taken);
    const contact = `${random.pick(GIVEN)} ${random.pick(FAMILY)}`;
    const place = random.pick(PLACES);
    return {
      id: `cus-${101 + index}`,
      name,
      contact,
      email: `${contact.toLowerCase().replaceAll(' ', '.')}@${name.toLowerCase().replaceAll(' ', '-')}.example`,
      city: place.city,
      country: place.country,
      plan: random.pick(PLANS),
      since: addDays('2021-01-04', random.between(0, 1_900)),
    };
  });
}

function unusedName(random: SeededRandom, taken: Set<string>): string {
  for (;;) {
    const name = `${random.pick(FIRM_FIRST)} ${random.pick(FIRM_TRADE)}`;
    if (!taken.has(name)) {
      taken.add(name);
      return name;
    }
  }
}

const FIRST_DAY = '2025-01-02';
const DAYS = 687;
const TERM_DAYS: readonly [number, ...number[]] = [14, 30, 30, 60];

/** Invoices from `inv-1001`, oldest first, spread evenly from the start of 2025 to the last known day. */
export function makeInvoices(
  random: SeededRandom,
  count: number,
  customers: Customer[],
  currency: string,
): Invoice[] {
  return Array.from({ length: count }, (_, index) => {
    const customer = customers[random.between(0, customers.length - 1)];
    if (customer === undefined) throw new Error('invoices need at least one customer to bill');
    const issuedOn = addDays(FIRST_DAY, Math.floor((index * DAYS) / count));
    const dueOn = addDays(issuedOn, random.pick(TERM_DAYS));
    const status = makeStatus(random, issuedOn, dueOn);
    const paidOn = status === 'paid' ? earliest(addDays(issuedOn, random.between(2, 45)), LAST_DAY) : null;
    const lines = makeLines(random);
    return {
      id: `inv-${1001 + index}`,
      customer: customer.id,
      customerName: customer.name,
      status,
      currency,
      totalCents: lines.reduce((sum, line) => sum + line.quantity * line.unitCents, 0),
      issuedOn,
      dueOn,
      paidOn,
      note: random.chance(12) ? random.pick(NOTES) : null,
      lines,
    };
  });
}

function makeStatus(random: SeededRandom, issuedOn: string, dueOn: string): InvoiceStatus {
  if (random.chance(2)) return 'void';
  if (dueOn < LAST_DAY) return random.chance(94) ? 'paid' : 'overdue';
  if (issuedOn > addDays(LAST_DAY, -4) && random.chance(60)) return 'draft';
  return random.chance(35) ? 'paid' : 'open';
}

function makeLines(random: SeededRandom): InvoiceLine[] {
  return Array.from({ length: random.between(1, 4) }, () => {
    const [description, low, high] = random.pick(WARES);
    return {
      description,
      quantity: random.between(1, 12),
      unitCents: random.between(low / 100, high / 100) * 100,
    };
  });
}

const earliest = (a: string, b: string) => (a < b ? a : b);

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
