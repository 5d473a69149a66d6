import type { IncomingMessage } from 'node:http';
import { customerPage, customersPage } from '../pages/customers.js';
import type { Html } from '../pages/html.js';
import { invoicePage, invoicesPage } from '../pages/invoices.js';
import { payrollPage, payrollRowPage } from '../pages/payroll.js';
import type { Tenant } from '../records.js';
import type { DemoStore } from '../store/demo-store.js';
import { customerQuery, invoiceQuery, noQuery, payrollQuery, readInvoiceChange, readQuery } from './input.js';
import { notFound } from './problem.js';
import { readJson } from './read-json.js';

export type Call = {
  store: DemoStore;
  tenant: Tenant;
  id: string;
  query: URLSearchParams;
  request: IncomingMessage;
  /** `YYYY-MM-DD` */
  today: string;
};

/** One thing, told twice: as JSON, and as the page that a browser gets. `up` leads to the tenant's folder. */
export type View = { title: string; json: unknown; body: Html; up: '' | '../' };

type Route = {
  method: 'GET' | 'PATCH';
  collection: string;
  item: boolean;
  handle: (call: Call) => View | Promise<View>;
};

/** All that this service answers below `/tenants/{tenant}/`. Pages and programs use the very same routes. */
export const ROUTES: Route[] = [
  { method: 'GET', collection: 'invoices', item: false, handle: listInvoices },
  { method: 'GET', collection: 'invoices', item: true, handle: readInvoice },
  { method: 'PATCH', collection: 'invoices', item: true, handle: changeInvoice },
  { method: 'GET', collection: 'customers', item: false, handle: listCustomers },
  { method: 'GET', collection: 'customers', item: true, handle: readCustomer },
  { method: 'GET', collection: 'payroll', item: false, handle: listPayroll },
  { method: 'GET', collection: 'payroll', item: true, handle: readPayrollRow },
];

function listInvoices({ store, tenant, query }: Call): View {
  const { page, status } = readQuery(invoiceQuery, query);
  const json = store.invoices(tenant.slug, page, status);
  return { title: 'Invoices', json, body: invoicesPage(json, status), up: '' };
}

function readInvoice({ store, tenant, id, query }: Call): View {
  readQuery(noQuery, query);
  const json = found(store.invoice(tenant.slug, id));
  return { title: json.id, json, body: invoicePage(json), up: '../' };
}

async function changeInvoice({ store, tenant, id, query, request, today }: Call): Promise<View> {
  readQuery(noQuery, query);
  const change = readInvoiceChange(await readJson(request));
  const json = found(store.changeInvoice(tenant.slug, id, change, today));
  return { title: json.id, json, body: invoicePage(json), up: '../' };
}

function listCustomers({ store, tenant, query }: Call): View {
  const { page } = readQuery(customerQuery, query);
  const json = store.customers(tenant.slug, page);
  return { title: 'Customers', json, body: customersPage(json), up: '' };
}

function readCustomer({ store, tenant, id, query }: Call): View {
  readQuery(noQuery, query);
  const json = found(store.customer(tenant.slug, id));
  return { title: json.name, json, body: customerPage(json), up: '../' };
}

function listPayroll({ store, tenant, query }: Call): View {
  const { page, month } = readQuery(payrollQuery, query);
  const json = store.payroll(tenant.slug, page, month);
  return { title: 'Payroll', json, body: payrollPage(json, month), up: '' };
}

function readPayrollRow({ store, tenant, id, query }: Call): View {
  readQuery(noQuery, query);
  const json = found(store.payrollRow(tenant.slug, id));
  return { title: json.employee, json, body: payrollRowPage(json), up: '../' };
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw notFound();
  return value;
}
