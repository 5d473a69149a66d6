import { DEPLOYMENT_SLUG, EVENT_TYPES, type EventType, isTenantSlug } from '@countersign/contract';
import { parseEvidencePeriod } from '../../domain/evidence-period.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import type { ReportPeriod } from '../../domain/transparency/report.js';
import { AccessError, notFound } from '../../errors.js';
import type { ReadUnit, TimedLeaf } from '../../ports/index.js';
import { readWholeLog } from '../log/read-log.js';
import { requireTenantAccess } from '../organisation/tenant-access.js';
import type { Deps } from '../shared/deps.js';
import { requireTenant } from '../shared/visible-objects.js';

/**
 * Which leaves an evidence pack of a tenant consists of. Everything comes from the tenant's own log and from the deployment's,
 * which every tenant may read: so a pack cannot say anything of what is sealed.
 */

/** Older leaves that are looked at for what was in force or open when the period began. */
const MOST_EARLIER = 5_000;
/** Leaves of the deployment's log in a pack. */
const MOST_SHARED = 1_000;

/** As long as a statement may be. */
const MOST_MS = 366 * 86_400_000;

const DEMANDS = EVENT_TYPES.filter((type) => type.startsWith('demand.'));
/** Of each group the newest leaf says what was in force. */
const IN_FORCE: readonly (readonly EventType[])[] = [
  ['tenant.add', 'tenant.change'],
  ['log.settings'],
  ['trust.adopted'],
];
const SHARED = ['coverage.stated', 'vendor.applied'] as const satisfies readonly EventType[];

/**
 * The period of a pack, if the caller may have it.
 *
 * @param name a half-year, a quarter, or `FROM..TO`: see `parseEvidencePeriod`
 * @throws AccessError `forbidden`, `not_found`, `invalid_request`
 */
export async function requireEvidencePeriod(
  deps: Deps,
  principal: Principal,
  tenant: string,
  name: string,
): Promise<ReportPeriod> {
  if (!isTenantSlug(tenant)) throw notFound('tenant');
  requireTenantAccess(principal, 'evidence.read', tenant);
  await requireTenant(deps, tenant);
  const period = parseEvidencePeriod(name);
  if (period === undefined)
    throw new AccessError(
      'invalid_request',
      'A period is a half-year (2026-H1), a quarter (2026-Q3), or FROM..TO with days or instants in UTC.',
      { pointer: '/period' },
    );
  const [from, to] = [Date.parse(period.from), Date.parse(period.to)];
  if (!(from < to) || to > deps.clock.now().getTime() || to - from > MOST_MS)
    throw new AccessError(
      'invalid_request',
      'A pack is about a period that is over, of at most 366 days. For one that goes on, give FROM..TO up to now.',
      { pointer: '/period' },
    );
  return period;
}

/** Places of leaves in a log. */
export interface EvidenceLeaves {
  /** From the first up to and with the last leaf whose time lies in the period: `to` is the index after it. Equal: there is none. */
  range: { from: number; to: number };
  /** Older leaves that say what was in force or open when the period began, in their order. */
  earlier: number[];
  /** Leaves of the deployment's log up to the end of the period, in their order. */
  shared: number[];
}

/**
 * The leaves of a pack.
 *
 * @param sizes how many leaves of each log the pack's checkpoints cover
 * @throws AccessError `forbidden`, `not_found`
 */
export async function evidenceLeaves(
  deps: Deps,
  principal: Principal,
  tenant: string,
  period: ReportPeriod,
  sizes: { own: number; shared: number },
): Promise<EvidenceLeaves> {
  requirePermission(principal, 'evidence.read');
  const own = await readWholeLog(deps, principal, tenant, async (unit) => {
    const from = await unit.events.firstWithin(period, 0);
    const last = await unit.events.lastWithin(period, sizes.own);
    const range =
      from === null || last === null || from >= sizes.own ? { from: 0, to: 0 } : { from, to: last + 1 };
    const before = range.to === 0 ? sizes.own : range.from;
    return { range, earlier: await earlierLeaves(unit, period, before) };
  });
  const shared = await readWholeLog(deps, principal, DEPLOYMENT_SLUG, ({ events }) =>
    events.timed({ types: SHARED, to: period.to, newestFirst: true, limit: MOST_SHARED }),
  );
  return { ...own, shared: inOrder(shared.filter(({ index }) => index < sizes.shared)) };
}

async function earlierLeaves({ events }: ReadUnit, period: ReportPeriod, before: number): Promise<number[]> {
  const types = [...IN_FORCE.flat(), 'trust.proposed' as const, ...DEMANDS];
  const found = await events.timed({ types, to: period.from, newestFirst: true, limit: MOST_EARLIER });
  const known = found.filter(({ index }) => index < before).map(withData);
  const inForce = IN_FORCE.flatMap((group) => known.find(({ type }) => group.includes(type)) ?? []);
  const adopted = inForce.find(({ type }) => type === 'trust.adopted');
  const proposed = known.find(
    ({ type, data }) => type === 'trust.proposed' && data['hash'] === adopted?.data['hash'],
  );
  const closed = new Set(
    known.filter(({ data }) => data['state'] === 'closed').map(({ data }) => data['demand']),
  );
  const open = known.filter(({ type, data }) => type.startsWith('demand.') && !closed.has(data['demand']));
  return inOrder([
    ...inForce,
    ...(adopted === undefined || proposed === undefined ? [] : [proposed]),
    ...open,
  ]);
}

function withData(found: TimedLeaf) {
  const { type, data } = JSON.parse(found.leaf) as { type: EventType; data: Record<string, unknown> };
  return { index: found.index, type, data };
}

const inOrder = (leaves: readonly { index: number }[]): number[] =>
  leaves.map(({ index }) => index).sort((a, b) => a - b);
