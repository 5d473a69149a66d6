import { canonicalJson, MAX_BYPASSED_CALLS, sha256Digest, toInstant } from '@countersign/contract';
import type { BypassedCall, BypassReport } from '../../domain/bypass-report.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, noLongerKnown, notFound } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { requireTenant } from '../shared/visible-objects.js';

/** Reports of one person about one tenant in an hour. Each is a leaf of the log, which stays for ever. */
const MAX_AN_HOUR = 20;
const NEWEST = 50;

export type BypassInput = Pick<BypassReport, 'service' | 'from' | 'to' | 'passed' | 'refused' | 'calls'>;

/**
 * Records in the tenant's log that calls bypassed the gateway. This is the statement of the reporter, who has the service's own log:
 * a security admin of the vendor, or an admin of the tenant. The broker checks only one thing: it refuses a report that names a
 * record which the tenant's log does not have, because the record may be of access under a gag, and the report is published. The
 * same report again changes nothing.
 *
 * @throws AccessError `forbidden`, `not_found`, `invalid_request`, `conflict`
 */
export async function reportBypass(
  deps: Deps,
  principal: Principal,
  tenant: string,
  input: BypassInput,
): Promise<BypassReport> {
  requirePermission(principal, 'bypass.report');
  requireOwn(principal, tenant);
  await requireTenant(deps, tenant);
  requireConsistent(input);
  const { service, from, to, passed, refused, calls } = input;
  const digest = sha256Digest(
    deps.hashing,
    canonicalJson({ tenant, service, from, to, passed, refused, calls: calls.map((call) => ({ ...call })) }),
  );
  return deps.store.forTenant(tenant, async (unit) => {
    const person = await unit.organisation.person(principal.person.id);
    if (person === null) throw noLongerKnown();
    requirePermission(principal, 'bypass.report', person);
    if ((await unit.organisation.service(service)) === null) throw notFound('service');
    const known = await unit.bypassReports.byDigest(digest);
    if (known !== null) return known;
    const now = deps.clock.now();
    await requireNotTooMany(unit, person.id, now);
    await requireRecorded(unit, calls);
    const report: BypassReport = {
      ...{ id: deps.ids.next('byp'), tenant, service, from, to, passed, refused, calls, digest },
      ...{ reportedBy: person.id, reportedAt: toInstant(now) },
    };
    await unit.bypassReports.insert(report);
    await unit.log.append({
      type: 'gateway.bypassed',
      at: now.toISOString(),
      actor: person.id,
      data: { report: report.id, service, from, to, passed, refused, calls },
    });
    return report;
  });
}

/** @throws AccessError `forbidden`, `not_found` */
export async function listBypassReports(
  deps: Deps,
  principal: Principal,
  tenant: string,
): Promise<BypassReport[]> {
  requirePermission(principal, 'bypass.read');
  requireOwn(principal, tenant);
  await requireTenant(deps, tenant);
  return deps.store.readForTenant(tenant, (unit) => unit.bypassReports.newest(NEWEST));
}

function requireOwn({ person }: Principal, tenant: string): void {
  if (person.tenant !== null && person.tenant !== tenant) throw notFound('tenant');
}

function requireConsistent({ from, to, passed, refused, calls }: BypassInput): void {
  if (Date.parse(from) >= Date.parse(to)) throw invalid('/to', 'The span ends before it begins.');
  if (passed + refused === 0)
    throw invalid('/passed', 'No call bypassed the gateway, so there is nothing to report.');
  const named = (isRefused: boolean) => calls.filter((call) => call.refused === isRefused).length;
  if (
    named(false) > passed ||
    named(true) > refused ||
    calls.length !== Math.min(passed + refused, MAX_BYPASSED_CALLS)
  )
    throw invalid('/calls', `Name each call that you count, up to ${MAX_BYPASSED_CALLS}.`);
  const outside = calls.findIndex(
    ({ at }) => Date.parse(at) < Date.parse(from) || Date.parse(at) >= Date.parse(to),
  );
  if (outside !== -1) throw invalid(`/calls/${outside}/at`, 'This call is outside the span.');
}

async function requireNotTooMany(
  { bypassReports }: Pick<TenantUnit, 'bypassReports'>,
  person: string,
  now: Date,
): Promise<void> {
  const since = toInstant(new Date(now.getTime() - 3_600_000));
  if ((await bypassReports.countBy(person, since)) >= MAX_AN_HOUR)
    throw new AccessError(
      'conflict',
      `At most ${MAX_AN_HOUR} reports an hour. Report a longer span at once.`,
    );
}

/** The tenant's own log alone decides, so the answer says no more than that log does. */
async function requireRecorded(
  { records }: Pick<TenantUnit, 'records'>,
  calls: readonly BypassedCall[],
): Promise<void> {
  const named = calls.flatMap(({ record }) => (record === undefined ? [] : [record]));
  const known = new Set((await records.allowed(named)).map(({ id }) => id));
  const wrong = calls.findIndex(({ record }) => record !== undefined && !known.has(record));
  if (wrong !== -1)
    throw invalid(
      `/calls/${wrong}/record`,
      'The tenant’s log has no such record. A call with the context of a gateway and without a record is no bypass: leave it out.',
    );
}

const invalid = (pointer: string, message: string): AccessError =>
  new AccessError('invalid_request', message, { pointer });
