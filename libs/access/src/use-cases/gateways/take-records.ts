import { type Opening, toInstant } from '@countersign/contract';
import { AccessError } from '../../errors.js';
import type {
  AccessRecordView,
  ChainName,
  EventDraft,
  RecordOutcome,
  TenantUnit,
} from '../../ports/index.js';
import { endIfExhausted } from '../grants/lease-budget.js';
import { notifyUse } from '../grants/tell-use.js';
import type { Deps } from '../shared/deps.js';
import { DEPLOYMENT } from '../shared/queries.js';
import { leafOf } from './record-leaf.js';
import { IngestedCalls } from './taken-calls.js';
import { type IngestedChain, IngestedChains } from './taken-chains.js';

/** One record of a gateway's chain, translated from its wire form. `hash` covers the record as the gateway wrote it. */
export type IncomingRecord = {
  tenant: string;
  seq: number;
  hash: string;
  prev: string | null;
  at: string;
} & (
  | {
      kind: 'allowed' | 'refused';
      view: AccessRecordView;
      path: { commitment: string; opening: Opening | null } | null;
    }
  | { kind: 'outcome'; id: string; outcome: Omit<RecordOutcome, 'id'> }
  | ({ kind: 'counters'; counts: readonly object[] } & SignedEntry)
  | ({ kind: 'head' } & SignedEntry)
);

/** What the gateway's identity signed; `signed` if the signature is that of its registered key. */
type SignedEntry = { id: string; signature: string; signed: boolean };

/** What one gateway hands over at once. */
export type RecordBatch = ChainName & { records: readonly IncomingRecord[] };

/**
 * Takes batches of gateways' records, each record exactly once: what is at or below its chain's cursor was taken
 * before and is skipped; a gap, a record that does not continue the chain, a signature that is not the gateway's, and
 * an outcome of a call that is not this boot's or has ended are events of their own. Leaf, record and cursor commit
 * together, one unit of work a tenant, however many gateways' batches there are: a unit costs far more than a record.
 * Where it throws, some of the tenants may have been taken; to hand over the same again is safe.
 *
 * @returns of each batch, per tenant, the last number taken, which the gateway may forget up to
 * @throws AccessError `invalid_request` if a tenant is unknown
 */
export async function ingestRecords(
  deps: Deps,
  batches: readonly RecordBatch[],
): Promise<Record<string, number>[]> {
  const accepted = batches.map((): Record<string, number> => ({}));
  const byTenant = new Map<string, Map<number, IncomingRecord[]>>();
  for (const [index, { records }] of batches.entries())
    for (const record of records) {
      const parts = entryOf(byTenant, record.tenant, () => new Map<number, IncomingRecord[]>());
      entryOf(parts, index, (): IncomingRecord[] => []).push(record);
    }
  await refuseUnknownTenants(deps, [...byTenant.keys()]);
  for (const [tenant, parts] of byTenant) {
    const own = [...parts].map(([index, records]) => ({ ...(batches[index] as RecordBatch), records }));
    const held = await deps.store.forTenant(tenant, (unit) => takeOfTenant(deps, unit, own));
    for (const [at, index] of [...parts.keys()].entries())
      (accepted[index] as Record<string, number>)[tenant] = held[at] as number;
  }
  return accepted;
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

async function refuseUnknownTenants(deps: Deps, tenants: readonly string[]): Promise<void> {
  await deps.store.directory.read(async (unit) => {
    for (const slug of tenants)
      if (slug !== DEPLOYMENT && !(await unit.organisation.knowsTenant(slug)))
        throw new AccessError('invalid_request', `There is no tenant “${slug}”.`, { pointer: '/entries' });
  });
}

async function takeOfTenant(
  deps: Deps,
  unit: TenantUnit,
  batches: readonly RecordBatch[],
): Promise<number[]> {
  const chains = await IngestedChains.begin(unit, batches);
  const fresh = batches.map((batch) => newer(batch, chains.of(batch).seq));
  const calls = await IngestedCalls.begin(unit, endedBefore(fresh.flat()));
  const now = deps.clock.now().toISOString();
  const leaves = batches.flatMap((batch, index) =>
    takeFresh(chains.of(batch), fresh[index] ?? [], calls, now),
  );
  await unit.log.appendAll(leaves);
  await calls.store(unit);
  await notifyUse(unit, calls.brought(), toInstant(new Date(now)));
  for (const grant of await unit.leases.addUse(calls.leaseUses())) await endIfExhausted(deps, unit, grant);
  await chains.store(unit, now);
  return batches.map((batch) => chains.of(batch).seq);
}

const newer = ({ records }: RecordBatch, after: number): IncomingRecord[] =>
  records.filter(({ seq }) => seq > after).sort((a, b) => a.seq - b.seq);

/** Moves the chain on over records in their order. @returns what the log is told of them */
function takeFresh(
  chain: IngestedChain,
  records: readonly IncomingRecord[],
  calls: IngestedCalls,
  now: string,
): EventDraft[] {
  const { gateway, boot } = chain;
  const leaves: EventDraft[] = [];
  const tell = (type: string, data: object) =>
    leaves.push({ type, at: now, actor: gateway, data: { gateway, boot, ...data } });
  for (const record of records) {
    // A number that comes twice at once.
    if (record.seq <= chain.seq) continue;
    if (chain.isClosed) tell('gateway.returned', { after: chain.seq });
    if (record.seq !== chain.seq + 1) tell('gateway.gap', { after: chain.seq, at: record.seq });
    else if (record.prev !== chain.hash) tell('gateway.mismatch', { at: record.seq, reason: 'prev' });
    chain.moveTo(record);
    if ('signature' in record && !record.signed) {
      tell('gateway.mismatch', { at: record.seq, reason: 'signature' });
      continue;
    }
    if (record.kind === 'outcome' && !calls.mayEnd(record.id, chain)) {
      tell('gateway.mismatch', { at: record.seq, reason: 'outcome', record: record.id });
      continue;
    }
    leaves.push({ at: record.at, actor: gateway, ...leafOf(gateway, boot, record, calls) });
    if (record.kind === 'head' || record.kind === 'counters') chain.vouchedBy(record);
  }
  return leaves;
}

/** Calls that end here and did not begin here. */
function endedBefore(records: readonly IncomingRecord[]): string[] {
  const ended = new Set(records.flatMap((record) => (record.kind === 'outcome' ? [record.id] : [])));
  for (const record of records) if (record.kind === 'allowed') ended.delete(record.view.id);
  return [...ended];
}
