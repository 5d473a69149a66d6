import {
  type AccessRecordView,
  DEPLOYMENT_SLUG,
  type EventData,
  isSealedLog,
  toInstant,
} from '@countersign/contract';
import { type GatewayBinding, writesInto } from '../../domain/gateway-binding.js';
import type { Grant } from '../../domain/grant.js';
import { AccessError } from '../../errors.js';
import type { ChainName, EventDraft, TenantUnit } from '../../ports/index.js';
import { endIfExhausted } from '../grants/lease-budget.js';
import { notifyUse } from '../grants/notify-use.js';
import type { Deps } from '../shared/deps.js';
import { Supervision } from '../supervision/supervise.js';
import { type IncomingBatch, type IncomingRecord, leafOf } from './incoming-record.js';
import { IngestedCalls } from './ingested-calls.js';
import { type IngestedChain, IngestedChains } from './ingested-chains.js';
import { type BatchRefusal, missingBefore, refusalOf } from './lost-records.js';
import { findMismatch, type RecordMismatch } from './validate-record.js';

/**
 * Ingests batches of gateways' records, each record exactly once. A record at or below its chain's cursor was ingested
 * before and is skipped. A gap, a record that does not continue its chain, an invalid signature, and the outcome of a call
 * that belongs to another boot or has ended are events of their own. So is a run that a later one names and that the broker does not have. So is a record that the store contradicts, or whose
 * gateway does not serve its service: it is no call.
 *
 * A record for a tenant that its gateway does not serve is dropped, and nothing of it is stored: a customer may run that gateway,
 * and would otherwise write into the logs of others. It counts as ingested, because a record that is refused is sent again.
 *
 * A batch before which records are missing (`refusalOf`) is not taken.
 *
 * Leaf, record and cursor commit together, in one unit of work for each tenant, because a unit costs far more than a record.
 * If this throws, or does not take a batch, the records of some tenants may be stored; sending the same batch again is safe.
 *
 * @returns for each batch and tenant, the last ingested number; the gateway may delete its records up to there. For a batch
 *   that is not taken, why
 * @throws AccessError `invalid_request` if a tenant is unknown
 */
export async function ingestRecords(
  deps: Deps,
  batches: readonly IncomingBatch[],
): Promise<(Record<string, number> | BatchRefusal)[]> {
  const accepted = batches.map((): Record<string, number> => ({}));
  const refused = new Map<number, BatchRefusal>();
  const byTenant = new Map<string, Map<number, IncomingRecord[]>>();
  for (const [index, { records, binding }] of batches.entries())
    for (const record of records) {
      if (!writesInto(binding, record.tenant)) {
        const lastSeqs = accepted[index] as Record<string, number>;
        lastSeqs[record.tenant] = Math.max(lastSeqs[record.tenant] ?? 0, record.seq);
        continue;
      }
      const parts = entryOf(byTenant, record.tenant, () => new Map<number, IncomingRecord[]>());
      entryOf(parts, index, (): IncomingRecord[] => []).push(record);
    }
  await refuseUnknownTenants(deps, [...byTenant.keys()]);
  for (const [tenant, parts] of byTenant) {
    const own = [...parts].map(([index, records]) => ({ ...(batches[index] as IncomingBatch), records }));
    const results = await deps.store.forTenant(tenant, (unit) => ingestOfTenant(deps, unit, own));
    for (const [at, index] of [...parts.keys()].entries()) {
      const last = results[at] as number | BatchRefusal;
      if (typeof last === 'string') refused.set(index, last);
      else (accepted[index] as Record<string, number>)[tenant] = last;
    }
  }
  return accepted.map((each, index) => refused.get(index) ?? each);
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  map.set(key, value);
  return value;
}

async function refuseUnknownTenants(deps: Deps, tenants: readonly string[]): Promise<void> {
  const isKnown = (slug: string) =>
    isSealedLog(slug)
      ? deps.store.demands.read(async ({ sealedLogs }) => (await sealedLogs.find(slug)) !== null)
      : deps.store.directory.read(({ organisation }) => organisation.knowsTenant(slug));
  for (const slug of tenants)
    if (slug !== DEPLOYMENT_SLUG && !(await isKnown(slug)))
      throw new AccessError('invalid_request', `There is no tenant “${slug}”.`, { pointer: '/entries' });
}

/** @returns the last number of each batch, or why it is not taken */
async function ingestOfTenant(
  deps: Deps,
  unit: TenantUnit,
  batches: readonly IncomingBatch[],
): Promise<(number | BatchRefusal)[]> {
  const time = deps.clock.now();
  const chains = await IngestedChains.begin(unit, [...batches, ...runsBefore(batches)]);
  const fresh = batches.map((batch) => newer(batch, chains.of(batch).seq));
  const refusals = await Promise.all(
    batches.map((batch, index) => refusalOf(unit, chains, batch, fresh[index] ?? [], time)),
  );
  for (const [index, refusal] of refusals.entries()) if (refusal !== undefined) fresh[index] = [];
  const [calls, grants, supervision] = await Promise.all([
    IngestedCalls.begin(unit, endedBefore(fresh.flat())),
    grantsOf(unit, fresh.flat()),
    Supervision.begin(unit, allowedIn(fresh.flat())),
  ]);
  const now = time.toISOString();
  const leaves = batches.flatMap((batch, index) =>
    ingestNew(chains.of(batch), fresh[index] ?? [], { calls, grants, chains, ...batch }, now),
  );
  // First what the database can write while the leaves are hashed.
  await calls.store(unit);
  const [leased] = await Promise.all([
    unit.leases.addUse(calls.leaseUses()),
    notifyUse(unit, calls.addedByGrant(), toInstant(time)),
    unit.log.appendAll(leaves),
  ]);
  for (const grant of leased) await endIfExhausted(deps, unit, grant);
  supervision.take(calls.allowed, time);
  await supervision.store(deps, unit, time);
  await chains.store(unit, now);
  return batches.map((batch, index) => refusals[index] ?? chains.of(batch).seq);
}

