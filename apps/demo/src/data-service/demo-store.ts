import Database from 'better-sqlite3';
import type {
  Customer,
  Invoice,
  InvoiceChange,
  InvoiceLine,
  InvoiceStatus,
  InvoiceSummary,
  Page,
  PayrollRow,
  Tenant,
} from './records.js';
import { prepareTables } from './schema.js';

export const PAGE_SIZE = 50;

const INVOICE_COLUMNS = `i.id, i.customer, c.name as customerName, i.status, t.currency, i.totalCents, i.issuedOn,
  i.dueOn, i.paidOn`;
const INVOICE_TABLES = `invoices i join customers c on c.tenant = i.tenant and c.id = i.customer
  join tenants t on t.slug = i.tenant`;
const CUSTOMER_COLUMNS = 'id, name, contact, email, city, country, plan, since';
const PAYROLL_COLUMNS =
  'p.id, p.employee, p.title, p.department, p.month, t.currency, p.grossCents, p.netCents';

type InvoiceRow = Omit<Invoice, 'lines'> & { lines: string };
type Where = { sql: string; values: Record<string, string> };

/** The demo's rows in one SQLite file. Every query names its tenant; none reads across tenants. */
export class DemoStore {
  private readonly db: Database.Database;

  /** Opens `file` (`:memory:` for tests), and fills a new file with the seed's rows. */
  constructor(file: string) {
    this.db = new Database(file, { timeout: 5_000 });
    this.db.pragma('journal_mode = WAL');
    this.db.pragma('foreign_keys = ON');
    prepareTables(this.db);
  }

  tenants(): Tenant[] {
    return this.db.prepare<[], Tenant>('select slug, name, currency from tenants order by slug').all();
  }

  tenant(slug: string): Tenant | undefined {
    return this.db
      .prepare<[string], Tenant>('select slug, name, currency from tenants where slug = ?')
      .get(slug);
  }

  /** Newest first. A page past the end is empty. */
  invoices(tenant: string, page: number, status?: InvoiceStatus): Page<InvoiceSummary> {
    const where: Where = { sql: 'i.tenant = @tenant', values: { tenant } };
    if (status !== undefined) {
      where.sql += ' and i.status = @status';
      where.values['status'] = status;
    }
    return this.page<InvoiceSummary>(INVOICE_COLUMNS, INVOICE_TABLES, where, 'i.number desc', page);
  }

  invoice(tenant: string, id: string): Invoice | undefined {
    const row = this.db
      .prepare<[string, string], InvoiceRow>(
        `select ${INVOICE_COLUMNS}, i.note, i.lines from ${INVOICE_TABLES} where i.tenant = ? and i.id = ?`,
      )
      .get(tenant, id);
    return row === undefined ? undefined : { ...row, lines: JSON.parse(row.lines) as InvoiceLine[] };
  }

  /** Changes status and note. An invoice that becomes paid is paid on `today`. */
  changeInvoice(tenant: string, id: string, change: InvoiceChange, today: string): Invoice | undefined {
    return this.db
      .transaction(() => {
        const before = this.invoice(tenant, id);
        if (before === undefined) return undefined;
        const status = change.status ?? before.status;
        const note = change.note === undefined ? before.note : change.note;
        const paidOn = status === 'paid' ? (before.paidOn ?? today) : null;
        this.db
          .prepare('update invoices set status = ?, note = ?, paidOn = ? where tenant = ? and id = ?')
          .run(status, note, paidOn, tenant, id);
        return { ...before, status, note, paidOn };
      })
      .immediate();
  }

  customers(tenant: string, page: number): Page<Customer> {
    const where = { sql: 'tenant = @tenant', values: { tenant } };
    return this.page<Customer>(CUSTOMER_COLUMNS, 'customers', where, 'name, id', page);
  }

  customer(tenant: string, id: string): Customer | undefined {
    return this.db
      .prepare<[string, string], Customer>(
        `select ${CUSTOMER_COLUMNS} from customers where tenant = ? and id = ?`,
      )
      .get(tenant, id);
  }

  payroll(tenant: string, page: number, month?: string): Page<PayrollRow> {
    const where: Where = { sql: 'p.tenant = @tenant', values: { tenant } };
    if (month !== undefined) {
      where.sql += ' and p.month = @month';
      where.values['month'] = month;
    }
    const tables = 'payroll p join tenants t on t.slug = p.tenant';
    return this.page<PayrollRow>(PAYROLL_COLUMNS, tables, where, 'p.month desc, p.number', page);
  }

  payrollRow(tenant: string, id: string): PayrollRow | undefined {
    return this.db
      .prepare<[string, string], PayrollRow>(
        `select ${PAYROLL_COLUMNS} from payroll p join tenants t on t.slug = p.tenant
         where p.tenant = ? and p.id = ?`,
      )
      .get(tenant, id);
  }

  close(): void {
    this.db.close();
  }

  /** Columns, tables and order are constants of this file; values of callers are bound, never part of the SQL. */
  private page<T>(columns: string, tables: string, where: Where, order: string, page: number): Page<T> {
    const counted = this.db
      .prepare<[Record<string, string>], { total: number }>(
        `select count(*) as total from ${tables} where ${where.sql}`,
      )
      .get(where.values);
    const items = this.db
      .prepare<[Record<string, string | number>], T>(
        `select ${columns} from ${tables} where ${where.sql} order by ${order} limit @limit offset @offset`,
      )
      .all({ ...where.values, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE });
    const total = counted?.total ?? 0;
    return { items, page, pages: Math.max(1, Math.ceil(total / PAGE_SIZE)), total };
  }
}
