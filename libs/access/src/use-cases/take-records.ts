import { type Opening, toInstant } from '@countersign/scope';
import { AccessError } from '../errors.js';
import type { AccessRecordView, ChainVouch, EventDraft, RecordOutcome } from '../ports/repositories.js';
import type { TenantUnit } from '../ports/store.js';
import type { Deps } from './deps.js';
import { endIfExhausted } from './lease-budget.js';
import { DEPLOYMENT } from './queries.js';
import { leafOf } from './record-leaf.js';
import { TakenCalls } from './taken-calls.js';
import { tellUse } from './tell-use.js';

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
  | ({ kind: 'counters'; counts: readonly object[] } & Vouched)
  | ({ kind: 'head' } & Vouched)
);

/** What the gateway's identity signed; `signed` where the signature is that of its registered key. */
type Vouched = { id: string; signature: string; signed: boolean };

/**
 * Takes a batch of a gateway's records, each exactly once: what is at or below the chain's cursor was taken
 * before and is skipped; a gap, a record that does not continue the chain, a signature that is not the gateway's, and
 * an outcome of a call that is not this boot's or has ended are events of their own. Leaf, record and cursor commit together, one unit of work a tenant.
 *
 * @returns per tenant the last number taken, which the gateway may forget up to
 * @throws AccessError `invalid_request` where a tenant is unknown
 */
export async function takeRecords(
  deps: Deps,
  gateway: string,
  boot: string,
  records: readonly IncomingRecord[],
): Promise<Record<string, number>> {
  const byTenant = new Map<string, IncomingRecord[]>();
  for (const record of records) {
    const own = byTenant.get(record.tenant);
    if (own === undefined) byTenant.set(record.tenant, [record]);
    else own.push(record);
  }
  await refuseUnknownTenants(deps, [...byTenant.keys()]);
  const accepted: Record<string, number> = {};
  for (const [tenant, own] of byTenant)
    accepted[tenant] = await deps.store.forTenant(tenant, (unit) =>
      takeOfTenant(deps, unit, gateway, boot, own),
    );
  return accepted;
}

async function refuseUnknownTenants(deps: Deps, tenants: readonly string[]): Promise<void> {
  await deps.store.readAsVendor(async (unit) => {
    for (const slug of tenants)
      if (slug !== DEPLOYMENT && !(await unit.knowsTenant(slug)))
        throw new AccessError('invalid_request', `There is no tenant “${slug}”.`, { pointer: '/entries' });
  });
}

async function takeOfTenant(
  deps: Deps,
  unit: TenantUnit,
  gateway: string,
  boot: string,
  records: readonly IncomingRecord[],
): Promise<number> {
  const from = await unit.records.cursor(gateway, boot);
  let cursor: { seq: number; hash: string | null; head?: ChainVouch } = {
    seq: from?.seq ?? 0,
    hash: from?.hash ?? null,
  };
  const fresh = records.filter(({ seq }) => seq > cursor.seq).sort((a, b) => a.seq - b.seq);
  const calls = await TakenCalls.begin(unit, { gateway, boot }, endedBefore(fresh));
  const leaves: EventDraft[] = [];
  const now = deps.clock.now().toISOString();
  const tell = (type: string, data: object) =>
    leaves.push({ type, at: now, actor: gateway, data: { gateway, boot, ...data } });
  for (const record of fresh) {
    // A number that comes twice in one batch.
    if (record.seq === cursor.seq) continue;
    if (from?.closedAt != null && cursor.seq === from.seq) tell('gateway.returned', { after: from.seq });
    if (record.seq !== cursor.seq + 1) tell('gateway.gap', { after: cursor.seq, at: record.seq });
    else if (record.prev !== cursor.hash) tell('gateway.mismatch', { at: record.seq, reason: 'prev' });
    cursor = { ...cursor, seq: record.seq, hash: record.hash };
    if ('signature' in record && !record.signed) {
      tell('gateway.mismatch', { at: record.seq, reason: 'signature' });
      continue;
    }
    if (record.kind === 'outcome' && !calls.mayEnd(record.id)) {
      tell('gateway.mismatch', { at: record.seq, reason: 'outcome', record: record.id });
      continue;
    }
    leaves.push({ at: record.at, actor: gateway, ...leafOf(gateway, boot, record, calls) });
    if (record.kind === 'head' || record.kind === 'counters')
      cursor.head = { seq: record.seq, hash: record.hash, at: record.at, signature: record.signature };
  }
  await unit.log.appendAll(leaves);
  await calls.store(unit);
  await tellUse(unit, calls.brought(), toInstant(new Date(now)));
  for (const [grant, use] of calls.use)
    if (await unit.leases.addUse(grant, gateway, boot, use)) await endIfExhausted(deps, unit, grant);
  const { seq, hash, head } = cursor;
  if (hash !== null && seq !== (from?.seq ?? 0)) {
    const to = { seq, hash, ...(head === undefined ? {} : { head }) };
    await unit.records.moveCursor(gateway, boot, to, now);
  }
  return cursor.seq;
}

/** Calls that end here and did not begin here. */
function endedBefore(records: readonly IncomingRecord[]): string[] {
  const ended = new Set(records.flatMap((record) => (record.kind === 'outcome' ? [record.id] : [])));
  for (const record of records) if (record.kind === 'allowed') ended.delete(record.view.id);
  return [...ended];
}
