import type { Page, PayrollRow } from '../records.js';
import { money, monthName } from './format.js';
import { type Html, html } from './html.js';
import { filters, pager, table } from './table.js';

const MONTHS = ['2026-10', '2026-09', '2026-08', '2026-07', '2026-06', '2026-05'];

export function payrollPage(page: Page<PayrollRow>, month: string | undefined): Html {
  return html`<h1>Payroll</h1>
    ${filters(
      'month',
      MONTHS.map((name) => [name, monthName(name)]),
      month,
    )}
    ${table(
      [
        { label: 'Month', cell: (row) => monthName(row.month) },
        { label: 'Employee', cell: (row) => html`<a href="payroll/${row.id}">${row.employee}</a>` },
        { label: 'Title', cell: (row) => row.title },
        { label: 'Gross', amount: true, cell: (row) => money(row.grossCents, row.currency) },
        { label: 'Net', amount: true, cell: (row) => money(row.netCents, row.currency) },
      ],
      page.items,
    )}
    ${pager(page, { month })}`;
}

export function payrollRowPage(row: PayrollRow): Html {
  return html`<h1>${row.employee}</h1>
    <dl>
      <dt>Month</dt><dd>${monthName(row.month)}</dd>
      <dt>Title</dt><dd>${row.title}</dd>
      <dt>Department</dt><dd>${row.department}</dd>
      <dt>Gross</dt><dd>${money(row.grossCents, row.currency)}</dd>
      <dt>Net</dt><dd>${money(row.netCents, row.currency)}</dd>
    </dl>`;
}
