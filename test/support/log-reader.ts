import { encodeLeaf, type LeafV1, leafHash } from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import Database from 'better-sqlite3';
import { rowsAt } from './rows-at.js';

type Row = { tenant: string; seq: number; leaf: string; hash: string };

const ROWS = 'SELECT tenant, seq, leaf, hash FROM events ORDER BY tenant, seq';

/**
 * Reads every log of a SQLite store as an outsider would: recomputes the bytes and RFC 6962 hash of each leaf.
 * @throws Error if a log has a gap, a leaf is not canonical, or a stored hash does not match its leaf
 */
export function readLogs(databasePath: string): LeafV1[] {
  const database = new Database(databasePath, { readonly: true });
  try {
    return checkedLogs(database.prepare<[], Row>(ROWS).all());
  } finally {
    database.close();
  }
}

/** The same for a store on either engine, given its URL. */
export async function readLogsAt(url: string): Promise<LeafV1[]> {
  return checkedLogs(await rowsAt<Row>(url, ROWS));
}

function checkedLogs(rows: readonly Row[]): LeafV1[] {
  const next = new Map<string, number>();
  return rows.map((row) => {
    const expected = next.get(row.tenant) ?? 0;
    if (row.seq !== expected) throw new Error(`the log of ${row.tenant} has no leaf ${expected}`);
    next.set(row.tenant, expected + 1);
    return checkedLeaf(row);
  });
}

function checkedLeaf({ tenant, seq, leaf, hash }: Row): LeafV1 {
  const parsed = JSON.parse(leaf) as LeafV1;
  const bytes = encodeLeaf(parsed);
  const where = `leaf ${seq} of ${tenant}`;
  if (Buffer.from(bytes).toString('utf8') !== leaf) throw new Error(`${where} is not canonical`);
  if (parsed.tenant !== tenant || parsed.seq !== seq) throw new Error(`${where} says that it is another`);
  if (`sha256:${Buffer.from(leafHash(nodeHashing, bytes)).toString('hex')}` !== hash) {
    throw new Error(`${where} has another hash`);
  }
  return parsed;
}
