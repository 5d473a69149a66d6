import { EVERYTHING, type IncomingRecord, ingestRecords } from '@countersign/access';
import { nodeHashing } from '@countersign/authorization';
import { commit, sha256Digest } from '@countersign/contract';
import { v7 } from 'uuid';
import { PreparedStore } from '../../test/support/prepared-store.js';
import type { Closing } from '../support/closing.js';
import { type BareConnection, type BenchEngine, ENGINES } from '../support/engines.js';
import { benchOrganisation } from '../support/organisation.js';
import { seconds } from '../support/rate.js';
import { type Family, median, type Row, rounded, times } from '../support/table.js';

const BATCH = 1_000;
const BATCHES = 24;
const WARM_UP = 4;

const TARGETS = { SQLite: '≥ 20,000/s', PostgreSQL: '≥ 15,000/s' };

/**
 * How fast a broker takes gateways' records: each batch one durable transaction with leaves, hashes and openings,
 * beside as many bare durable inserts of the same bytes into a table without an index.
 */
export const logAppend: Family = {
  name: 'log-append',
  async run(closing: Closing): Promise<Row[]> {
    const rows: Row[] = [];
    for (const engine of ENGINES) rows.push(...(await measure(engine, closing)));
    return rows;
  },
};

async function measure(engine: BenchEngine, closing: Closing): Promise<Row[]> {
  const url = await engine.database(closing);
  const store = await PreparedStore.at(url, benchOrganisation(1, 'http://127.0.0.1:9'));
  closing.add(() => store.close());
  const bare = await engine.connect(url);
  closing.add(() => bare.close());
  const before = await bytesOf(bare);
  await bare.run('CREATE TABLE bare (value text)');
  const chain = new Chain();
  const rounds: { ours: number; rival: number }[] = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const records = chain.next(BATCH);
    const ours = await seconds(() =>
      ingestRecords(store.host, [{ gateway: chain.gateway, boot: chain.boot, binding: EVERYTHING, records }]),
    );
    const texts = records.map((record) => JSON.stringify(record));
    const rival = await seconds(() => bare.insertTexts('bare', texts));
    rounds.push({ ours: BATCH / ours, rival: BATCH / rival });
  }
  const warm = rounds.slice(WARM_UP);
  await bare.run('DROP TABLE bare');
  const calls = (BATCH * BATCHES) / 2;
  const stored = ((await bytesOf(bare)) - before) / calls;
  const rates: Row = {
    what: `access records into the log, durable, ${engine.name}, batches of ${rounded(BATCH)}`,
    figure: `${rounded(median(warm.map(({ ours }) => ours)))}/s`,
    rival: 'bare batch insert of the same bytes',
    rivalFigure: `${rounded(median(warm.map(({ rival }) => rival)))}/s`,
    ratio: times(median(warm.map(({ ours, rival }) => ours / rival))),
    target: TARGETS[engine.name],
  };
  return [
    rates,
    {
      what: `storage of a call, ${engine.name}: two leaves with hashes, a record, an opening, and their indexes`,
      figure: `${rounded(stored)} bytes`,
      rival: '',
      rivalFigure: '',
      ratio: '',
      target: '',
    },
  ];
}

/** How large the database is, without pages that are free. */
async function bytesOf({ engine, all }: BareConnection): Promise<number> {
  const [row] =
    engine === 'sqlite'
      ? await all(
          'SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
        )
      : await all('SELECT pg_database_size(current_database()) AS bytes');
  return Number(row?.['bytes']);
}

/** Records of one gateway as the broker hands them to the domain: calls that were let through, and their outcomes. */
class Chain {
  readonly gateway = `gtw_${v7()}`;
  readonly boot = v7();
  private readonly grant = `grt_${v7()}`;
  private readonly person = `usr_${v7()}`;
  private seq = 0;
  private last: string | null = null;

  next(count: number): IncomingRecord[] {
    return Array.from({ length: count / 2 }, () => {
      const id = `rec_${v7()}`;
      return [this.allowed(id), this.outcome(id)];
    }).flat();
  }

  private place() {
    this.seq += 1;
    const hash = sha256Digest(nodeHashing, `record ${this.seq}`);
    const place = { tenant: 'acme', seq: this.seq, hash, prev: this.last, at: new Date().toISOString() };
    this.last = hash;
    return place;
  }

  private allowed(id: string): IncomingRecord {
    const place = this.place();
    const salt = new Uint8Array(32).fill(this.seq % 256);
    const path = `/tenants/acme/invoices/${this.seq}`;
    return {
      ...place,
      kind: 'allowed',
      path: {
        commitment: commit(nodeHashing, 'path', salt, path),
        opening: { value: path, salt: Buffer.from(salt).toString('base64url') },
      },
      view: {
        ...{ id, at: place.at, tenant: 'acme', grant: this.grant, digest: `sha256:${'0'.repeat(64)}` },
        ...{ request: `req_${v7()}`, service: 'billing', person: this.person, method: 'GET', path },
        ...{ route: '/tenants/{tenant}/invoices/{id}', resource: `invoices/${this.seq}`, action: 'read' },
        ...{
          decision: 'allowed',
          code: null,
          count: 1,
          mode: 'gateway' as const,
          droppedHeaders: [],
          trust: null,
          status: null,
        },
        ...{ bytes: null, bodySha256: null, durationMs: null, outcome: null },
        ...{ gateway: this.gateway, boot: this.boot, seq: place.seq },
      },
    };
  }

  private outcome(id: string): IncomingRecord {
    const outcome = {
      status: 200,
      bytes: 64,
      bodySha256: null,
      durationMs: 3,
      outcome: 'completed',
    } as const;
    return { ...this.place(), kind: 'outcome', id, outcome };
  }
}