const newer = ({ records }: IncomingBatch, after: number): IncomingRecord[] =>
  records.filter(({ seq }) => seq > after).sort((a, b) => a.seq - b.seq);

/** The allowed calls among records. */
const allowedIn = (records: readonly IncomingRecord[]): AccessRecordView[] =>
  records.flatMap((record) => ('view' in record && record.view.decision === 'allowed' ? [record.view] : []));

/** The earlier runs that first records name. */
const runsBefore = (batches: readonly IncomingBatch[]): ChainName[] =>
  batches.flatMap(({ gateway, records }) =>
    records.flatMap(({ previous }) => (previous ? [{ gateway, boot: previous.boot }] : [])),
  );

/** The grants that the records name, by id. */
async function grantsOf(
  { grants }: Pick<TenantUnit, 'grants'>,
  records: readonly IncomingRecord[],
): Promise<ReadonlyMap<string, Grant>> {
  const ids = new Set(records.flatMap((record) => ('view' in record ? [record.view.grant] : [])));
  const found = ids.size === 0 ? [] : await grants.findAll([...ids]);
  return new Map(found.map((grant) => [grant.id, grant]));
}

/** What records are compared with, and where their calls are collected. */
interface Intake {
  calls: IngestedCalls;
  chains: IngestedChains;
  grants: ReadonlyMap<string, Grant>;
  binding: GatewayBinding;
}

/** Advances the chain over new records, in order. @returns their leaves */
function ingestNew(
  chain: IngestedChain,
  records: readonly IncomingRecord[],
  intake: Intake,
  now: string,
): EventDraft[] {
  const { gateway, boot } = chain;
  const { calls } = intake;
  const leaves: EventDraft[] = [];
  const by = { at: now, actor: gateway };
  const found = { gateway, boot };
  const mismatched = (data: Omit<EventData<'gateway.mismatch'>, keyof typeof found>) =>
    leaves.push({ type: 'gateway.mismatch', ...by, data: { ...found, ...data } });
  const missing = (data: Omit<EventData<'gateway.gap'>, keyof typeof found> & { boot?: string }) =>
    leaves.push({ type: 'gateway.gap', ...by, data: { ...found, ...data } });
  for (const record of records) {
    // The same number twice in one batch.
    if (record.seq <= chain.seq) continue;
    if (chain.isClosed)
      leaves.push({ type: 'gateway.returned', ...by, data: { ...found, after: chain.seq } });
    if (record.seq !== chain.seq + 1) missing({ after: chain.seq, at: record.seq });
    else if (record.prev !== chain.hash || !isEndOfRun(intake.chains, gateway, record))
      mismatched({ at: record.seq, reason: 'prev' });
    const lost = missingBefore(intake.chains, gateway, record);
    if (lost !== undefined) missing({ ...lost, next: boot, ...laneOf(record) });
    chain.moveTo(record);
    const mismatch = mismatchOf(record, intake);
    if (mismatch !== undefined) {
      if ('view' in record) calls.reject(record.view.id);
      mismatched({ ...placeOf(record), reason: mismatch, ...statedBy(record) });
      continue;
    }
    if ('signature' in record && !record.signed) {
      mismatched({ ...placeOf(record), reason: 'signature' });
      continue;
    }
    if (record.kind === 'outcome' && !calls.mayEnd(record.id, chain)) {
      mismatched({ ...placeOf(record), reason: 'outcome', record: record.id });
      continue;
    }
    leaves.push({ at: record.at, actor: gateway, ...leafOf(gateway, boot, record, calls) });
    if (record.kind === 'head' || record.kind === 'counters') chain.signHead(record);
  }
  return leaves;
}

/** A verifier excuses what a restore has lost once for each lane. */
const laneOf = ({ lane }: IncomingRecord): { lane?: number } =>
  lane === undefined ? {} : { lane: lane.number };

/** False if the record names another record than the one that ends the run before it. */
function isEndOfRun(chains: IngestedChains, gateway: string, { previous }: IncomingRecord): boolean {
  if (previous == null) return true;
  const chain = chains.of({ gateway, boot: previous.boot });
  return chain.seq !== previous.seq || chain.hash === previous.hash;
}

/** The place of a record that is not taken. With its hash, a verifier sees that the next record continues the chain. */
const placeOf = ({ seq, hash }: IncomingRecord) => ({ at: seq, gatewayHash: hash });

function mismatchOf(record: IncomingRecord, { binding, grants }: Intake): RecordMismatch | undefined {
  if (!('view' in record)) return undefined;
  return findMismatch({ record: record.view, binding, grant: grants.get(record.view.grant) });
}

/**
 * What the event says about a record that is not taken. A call's statements are below `claimed`: they are the gateway's word
 * alone, so that no list of events by grant or person finds them.
 */
function statedBy(record: IncomingRecord): Pick<EventData<'gateway.mismatch'>, 'record' | 'claimed'> {
  if (!('view' in record)) return { record: record.id };
  const { id, decision, grant, digest, request, service, person, at } = record.view;
  return { record: id, claimed: { decision, grant, digest, request, service, person, at } };
}

/** Calls that end in these records and began in earlier ones. */
function endedBefore(records: readonly IncomingRecord[]): string[] {
  const ended = new Set(records.flatMap((record) => (record.kind === 'outcome' ? [record.id] : [])));
  for (const record of records) if (record.kind === 'allowed') ended.delete(record.view.id);
  return [...ended];
}
