import type { IncomingMessage } from 'node:http';
import type { Html } from '../../pages/html.js';
import type { DemoStore } from '../demo-store.js';
import {
  customerPage,
  customersPage,
  invoicePage,
  invoicesPage,
  payrollPage,
  payrollRowPage,
} from '../pages/billing-pages.js';
import type { Tenant } from '../records.js';
import {
  customerQuery,
  invoiceQuery,
  noQuery,
  payrollQuery,
  readInvoiceChange,
  readJson,
  readQuery,
} from './input.js';
import { notFound, Problem } from './problem.js';

export type Call = {
  store: DemoStore;
  tenant: Tenant;
  id: string;
  query: URLSearchParams;
  request: IncomingMessage;
  /** `YYYY-MM-DD` */
  today: string;
};

/** One answer in two forms: JSON, and the page for a browser. `up` is the relative path to the tenant's folder. */
export type View = { title: string; json: unknown; body: Html; up: '' | '../' };

type Route = {
  method: 'GET' | 'PATCH';
  collection: string;
  item: boolean;
  handle: (call: Call) => View | Promise<View>;
};

/** Everything below `/tenants/{tenant}/`. Pages and programs use the same routes. */
export const ROUTES: Route[] = [
  { method: 'GET', collection: 'invoices', item: false, handle: listInvoices },
  { method: 'GET', collection: 'invoices', item: true, handle: readInvoice },
  { method: 'PATCH', collection: 'invoices', item: true, handle: changeInvoice },
  { method: 'GET', collection: 'customers', item: false, handle: listCustomers },
  { method: 'GET', collection: 'customers', item: true, handle: readCustomer },
  { method: 'GET', collection: 'payroll', item: false, handle: listPayroll },
  { method: 'GET', collection: 'payroll', item: true, handle: readPayrollRow },
];

/** The alphabet of resources (docs/contract.md, Resources and scope). A segment with other characters is not found. */
const SEGMENT = /^[A-Za-z0-9._~-]+$/;

/**
 * Finds the route of a call and runs it.
 * @throws Problem 404 for an unknown path, tenant or record; 405 for a method that the path does not have; the route's own
 */
export async function dispatch(
  store: DemoStore,
  request: IncomingMessage,
  url: URL,
  today: string,
): Promise<{ view: View; tenant: Tenant }> {
  const [root, slug = '', collection, id, ...rest] = url.pathname.slice(1).split('/');
  if (root !== 'tenants' || rest.length > 0 || !SEGMENT.test(slug)) throw notFound();
  if (id !== undefined && !SEGMENT.test(id)) throw notFound();
  const tenant = store.tenant(slug);
  const candidates = ROUTES.filter(
    (route) => route.collection === collection && route.item === (id !== undefined),
  );
  if (tenant === undefined || candidates.length === 0) throw notFound();
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const route = candidates.find((each) => each.method === method);
  if (route === undefined) throw methodNotAllowed(candidates.map((each) => each.method));
  const view = await route.handle({ store, tenant, id: id ?? '', query: url.searchParams, request, today });
  return { view, tenant };
}

export function methodNotAllowed(allowed: string[]): Problem {
  const allow = allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  return new Problem(405, 'method_not_allowed', `This path allows ${allow}.`, [], { allow });
}

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
