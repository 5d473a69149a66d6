import type { Customer, Page } from '../records.js';
import { day } from './format.js';
import { type Html, html } from './html.js';
import { pager, table } from './table.js';

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
