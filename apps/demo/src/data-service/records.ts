/** A tenant of the demo. Each bills in one currency. Slugs match the organisation file. */
export type Tenant = { slug: string; name: string; currency: string };

export const INVOICE_STATUSES = ['draft', 'open', 'paid', 'overdue', 'void'] as const;
export type InvoiceStatus = (typeof INVOICE_STATUSES)[number];

// Money is in whole minor units (cents, pence) of the tenant's currency. Dates are `YYYY-MM-DD`.

export type InvoiceLine = { description: string; quantity: number; unitCents: number };

export type InvoiceSummary = {
  id: string;
  customer: string;
  customerName: string;
  status: InvoiceStatus;
  currency: string;
  totalCents: number;
  issuedOn: string;
  dueOn: string;
  paidOn: string | null;
};

export type Invoice = InvoiceSummary & { note: string | null; lines: InvoiceLine[] };

export type Customer = {
  id: string;
  name: string;
  contact: string;
  email: string;
  city: string;
  country: string;
  plan: 'starter' | 'team' | 'business';
  since: string;
};

/** One person's pay for one month (`YYYY-MM`). */
export type PayrollRow = {
  id: string;
  employee: string;
  title: string;
  department: string;
  month: string;
  currency: string;
  grossCents: number;
  netCents: number;
};

export type Page<T> = { items: T[]; page: number; pages: number; total: number };

/** What a caller may change on an invoice. An absent member stays as it is. */
export type InvoiceChange = { status?: InvoiceStatus | undefined; note?: string | null | undefined };

/** Minor units as money for people: `1234500` and `EUR` give `€12,345.00`. */
export function formatMoney(cents: number, currency: string): string {
  return new Intl.NumberFormat('en-GB', { style: 'currency', currency }).format(cents / 100);
}
