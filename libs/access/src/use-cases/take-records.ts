import type { Opening } from '@countersign/scope';
import { AccessError } from '../errors.js';
import type { AccessRecordView, EventDraft, RecordOutcome } from '../ports/repositories.js';
import type { TenantUnit } from '../ports/store.js';
import type { Deps } from './deps.js';
import { DEPLOYMENT } from './queries.js';
import { TakenCalls } from './taken-calls.js';

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
  | { kind: 'counters'; data: Record<string, unknown> }
);

/**
 * Takes a batch of a gateway's records, each exactly once: what is at or below the chain's cursor was taken
 * before and is skipped; a gap, or a record that does not continue the chain, is an event of its own. Leaf,
 * record and cursor commit together, one unit of work a tenant.
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
  let cursor = from ?? { seq: 0, hash: null as string | null };
  const fresh = records.filter(({ seq }) => seq > cursor.seq).sort((a, b) => a.seq - b.seq);
  const calls = await TakenCalls.begin(unit, endedBefore(fresh));
  const leaves: EventDraft[] = [];
  for (const record of fresh) {
    if (record.seq === cursor.seq) continue;
    if (record.seq !== cursor.seq + 1 || record.prev !== cursor.hash)
      leaves.push({
        type: 'gateway.gap',
        at: deps.clock.now().toISOString(),
        actor: gateway,
        data: { gateway, boot, after: cursor.seq, at: record.seq },
      });
    leaves.push({ at: record.at, actor: gateway, ...leafOf(gateway, boot, record, calls) });
    cursor = { seq: record.seq, hash: record.hash };
  }
  await unit.log.appendAll(leaves);
  await calls.store(unit);
  if (cursor.hash !== null && cursor.seq !== (from?.seq ?? 0))
    await unit.records.moveCursor(gateway, boot, { seq: cursor.seq, hash: cursor.hash });
  return cursor.seq;
}

/** Calls that end here and did not begin here. */
function endedBefore(records: readonly IncomingRecord[]): string[] {
  const ended = new Set(records.flatMap((record) => (record.kind === 'outcome' ? [record.id] : [])));
  for (const record of records) if (record.kind === 'allowed') ended.delete(record.view.id);
  return [...ended];
}

type Leaf = Pick<EventDraft, 'type' | 'data' | 'commitments'>;

/** Notes what the record says of its call, and puts it into words for the log. */
function leafOf(gateway: string, boot: string, record: IncomingRecord, calls: TakenCalls): Leaf {
  // Written out below rather than spread: this runs for every record, and spreading costs more than hashing.
  const { seq: gatewaySeq, hash: gatewayHash } = record;
  if (record.kind === 'counters')
    return { type: 'access.counters', data: { gateway, boot, gatewaySeq, gatewayHash, ...record.data } };
  if (record.kind === 'outcome') {
    const { status, bytes, bodySha256, durationMs, outcome } = record.outcome;
    const end = { id: record.id, status, bytes, bodySha256, durationMs, outcome };
    const call = calls.end(end);
    const data: Record<string, unknown> = {
      gateway,
      boot,
      gatewaySeq,
      gatewayHash,
      record: record.id,
      status,
      bytes,
      bodySha256,
      durationMs,
      outcome,
    };
    if (call !== null) {
      data['grant'] = call.grant;
      data['requester'] = call.person;
    }
    return { type: 'access.outcome', data };
  }
  const { view, path } = record;
  calls.make(view, path);
  const data: Record<string, unknown> = {
    gateway,
    boot,
    gatewaySeq,
    gatewayHash,
    record: view.id,
    grant: view.grant,
    digest: view.digest,
    request: view.request,
    requester: view.person,
    service: view.service,
    method: view.method,
    route: view.route,
    resource: view.resource,
    action: view.action,
    mode: view.mode,
    trust: view.trust,
  };
  if (record.kind === 'refused') {
    data['code'] = view.code;
    data['count'] = view.count;
  }
  const leaf: Leaf = { type: `access.${record.kind}`, data };
  if (path !== null) leaf.commitments = { path: path.commitment };
  return leaf;
}
