import {
  DEPLOYMENT_SLUG,
  EVENT_TYPES,
  type EventOf,
  type EventType,
  isTenantSlug,
} from '@countersign/contract';
import { parseEvidencePeriod } from '../../domain/evidence-period.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import type { ReportPeriod } from '../../domain/transparency/report.js';
import { AccessError, notFound } from '../../errors.js';
import type { ReadUnit, TimedLeaf } from '../../ports/index.js';
import { readWholeLog } from '../log/read-log.js';
import type { Deps } from '../shared/deps.js';
import { requireTenantAccess } from '../shared/tenant-access.js';
import { requireTenant } from '../shared/visible-objects.js';

/**
 * Chooses the leaves of a tenant's evidence pack. All of them come from the tenant's own log and from the deployment's, which every
 * tenant may read. So a pack cannot reveal anything that is sealed.
 */

/** How many leaves from before the period are searched for rules in force and open demands. */
const MAX_EARLIER = 5_000;
/** How many leaves of the deployment's log a pack can have. */
const MAX_DEPLOYMENT_LEAVES = 1_000;

/** The longest period of a pack; a statement has the same limit. */
const MAX_PERIOD_MS = 366 * 86_400_000;

const DEMANDS = EVENT_TYPES.filter((type) => type.startsWith('demand.'));
/** The newest leaf of each group shows what was in force. */
const IN_FORCE: readonly (readonly EventType[])[] = [
  ['tenant.add', 'tenant.change'],
  ['log.settings'],
  ['trust.adopted'],
];
const DEPLOYMENT_TYPES = ['coverage.stated', 'vendor.applied'] as const satisfies readonly EventType[];

/**
 * Parses the period of a pack, and requires that the caller may read it.
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
  if (!(from < to) || to > deps.clock.now().getTime() || to - from > MAX_PERIOD_MS)
    throw new AccessError(
      'invalid_request',
      'A pack is about a period that is over, of at most 366 days. For one that goes on, give FROM..TO up to now.',
      { pointer: '/period' },
    );
  return period;
}

/** Indices of the leaves of a pack. */
interface EvidenceLeaves {
  /** From the first to the last leaf whose time lies in the period; `to` is the index after the last. Equal: there is none. */
  range: { from: number; to: number };
  /** Leaves from before the period that show which rules were in force and which demands were open when it began, in order. */
  earlier: number[];
  /** Leaves of the deployment's log up to the end of the period, in order. */
  deployment: number[];
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
  sizes: { own: number; deployment: number },
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
  const deployment = await readWholeLog(deps, principal, DEPLOYMENT_SLUG, ({ events }) =>
    events.timed({ types: DEPLOYMENT_TYPES, to: period.to, newestFirst: true, limit: MAX_DEPLOYMENT_LEAVES }),
  );
  return { ...own, deployment: inOrder(deployment.filter(({ index }) => index < sizes.deployment)) };
}

async function earlierLeaves({ events }: ReadUnit, period: ReportPeriod, before: number): Promise<number[]> {
  const types = [...IN_FORCE.flat(), 'trust.proposed' as const, ...DEMANDS];
  const found = await events.timed({ types, to: period.from, newestFirst: true, limit: MAX_EARLIER });
  const known = found.filter(({ index }) => index < before).map(withData);
  const inForce = IN_FORCE.flatMap((group) => known.find(({ type }) => group.includes(type)) ?? []);
  const adopted = inForce.find((each) => each.type === 'trust.adopted');
  const proposed = known.find(
    (each) => each.type === 'trust.proposed' && each.data.hash === adopted?.data.hash,
  );
  const closed = new Set(
    known.flatMap(({ data }) =>
      'step' in data && 'state' in data && data.state === 'closed' ? [data.demand] : [],
    ),
  );
  const isClosed = ({ data }: EventOf) => 'step' in data && closed.has(data.demand);
  const open = known.filter((each) => each.type.startsWith('demand.') && !isClosed(each));
  return inOrder([
    ...inForce,
    ...(adopted === undefined || proposed === undefined ? [] : [proposed]),
    ...open,
  ]);
}

function withData(found: TimedLeaf) {
  return { ...(JSON.parse(found.leaf) as EventOf), index: found.index };
}

const inOrder = (leaves: readonly { index: number }[]): number[] =>
  leaves.map(({ index }) => index).sort((a, b) => a - b);
