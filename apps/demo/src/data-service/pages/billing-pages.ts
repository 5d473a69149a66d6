import { type Html, html } from '../../pages/html.js';
import type { Problem } from '../http/problem.js';
import {
  type Customer,
  formatMoney,
  INVOICE_STATUSES,
  type Invoice,
  type InvoiceStatus,
  type InvoiceSummary,
  type Page,
  type PayrollRow,
  type Tenant,
} from '../records.js';
import { day, filters, monthName, pager, statusBadge, table } from './parts.js';

export function homePage(tenants: Tenant[]): Html {
  return html`<h1>Billing</h1>
    <p class="lead">The demo's data service. It has no sign-in: it answers calls that its gateway vouches for, and refuses
    all others. Open these pages through the gateway, from a grant.</p>
    <ul>${tenants.map((tenant) => html`<li><a href="tenants/${tenant.slug}/invoices">${tenant.name}</a></li>`)}</ul>`;
}

export function problemBody(problem: Problem): Html {
  return html`<h1>${problem.title}</h1><p>${problem.detail}</p><p class="soft"><code>${problem.code}</code></p>`;
}

export function invoicesPage(page: Page<InvoiceSummary>, status: InvoiceStatus | undefined): Html {
  return html`<h1>Invoices</h1>
    ${filters(
      'status',
      INVOICE_STATUSES.map((name) => [name, name]),
      status,
    )}
    ${table(
      [
        { label: 'Invoice', cell: (row) => html`<a href="invoices/${row.id}">${row.id}</a>` },
        {
          label: 'Customer',
          cell: (row) => html`<a href="customers/${row.customer}">${row.customerName}</a>`,
        },
        { label: 'Issued', cell: (row) => day(row.issuedOn) },
        { label: 'Due', cell: (row) => day(row.dueOn) },
        { label: 'Status', cell: (row) => statusBadge(row.status) },
        { label: 'Total', amount: true, cell: (row) => formatMoney(row.totalCents, row.currency) },
      ],
      page.items,
    )}
    ${pager(page, { status })}`;
}

export function invoicePage(invoice: Invoice): Html {
  return html`<h1>${invoice.id} · ${formatMoney(invoice.totalCents, invoice.currency)}</h1>
    <p>${statusBadge(invoice.status)}</p>
    <dl>
      <dt>Customer</dt><dd><a href="../customers/${invoice.customer}">${invoice.customerName}</a></dd>
      <dt>Issued</dt><dd>${day(invoice.issuedOn)}</dd>
      <dt>Due</dt><dd>${day(invoice.dueOn)}</dd>
      ${invoice.paidOn === null ? null : html`<dt>Paid</dt><dd>${day(invoice.paidOn)}</dd>`}
      ${invoice.note === null ? null : html`<dt>Note</dt><dd>${invoice.note}</dd>`}
    </dl>
    ${table(
      [
        { label: 'Item', cell: (line) => line.description },
        { label: 'Quantity', amount: true, cell: (line) => line.quantity },
        { label: 'Unit price', amount: true, cell: (line) => formatMoney(line.unitCents, invoice.currency) },
        {
          label: 'Total',
          amount: true,
          cell: (line) => formatMoney(line.quantity * line.unitCents, invoice.currency),
        },
      ],
      invoice.lines,
    )}
    <h2>Change</h2>
    <form data-patch>
      <label for="status">Status</label>
      <select id="status" name="status">${INVOICE_STATUSES.map((status) =>
        status === invoice.status
          ? html`<option selected>${status}</option>`
          : html`<option>${status}</option>`,
      )}</select>
      <label for="note">Note</label>
      <textarea id="note" name="note" rows="3" maxlength="500">${invoice.note}</textarea>
      <button type="submit">Save</button>
      <p role="status"></p>
    </form>`;
}

export function customersPage(page: Page<Customer>): Html {
  return html`<h1>Customers</h1>
    ${table(
      [
        { label: 'Name', cell: (row) => html`<a href="customers/${row.id}">${row.name}</a>` },
        { label: 'Contact', cell: (row) => row.contact },
        { label: 'City', cell: (row) => `${row.city}, ${row.country}` },
        { label: 'Plan', cell: (row) => row.plan },
        { label: 'Since', cell: (row) => day(row.since) },
      ],
      page.items,
    )}
    ${pager(page, {})}`;
}

export function customerPage(customer: Customer): Html {
  return html`<h1>${customer.name}</h1>
    <dl>
      <dt>Number</dt><dd>${customer.id}</dd>
      <dt>Contact</dt><dd>${customer.contact}</dd>
      <dt>E-mail</dt><dd>${customer.email}</dd>
      <dt>City</dt><dd>${customer.city}, ${customer.country}</dd>
      <dt>Plan</dt><dd>${customer.plan}</dd>
      <dt>Since</dt><dd>${day(customer.since)}</dd>
    </dl>`;
}

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
        { label: 'Gross', amount: true, cell: (row) => formatMoney(row.grossCents, row.currency) },
        { label: 'Net', amount: true, cell: (row) => formatMoney(row.netCents, row.currency) },
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
      <dt>Gross</dt><dd>${formatMoney(row.grossCents, row.currency)}</dd>
      <dt>Net</dt><dd>${formatMoney(row.netCents, row.currency)}</dd>
    </dl>`;
}
