import { sealedLogName, toInstant } from '@countersign/contract';
import { isOpen } from '../../domain/access-request.js';
import { isSealed } from '../../domain/demand.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError } from '../../errors.js';
import type { DemandsUnit, Page, PageQuery, SealedLog, TenantUnit } from '../../ports/index.js';
import { endGrantsIn } from '../ending/end-grant.js';
import { endRequestIn } from '../ending/end-request.js';
import type { Deps } from '../shared/deps.js';
import { eachInTurn } from '../shared/each-in-turn.js';
import { recordAccessHeadIn } from './demand-leaves.js';
import { type DemandedAccess, demandFile } from './requested-demand.js';

/** The daily jobs of a sealed log never begin: the day's seal of its tenant commits to it. */
const NO_DAY = '9999-12-31';
/** Heads in one run of the job. The next run continues. */
const MOST_HEADS = 100;
const PAGE = 200;

/**
 * In which log's unit of work a request is handled: its tenant's own or, for a demand under a gag, the sealed log that this
 * demand has for the tenant. Every row and every leaf of that access then belongs to the sealed log, so that no read of the
 * tenant finds one (docs/decisions/0033-sealed-sub-log.md). It is made for the first request.
 *
 * @throws AccessError `forbidden`
 */
export async function logOfRequest(
  deps: Deps,
  principal: Principal,
  { demand: id, tenant }: Pick<DemandedAccess, 'demand' | 'tenant'>,
): Promise<string> {
  const file = id === undefined ? null : await demandFile(deps, id);
  if (file === null || !isSealed(file)) return tenant;
  const { demand } = file;
  const sealedLog = await findLog(deps, demand.id, tenant);
  if (sealedLog !== undefined) return sealedLog.slug;
  return deps.store.demands.write(async (unit) => {
    const person = await unit.organisation.person(principal.person.id);
    if (person === null)
      throw new AccessError('forbidden', 'Only legal counsel requests access for an authority.');
    requirePermission(principal, 'demand.step', person);
    // The unit has the deployment's log: no one else makes it meanwhile.
    const other = (await unit.sealedLogs.ofDemand(demand.id)).find((log) => log.tenant === tenant);
    if (other !== undefined) return other.slug;
    const slug = sealedLogName(deps.ids.next('dem').slice('dem_'.length));
    const createdAt = deps.clock.now().toISOString();
    await unit.sealedLogs.insert({ slug, tenant, demand: demand.id, createdAt, openedAt: null, recorded: 0 });
    await (await unit.tenant(slug)).days.begin(NO_DAY);
    return slug;
  });
}

const findLog = ({ store }: Deps, demand: string, tenant: string): Promise<SealedLog | undefined> =>
  store.demands.read(async ({ sealedLogs }) =>
    (await sealedLogs.ofDemand(demand)).find((log) => log.tenant === tenant),
  );

/**
 * The job that fixes what sealed logs have come to: for each that has grown, its head (size and RFC 6962 root) becomes a leaf of
 * the sealed sub-log, which the day's seal commits to; once the demand is open, a leaf of the tenant's log.
 *
 * @returns how many heads were recorded
 * @throws AggregateError after trying all, if some failed
 */
export async function recordAccessHeads(deps: Deps): Promise<number> {
  const grown = await deps.store.demands.read(({ sealedLogs }) => sealedLogs.grown('', MOST_HEADS));
  const { done, failures } = await eachInTurn(grown, ({ slug }) =>
    deps.store.demands.write(async (unit) => ((await recordHeadIn(deps, unit, slug)) ? 1 : 0)),
  );
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} heads were not recorded`);
  return done;
}

/** @returns false if nothing was added since the last one */
async function recordHeadIn(deps: Deps, unit: DemandsUnit, slug: string): Promise<boolean> {
  const log = await unit.sealedLogs.find(slug);
  const demand = log === null ? null : await unit.demands.find(log.demand);
  if (log === null || demand === null) return false;
  const { size, root } = await (await unit.tenant(slug)).log.head();
  if (size <= log.recorded) return false;
  const steps = await unit.demands.steps(log.demand);
  await recordAccessHeadIn(unit, { demand, steps }, log, { size, root, at: deps.clock.now().toISOString() });
  await unit.sealedLogs.noteRecorded(slug, size);
  return true;
}

/**
 * Ends all access of a demand that is about to open, and fixes the last head of each sealed log, in the unit that opens it. From
 * then on the tenant reads these logs.
 */
export async function openAccessIn(deps: Deps, unit: DemandsUnit, demand: string, at: string): Promise<void> {
  for (const { slug } of await unit.sealedLogs.ofDemand(demand)) {
    await endAccessIn(await unit.tenant(slug), at);
    await recordHeadIn(deps, unit, slug);
    await unit.sealedLogs.open(slug, at);
  }
}

async function endAccessIn(unit: TenantUnit, instant: string): Promise<void> {
  const at = toInstant(new Date(instant));
  const end = { actor: 'job', at };
  for (const state of ['active', 'scheduled'])
    for (const grants of await allPages((page) => unit.grants.list({ state }, page)))
      await endGrantsIn(unit, grants, { reason: 'revoked', ...end });
  for (const requests of await allPages((page) => unit.requests.list({}, page)))
    for (const request of requests)
      if (isOpen(request)) await endRequestIn(unit, request, { to: 'expired', ...end });
}

/** Every page of a list, as it is before anything is changed. */
async function allPages<Item>(list: (page: PageQuery) => Promise<Page<Item>>): Promise<Item[][]> {
  const pages: Item[][] = [];
  for (let cursor: PageQuery['cursor'] | undefined = null; cursor !== undefined; ) {
    const { items, next }: Page<Item> = await list({ cursor, limit: PAGE });
    pages.push(items);
    cursor = next ?? undefined;
  }
  return pages;
}
