import type Database from 'better-sqlite3';
import { generateRows, type TenantRows } from './seed/generate.js';

/** Add one when the tables change. A file of another version is refused, never rebuilt silently. */
const SCHEMA_VERSION = 1;

const TABLES = `
create table tenants (slug text primary key, name text not null, currency text not null) strict;
create table customers (
  tenant text not null references tenants, number integer not null, id text not null,
  name text not null, contact text not null, email text not null, city text not null, country text not null,
  plan text not null, since text not null,
  primary key (tenant, id)
) strict;
create table invoices (
  tenant text not null, number integer not null, id text not null, customer text not null,
  status text not null check (status in ('draft', 'open', 'paid', 'overdue', 'void')),
  totalCents integer not null, issuedOn text not null, dueOn text not null, paidOn text, note text,
  lines text not null,
  primary key (tenant, id), foreign key (tenant, customer) references customers (tenant, id)
) strict;
create index invoices_by_number on invoices (tenant, number);
create index invoices_by_status on invoices (tenant, status, number);
create table payroll (
  tenant text not null references tenants, number integer not null, id text not null,
  employee text not null, title text not null, department text not null, month text not null,
  grossCents integer not null, netCents integer not null,
  primary key (tenant, id)
) strict;
create index payroll_by_month on payroll (tenant, month, number);
`;

/** Makes and fills the tables of an empty file, in one transaction. A filled file stays as it is. */
export function prepareTables(db: Database.Database): void {
  db.transaction(() => {
    const version = db.pragma('user_version', { simple: true });
    if (version === SCHEMA_VERSION) return;
    if (version !== 0) {
      throw new Error(`the demo data file has schema version ${String(version)}, this is ${SCHEMA_VERSION}`);
    }
    db.exec(TABLES);
    for (const rows of generateRows()) insertTenant(db, rows);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  }).immediate();
}

function insertTenant(db: Database.Database, rows: TenantRows): void {
  const tenant = rows.tenant.slug;
  db.prepare('insert into tenants values (@slug, @name, @currency)').run(rows.tenant);
  const customer = db.prepare(
    'insert into customers values (@tenant, @number, @id, @name, @contact, @email, @city, @country, @plan, @since)',
  );
  const invoice = db.prepare(
    `insert into invoices values (@tenant, @number, @id, @customer, @status, @totalCents, @issuedOn, @dueOn,
     @paidOn, @note, @lines)`,
  );
  const pay = db.prepare(
    `insert into payroll values (@tenant, @number, @id, @employee, @title, @department, @month, @grossCents,
     @netCents)`,
  );
  rows.customers.forEach((row, number) => {
    customer.run({ ...row, tenant, number });
  });
  rows.invoices.forEach((row, number) => {
    invoice.run({ ...row, tenant, number, lines: JSON.stringify(row.lines) });
  });
  rows.payroll.forEach((row, number) => {
    pay.run({ ...row, tenant, number });
  });
}
