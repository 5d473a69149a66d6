import { toInstant } from '@countersign/contract';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import {
  buildOwnReport,
  buildReport,
  parsePeriod,
  periodBefore,
  periodOf,
  type ReportPeriod,
  reportJson,
  type TransparencyReport,
} from '../../domain/transparency/report.js';
import { countFigures, type ReportFacts } from '../../domain/transparency/report-figures.js';
import { AccessError, notFound } from '../../errors.js';
import type { PublishedReport } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { requireTenantAccess } from '../shared/tenant-access.js';
import { requireTenant } from '../shared/visible-objects.js';

/** Signs the hashes of a report's files. The broker does it, because it holds the log's key. */
export type SignReport = (log: string, report: TransparencyReport) => Promise<string>;

/** How long after its end a half-year is reported: what was requested in its last days is decided by then. */
const SETTLED_MS = 7 * 86_400_000;
/** Ids that one answer lists. */
const MOST_MEMBERS = 10_000;

/**
 * The job that publishes the report of the last half-year, a week after its end. It is published once, however many brokers run, and
 * never again: two versions could be subtracted from each other.
 *
 * @returns the period, if this call has published its report
 */
export async function publishReport(deps: Deps, sign: SignReport): Promise<string | null> {
  const period = periodBefore(periodOf(deps.clock.now()));
  if (deps.clock.now().getTime() < Date.parse(period.to) + SETTLED_MS) return null;
  const isWanted = await deps.store.reports.read(async ({ reports, organisation }) => {
    if ((await reports.find(period.name)) !== null) return false;
    return (await organisation.tenants()).length > 0;
  });
  if (!isWanted) return null;
  const facts = await readFacts(deps, period, null);
  // A deployment that was not there yet publishes nothing.
  if (facts.requests.length === 0 && facts.demands.length === 0) return null;
  const report = buildReport(await about(deps, period), facts);
  const document = reportJson(report);
  const note = await sign('deployment', report);
  const published = { period: period.name, document, note, publishedAt: report.madeAt };
  return deps.store.reports.write(async ({ reports, log }) => {
    if (!(await reports.publish(published))) return null;
    const at = report.madeAt;
    await log.append({ type: 'report.published', at, actor: 'job', data: { period: period.name, note } });
    return period.name;
  });
}

async function about(deps: Deps, period: ReportPeriod) {
  const vendor = await deps.store.reports.read(({ organisation }) => organisation.vendorName());
  const { deployment } = deps.store;
  return { deployment, vendor, period, madeAt: toInstant(deps.clock.now()) };
}

/** @param tenant null: of all tenants. A tenant's own report has no demand that is sealed: nothing of one says that it exists */
async function readFacts(deps: Deps, period: ReportPeriod, tenant: string | null): Promise<ReportFacts> {
  const found = await deps.store.demandCounts.read(({ demands }) => demands.counts(period));
  const demands =
    tenant === null ? found : found.filter(({ tenants, isSealed }) => !isSealed && tenants.includes(tenant));
  return deps.store.reports.read(async ({ reports }) => ({
    demands,
    requests: await reports.requests(period, tenant),
    lateDisclosures: await reports.lateDisclosures(period, tenant),
  }));
}

/** Published reports, newest first. @throws AccessError `forbidden` */
export function listReports(deps: Deps, principal: Principal) {
  requirePermission(principal, 'report.read');
  return deps.store.reports.read(({ reports }) => reports.list());
}

/** @throws AccessError `forbidden`, `not_found` */
export async function readReport(deps: Deps, principal: Principal, period: string): Promise<PublishedReport> {
  requirePermission(principal, 'report.read');
  const found = await deps.store.reports.read(({ reports }) => reports.find(period));
  if (found === null) throw notFound('report');
  return found;
}

/**
 * A tenant's own report about a half-year that is over, with exact figures. For its own people, and for the vendor's auditors and
 * security admins.
 *
 * @throws AccessError `forbidden`, `not_found`, `invalid_request` for a period that is not over
 */
export async function readOwnReport(
  deps: Deps,
  principal: Principal,
  tenant: string,
  name: string,
): Promise<TransparencyReport> {
  requireTenantAccess(principal, 'own-report.read', tenant);
  await requireTenant(deps, tenant);
  const period = requireOver(name, deps.clock.now());
  return buildOwnReport(await about(deps, period), tenant, await readFacts(deps, period, tenant));
}

/**
 * What one figure of a report counts: ids of demands or requests. For the vendor's auditors and security admins, who may read
 * them.
 *
 * @throws AccessError `forbidden`, `not_found` for a figure that the report does not have
 */
export async function traceFigure(
  deps: Deps,
  principal: Principal,
  name: string,
  figure: string,
): Promise<{ value: number; members: string[]; more: number }> {
  requirePermission(principal, 'report.trace');
  const period = requireOver(name, deps.clock.now());
  const found = countFigures(await readFacts(deps, period, null)).figures.get(figure);
  if (found === undefined) throw notFound('figure');
  const members = found.members.slice(0, MOST_MEMBERS);
  return { value: found.value, members, more: found.members.length - members.length };
}

/** @throws AccessError `not_found`, `invalid_request` */
function requireOver(name: string, now: Date): ReportPeriod {
  const period = parsePeriod(name);
  if (period === undefined) throw notFound('report');
  if (Date.parse(period.to) > now.getTime())
    throw new AccessError('invalid_request', 'A report is about a half-year that is over.', {
      pointer: '/period',
    });
  return period;
}
