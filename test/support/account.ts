import type { Hit } from '../fakes/counting-upstream.js';
import { eventually } from './eventually.js';
import { readLogsAt } from './log-reader.js';
import { listAll, type Place } from './story.js';

/** Where the records are: a site, or a cluster with one of its gateways. */
export type Recorded = Place & {
  /** The private listener of the gateway. */
  readonly gatewayAdminUrl: string;
  readonly store: { readonly url: string };
};

type ListedRecord = { id: string; outcome: string | null; status: number | null };

const SETTLE_MS = 30_000;

/** Every call from three sources: the upstream, the records and the log. */
export type Account = {
  hits: string[];
  records: ListedRecord[];
  /** `data.record` of the leaves `access.allowed` and `access.outcome`. */
  allowedLeaves: string[];
  outcomeLeaves: string[];
  gaps: number;
};

/**
 * Waits until the gateway has shipped every record, then reads the three sources, for calls in acme. A client gets its
 * answer a moment before the outcome is recorded, so this waits for missing outcomes. The sources are read one after the other,
 * so it also waits for records that only the later ones had.
 */
export async function takeAccount(site: Recorded, hits: readonly Hit[]): Promise<Account> {
  await recordsAtBroker(site);
  const end = performance.now() + SETTLE_MS;
  let account = await readAccount(site, hits);
  while (!isSettled(account) && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    account = await readAccount(site, hits);
  }
  return account;
}

function isSettled({ hits, records, allowedLeaves, outcomeLeaves }: Account): boolean {
  const allowed = new Set(allowedLeaves);
  const ended = new Set(outcomeLeaves);
  const listed = new Set(records.filter(({ outcome }) => outcome !== null).map(({ id }) => id));
  return (
    hits.every((record) => allowed.has(record)) &&
    allowedLeaves.every((record) => ended.has(record) && listed.has(record))
  );
}

async function readAccount(site: Recorded, hits: readonly Hit[]): Promise<Account> {
  const records = await listAll<ListedRecord>(
    site,
    'tenantAuditor',
    '/tenants/acme/access-records?decision=allowed',
  );
  const leaves = await readLogsAt(site.store.url);
  const recordsOf = (type: string) =>
    leaves.filter((leaf) => leaf.type === type).map((leaf) => String(leaf.data['record']));
  return {
    hits: hits.map(({ headers }) => String(headers['countersign-record'])),
    records,
    allowedLeaves: recordsOf('access.allowed'),
    outcomeLeaves: recordsOf('access.outcome'),
    gaps: leaves.filter(({ type }) => type === 'gateway.gap').length,
  };
}

/** Resolves when the gateway has no more records to ship. */
export async function recordsAtBroker({ gatewayAdminUrl }: { gatewayAdminUrl: string }): Promise<void> {
  await eventually(
    'every record is at the broker',
    async () => {
      const answer = await fetch(`${gatewayAdminUrl}/readyz`);
      const { spool } = (await answer.json()) as { spool: { backlog: number; shipped: boolean } };
      return spool.shipped && spool.backlog === 0;
    },
    60_000,
    50,
  );
}

/** The account in the terms of promise P5. Values that must be equal are next to each other. */
export function summary({ hits, records, allowedLeaves, outcomeLeaves, gaps }: Account) {
  const hit = new Set(hits);
  const ids = records.map(({ id }) => id);
  const known = new Set(ids);
  const unforwarded = records.filter(({ id }) => !hit.has(id));
  return {
    hitsTwice: hits.length - hit.size,
    hitsWithoutRecord: hits.filter((id) => !known.has(id)).length,
    recordsTwice: ids.length - known.size,
    /** Compares sorted ids: the leaves are exactly the records, and each has one outcome. */
    leavesAreRecords: same(ids, allowedLeaves),
    outcomesAreRecords: same(ids, outcomeLeaves),
    withoutOutcome: records.filter(({ outcome }) => outcome === null).length,
    /** Recorded but never forwarded: possible only if the gateway died in between. */
    unforwarded: unforwarded.length,
    unforwardedKnown: unforwarded.filter(({ outcome }) => outcome !== 'unknown').length,
    gaps,
  };
}

/** The summary if every call was forwarded once and recorded once, and no gateway died. */
export const ALL_RECORDED: ReturnType<typeof summary> = {
  hitsTwice: 0,
  hitsWithoutRecord: 0,
  recordsTwice: 0,
  leavesAreRecords: true,
  outcomesAreRecords: true,
  withoutOutcome: 0,
  unforwarded: 0,
  unforwardedKnown: 0,
  gaps: 0,
};

function same(left: readonly string[], right: readonly string[]): boolean {
  const sorted = [...right].sort();
  return left.length === right.length && [...left].sort().every((id, at) => id === sorted[at]);
}
