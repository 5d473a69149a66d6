import { toInstant } from '@countersign/contract';
import { AccessError } from '../../errors.js';
import type { EventDraft, TenantUnit } from '../../ports/index.js';
import { endIfExhausted } from '../grants/lease-budget.js';
import { notifyUse } from '../grants/notify-use.js';
import { DEPLOYMENT } from '../log/read-log.js';
import type { Deps } from '../shared/deps.js';
import { type IncomingRecord, leafOf, type RecordBatch } from './incoming-record.js';
import { IngestedCalls } from './ingested-calls.js';
import { type IngestedChain, IngestedChains } from './ingested-chains.js';

/**
 * Ingests batches of gateways' records, each record exactly once. A record at or below its chain's cursor was ingested
 * before and is skipped. A gap, a record that does not continue its chain, an invalid signature, and the outcome of a call
 * that belongs to another boot or has ended are events of their own.
 *
 * Leaf, record and cursor commit together, in one unit of work for each tenant, because a unit costs far more than a record.
 * If this throws, the records of some tenants may be stored; sending the same batch again is safe.
 *
 * @returns for each batch and tenant, the last ingested number; the gateway may delete its records up to there
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
    const held = await deps.store.forTenant(tenant, (unit) => ingestOfTenant(deps, unit, own));
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

async function ingestOfTenant(
  deps: Deps,
  unit: TenantUnit,
  batches: readonly RecordBatch[],
): Promise<number[]> {
  const chains = await IngestedChains.begin(unit, batches);
  const fresh = batches.map((batch) => newer(batch, chains.of(batch).seq));
  const calls = await IngestedCalls.begin(unit, endedBefore(fresh.flat()));
  const now = deps.clock.now().toISOString();
  const leaves = batches.flatMap((batch, index) =>
    ingestNew(chains.of(batch), fresh[index] ?? [], calls, now),
  );
  await unit.log.appendAll(leaves);
  await calls.store(unit);
  await notifyUse(unit, calls.addedByGrant(), toInstant(new Date(now)));
  for (const grant of await unit.leases.addUse(calls.leaseUses())) await endIfExhausted(deps, unit, grant);
  await chains.store(unit, now);
  return batches.map((batch) => chains.of(batch).seq);
}

const newer = ({ records }: RecordBatch, after: number): IncomingRecord[] =>
  records.filter(({ seq }) => seq > after).sort((a, b) => a.seq - b.seq);

/** Advances the chain over new records, in order. @returns their leaves */
function ingestNew(
  chain: IngestedChain,
  records: readonly IncomingRecord[],
  calls: IngestedCalls,
  now: string,
): EventDraft[] {
  const { gateway, boot } = chain;
  const leaves: EventDraft[] = [];
  const report = (type: string, data: object) =>
    leaves.push({ type, at: now, actor: gateway, data: { gateway, boot, ...data } });
  for (const record of records) {
    // The same number twice in one batch.
    if (record.seq <= chain.seq) continue;
    if (chain.isClosed) report('gateway.returned', { after: chain.seq });
    if (record.seq !== chain.seq + 1) report('gateway.gap', { after: chain.seq, at: record.seq });
    else if (record.prev !== chain.hash) report('gateway.mismatch', { at: record.seq, reason: 'prev' });
    chain.moveTo(record);
    if ('signature' in record && !record.signed) {
      report('gateway.mismatch', { at: record.seq, reason: 'signature' });
      continue;
    }
    if (record.kind === 'outcome' && !calls.mayEnd(record.id, chain)) {
      report('gateway.mismatch', { at: record.seq, reason: 'outcome', record: record.id });
      continue;
    }
    leaves.push({ at: record.at, actor: gateway, ...leafOf(gateway, boot, record, calls) });
    if (record.kind === 'head' || record.kind === 'counters') chain.signHead(record);
  }
  return leaves;
}

/** Calls that end in these records and began in earlier ones. */
function endedBefore(records: readonly IncomingRecord[]): string[] {
  const ended = new Set(records.flatMap((record) => (record.kind === 'outcome' ? [record.id] : [])));
  for (const record of records) if (record.kind === 'allowed') ended.delete(record.view.id);
  return [...ended];
}
