import {
  INVOICE_STATUSES,
  type Invoice,
  type InvoiceStatus,
  type InvoiceSummary,
  type Page,
} from '../records.js';
import { day, money, statusBadge } from './format.js';
import { type Html, html } from './html.js';
import { filters, pager, table } from './table.js';

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
        { label: 'Total', amount: true, cell: (row) => money(row.totalCents, row.currency) },
      ],
      page.items,
    )}
    ${pager(page, { status })}`;
}

export function invoicePage(invoice: Invoice): Html {
  return html`<h1>${invoice.id} · ${money(invoice.totalCents, invoice.currency)}</h1>
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
        { label: 'What', cell: (line) => line.description },
        { label: 'Quantity', amount: true, cell: (line) => line.quantity },
        { label: 'Each', amount: true, cell: (line) => money(line.unitCents, invoice.currency) },
        {
          label: 'Together',
          amount: true,
          cell: (line) => money(line.quantity * line.unitCents, invoice.currency),
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
