import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { DemoStore } from './demo-store.js';

describe('the demo store', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'demo-store-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test('keeps changes when it is opened again, and seeds once', () => {
    const file = join(folder, 'demo-service.db');
    const first = new DemoStore(file);
    first.changeInvoice('acme', 'inv-1001', { note: 'kept' }, '2026-11-24');
    first.close();
    const second = new DemoStore(file);
    expect(second.invoice('acme', 'inv-1001')?.note).toBe('kept');
    expect(second.invoices('acme', 1).total).toBe(1400);
    second.close();
  });

  test('refuses a file of another schema version', () => {
    const file = join(folder, 'demo-service.db');
    const db = new Database(file);
    db.pragma('user_version = 99');
    db.close();
    expect(() => new DemoStore(file)).toThrow('schema version 99');
  });
});
