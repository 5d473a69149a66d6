import type { Opening } from '@countersign/scope';
import { AccessError } from '../errors.js';
import type { LeaseUse } from '../ports/leases.js';
import type { AccessRecordView, ChainVouch } from '../ports/repositories.js';
import type { TenantUnit } from '../ports/store.js';
import type { Deps } from './deps.js';
import { endIfExhausted } from './lease-budget.js';
import { DEPLOYMENT } from './queries.js';

type Outcome = Pick<AccessRecordView, 'status' | 'bytes' | 'bodySha256' | 'durationMs' | 'outcome'>;

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
  | { kind: 'outcome'; id: string; outcome: Outcome }
  | ({ kind: 'counters'; counts: readonly object[] } & Vouched)
  | ({ kind: 'head' } & Vouched)
);

/** What the gateway's identity signed; `signed` where the signature is that of its registered key. */
type Vouched = { id: string; signature: string; signed: boolean };

/**
 * Takes a batch of a gateway's records, each exactly once: what is at or below the chain's cursor was taken
 * before and is skipped; a gap, a record that does not continue the chain, and a signature that is not the gateway's
 * are events of their own. Leaf, record and cursor commit together, one unit of work a tenant.
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
  const told = (type: string, data: object) =>
    unit.log.append({
      type,
      at: deps.clock.now().toISOString(),
      actor: gateway,
      data: { gateway, boot, ...data },
    });
  const use = new Map<string, LeaseUse>();
  for (const record of [...records].sort((a, b) => a.seq - b.seq)) {
    if (record.seq <= cursor.seq) continue;
    if (from?.closedAt != null && cursor.seq === from.seq)
      await told('gateway.returned', { after: from.seq });
    if (record.seq !== cursor.seq + 1) await told('gateway.gap', { after: cursor.seq, at: record.seq });
    else if (record.prev !== cursor.hash) await told('gateway.mismatch', { at: record.seq, reason: 'prev' });
    cursor = { ...cursor, seq: record.seq, hash: record.hash };
    if ('signature' in record && !record.signed) {
      await told('gateway.mismatch', { at: record.seq, reason: 'signature' });
      continue;
    }
    await takeOne(unit, gateway, boot, record, use);
    if (record.kind === 'head' || record.kind === 'counters')
      cursor.head = { seq: record.seq, hash: record.hash, at: record.at, signature: record.signature };
  }
  const { seq, hash, head } = cursor;
  if (hash !== null && seq !== (from?.seq ?? 0)) {
    const to = { seq, hash, ...(head === undefined ? {} : { head }) };
    await unit.records.moveCursor(gateway, boot, to, deps.clock.now().toISOString());
  }
  for (const [grant, sum] of use) {
    await unit.grants.addUse(grant, sum.calls, sum.bytes);
    if (await unit.leases.addUse(grant, gateway, boot, sum)) await endIfExhausted(deps, unit, grant);
  }
  return cursor.seq;
}

async function takeOne(
  unit: TenantUnit,
  gateway: string,
  boot: string,
  record: IncomingRecord,
  use: Map<string, LeaseUse>,
): Promise<void> {
  const chain = { gateway, boot, gatewaySeq: record.seq, gatewayHash: record.hash };
  const count = (grant: string, more: Partial<LeaseUse>) => {
    const sum = use.get(grant) ?? { calls: 0, bytes: 0, ended: 0, lost: 0 };
    const { calls = 0, bytes = 0, ended = 0, lost = 0 } = more;
    use.set(grant, {
      calls: sum.calls + calls,
      bytes: sum.bytes + bytes,
      ended: sum.ended + ended,
      lost: sum.lost + lost,
    });
  };
  if (record.kind === 'counters' || record.kind === 'head') {
    const { id, prev, signature } = record;
    await unit.log.append({
      type: record.kind === 'head' ? 'gateway.head' : 'access.counters',
      at: record.at,
      actor: gateway,
      data: {
        ...chain,
        record: id,
        prev,
        signature,
        ...(record.kind === 'counters' ? { counts: record.counts } : {}),
      },
    });
  } else if (record.kind === 'outcome') {
    const completed = await unit.records.complete(record.id, record.outcome);
    await unit.log.append({
      type: 'access.outcome',
      at: record.at,
      actor: gateway,
      data: {
        ...chain,
        record: record.id,
        ...(completed === null ? {} : { grant: completed.grant, requester: completed.person }),
        ...record.outcome,
      },
    });
    const lost = record.outcome.outcome === 'unknown' ? 1 : 0;
    if (completed !== null) count(completed.grant, { bytes: record.outcome.bytes ?? 0, ended: 1, lost });
  } else {
    await takeCall(unit, gateway, chain, record);
    if (record.kind === 'allowed') count(record.view.grant, { calls: 1 });
  }
}

async function takeCall(
  unit: TenantUnit,
  gateway: string,
  chain: Record<string, unknown>,
  record: IncomingRecord & { kind: 'allowed' | 'refused' },
): Promise<void> {
  const { view, path } = record;
  if (record.kind === 'allowed') await unit.records.insertAllowed(view);
  else await unit.records.insertRefused(view);
  if (path?.opening != null) await unit.openings.save(path.commitment, 'path', path.opening);
  await unit.log.append({
    type: `access.${record.kind}`,
    at: record.at,
    actor: gateway,
    data: {
      ...chain,
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
      ...(record.kind === 'refused' ? { code: view.code, count: view.count } : {}),
    },
    ...(path === null ? {} : { commitments: { path: path.commitment } }),
  });
}
