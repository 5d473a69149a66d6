import type { Customer, Invoice, InvoiceLine, InvoiceStatus } from '../records.js';
import { addDays, LAST_DAY } from './dates.js';
import type { SeededRandom } from './random.js';
import { NOTES, WARES } from './words.js';

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
