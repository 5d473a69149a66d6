import { createHash } from 'node:crypto';
import { generateRows } from './generate.js';

const digest = () => createHash('sha256').update(JSON.stringify(generateRows())).digest('hex');

describe('the seed', () => {
  test('makes the same bytes on every call and machine', () => {
    expect(digest()).toBe(digest());
    expect(digest()).toMatchInlineSnapshot(
      `"d7e895bb41c1d6e15a9126cdd280431974fe47adb99da7408747491ad3519c7d"`,
    );
  });

  test('makes a few thousand rows for three tenants', () => {
    const rows = generateRows();
    expect(rows.map((each) => each.tenant.slug)).toEqual(['acme', 'globex', 'initech']);
    const counts = rows.map((each) => [each.invoices.length, each.customers.length, each.payroll.length]);
    expect(counts).toEqual([
      [1400, 180, 288],
      [900, 120, 216],
      [500, 70, 144],
    ]);
  });

  test('numbers each tenant from the same first invoice, with other contents', () => {
    const first = generateRows().map((each) => each.invoices[0]!);
    expect(new Set(first.map((invoice) => invoice.id))).toEqual(new Set(['inv-1001']));
    expect(new Set(first.map((invoice) => JSON.stringify(invoice))).size).toBe(3);
  });

  test('makes rows that hold together', () => {
    for (const { customers, invoices, payroll } of generateRows()) {
      const ids = [...customers, ...invoices, ...payroll].map((row) => row.id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => !/^[A-Za-z0-9._~-]+$/.test(id))).toEqual([]);
      const known = new Set(customers.map((customer) => customer.id));
      const holdsTogether = ({
        customer,
        totalCents,
        issuedOn,
        dueOn,
        paidOn,
        status,
      }: (typeof invoices)[0]) =>
        known.has(customer) &&
        totalCents > 0 &&
        dueOn > issuedOn &&
        (paidOn !== null) === (status === 'paid');
      expect(invoices.filter((invoice) => !holdsTogether(invoice))).toEqual([]);
      expect(payroll.filter(({ netCents, grossCents }) => netCents >= grossCents)).toEqual([]);
    }
  });

  test('uses every status, so that each filter of the pages shows something', () => {
    for (const { invoices } of generateRows()) {
      expect(new Set(invoices.map((invoice) => invoice.status)).size).toBe(5);
    }
  });
});
