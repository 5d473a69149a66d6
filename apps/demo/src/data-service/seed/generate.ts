import type { Customer, Invoice, PayrollRow, Tenant } from '../records.js';
import { SeededRandom } from './random.js';
import { makeCustomers, makeInvoices, makePayroll } from './rows.js';

export type TenantRows = {
  tenant: Tenant;
  customers: Customer[];
  invoices: Invoice[];
  payroll: PayrollRow[];
};

type Plan = Tenant & { seed: number; customers: number; invoices: number; employees: number };

/** Each tenant has its own seed, so that changing the size of one leaves the rows of the others alone. */
const PLANS: Plan[] = [
  {
    slug: 'acme',
    name: 'Acme Corp',
    currency: 'USD',
    seed: 41_001,
    customers: 180,
    invoices: 1_400,
    employees: 48,
  },
  {
    slug: 'globex',
    name: 'Globex International',
    currency: 'EUR',
    seed: 41_002,
    customers: 120,
    invoices: 900,
    employees: 36,
  },
  {
    slug: 'initech',
    name: 'Initech Systems',
    currency: 'GBP',
    seed: 41_003,
    customers: 70,
    invoices: 500,
    employees: 24,
  },
];

/**
 * All rows of the demo, the same on every call and machine. Invoice numbers start at `inv-1001` for every tenant: as in
 * many real services, only the tenant in the path tells their data apart.
 */
export function generateRows(): TenantRows[] {
  return PLANS.map((plan) => {
    const random = new SeededRandom(plan.seed);
    const tenant = { slug: plan.slug, name: plan.name, currency: plan.currency };
    const customers = makeCustomers(random, plan.customers);
    const invoices = makeInvoices(random, plan.invoices, customers, plan.currency);
    const payroll = makePayroll(random, plan.employees, plan.currency);
    return { tenant, customers, invoices, payroll };
  });
}
