import {
  type AccessRecordView,
  DEPLOYMENT_SLUG,
  type EventType,
  isSealedLog,
  type Opening,
  type Permission,
} from '@countersign/contract';
import type { Erasure } from '../../domain/erasure.js';
import { VENDOR_SLUG } from '../../domain/organisation.js';
import { logVisibility, requirePermission, seesSealed } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { AccessError, notFound } from '../../errors.js';
import type { ListFilter, LogHead, Page, PageQuery, ReadUnit, StoredEvent } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { readAsPerson, requireTenant } from '../shared/visible-objects.js';

/**
 * Opens one log for the person. A customer sees its own and the deployment's, which every tenant may read; the vendor's
 * own log is for its auditors and security admins.
 */
async function openLog<T>(
  deps: Deps,
  principal: Principal,
  permission: Permission & `log.${string}`,
  tenant: string,
  work: (unit: ReadUnit, own: { requester?: string }) => Promise<T>,
): Promise<T> {
  requirePermission(principal, permission);
  const { person } = principal;
  if (isSealedLog(tenant)) {
    await requireSealedLog(deps, person, tenant);
    return deps.store.readForTenant(tenant, (unit) => work(unit, {}));
  }
  const visibility = logVisibility(person);
  if ('tenant' in visibility && visibility.tenant !== tenant && tenant !== DEPLOYMENT_SLUG)
    throw notFound('tenant');
  // A removed tenant keeps its log, and auditors may still read it.
  if (tenant !== DEPLOYMENT_SLUG && tenant !== VENDOR_SLUG) await requireTenant(deps, tenant);
  const own = 'requester' in visibility ? { requester: visibility.requester } : {};
  return deps.store.readForTenant(tenant, (unit) => work(unit, own));
}

/**
 * A sealed log is for the vendor's legal counsel and auditors and, once its demand is open, for the people of its tenant.
 *
 * @throws AccessError `not_found`
 */
async function requireSealedLog(deps: Deps, person: Person, slug: string): Promise<void> {
  const log = await deps.store.demands.read(({ sealedLogs }) => sealedLogs.find(slug));
  const isOwn = log !== null && log.tenant === person.tenant && log.openedAt !== null;
  if (log === null || !(isOwn || seesSealed(person))) throw notFound('tenant');
}

/**
 * Opens a whole log for those who follow it with their own tools: the tenant's people, and the vendor's auditors and
 * security admins. The deployment's log is open to every tenant.
 *
 * @throws AccessError `forbidden` for an engineer, who sees the leaves of their own grants alone
 */
export function readWholeLog<T>(
  deps: Deps,
  principal: Principal,
  tenant: string,
  work: (unit: ReadUnit) => Promise<T>,
): Promise<T> {
  return openLog(deps, principal, 'log.follow', tenant, work);
}

/** What is known of a leaf's commitments: values that can be read, and those that were erased, by name. */
interface LeafOpenings {
  openings: Record<string, Opening>;
  erased: Record<string, ErasedValue>;
}

/** Who erased a value, and when. */
export type ErasedValue = Pick<Erasure, 'at' | 'event'> & { by: string };

export const erasedValue = ({ at, event, person }: Erasure): ErasedValue => ({ at, event, by: person });

/**
 * The values and salts behind the commitments of one leaf that have not been erased and are opened to the caller's side: those of a tenant's own log to its people, those of the deployment's log to the side they belong to, and
 * all of them to the vendor's auditors and security admins.
 *
 * @throws AccessError `not_found` if the log has no such leaf, `pruned`
 */
export async function readOpenings(
  deps: Deps,
  principal: Principal,
  tenant: string,
  index: number,
): Promise<LeafOpenings> {
  const { leaves, minimum } = await readOpeningsOf(deps, principal, tenant, { from: index, count: 1 });
  if (leaves[0] === undefined) throw index < minimum ? new AccessError('pruned') : notFound('leaf');
  const { openings, erased } = leaves[0];
  return { openings, erased };
}

/** Leaves whose values one answer has, at most. */
const MOST_LEAVES = 1_024;
/** How long the values in one answer are together, with the next leaf's; a leaf alone may be longer. */
const MOST_CHARS = 4_000_000;

/**
 * The same for many leaves, from one on: those that have commitments.
 *
 * @throws AccessError `not_found` if the log has no leaf there
 * @returns `next`: the first leaf that it does not cover
 */
export async function readOpeningsFrom(
  deps: Deps,
  principal: Principal,
  tenant: string,
  from: number,
): Promise<{ next: number; leaves: (LeafOpenings & { index: number })[] }> {
  const span = { from, count: MOST_LEAVES };
  const { leaves, minimum } = await readOpeningsOf(deps, principal, tenant, span);
  const end = (leaves.at(-1)?.index ?? Math.max(minimum, from) - 1) + 1;
  if (end <= from) throw notFound('leaf');
  let chars = 0;
  const firstLeftOut = leaves.findIndex(({ openings }, at) => {
    for (const { value, salt } of Object.values(openings)) chars += value.length + salt.length;
    return chars > MOST_CHARS && at > 0;
  });
  const included = firstLeftOut < 0 ? leaves : leaves.slice(0, firstLeftOut);
  return {
    next: firstLeftOut < 0 ? end : (leaves[firstLeftOut]?.index ?? end),
    leaves: included
      .filter(({ hasCommitments }) => hasCommitments)
      .map(({ hasCommitments: _, ...leaf }) => leaf),
  };
}

async function readOpeningsOf(
  deps: Deps,
  principal: Principal,
  tenant: string,
  { from, count }: { from: number; count: number },
) {
  const { named, minimum, opened, gone } = await readWholeLog(deps, principal, tenant, async (unit) => {
    const texts = await unit.events.leaves(from, from + count);
    const read = texts.map(
      (text) => JSON.parse(text) as { seq: number; commitments: Record<string, string> },
    );
    const all = read.flatMap(({ commitments }) => Object.values(commitments));
    return {
      named: read,
      minimum: await unit.events.minimumIndex(),
      opened: await unit.openings.find(all),
      gone: await unit.erasures.of(all),
    };
  });
  // What is kept under the log itself is open to all its readers. The rest is kept under the sides that may see it.
  const all = named.flatMap(({ commitments }) => Object.values(commitments));
  const own = await readAsPerson(deps, principal.person, (unit) => unit.openings.find(all));
  const found = new Map([...opened, ...own]);
  const leaves = named.map(({ seq: index, commitments }) => {
    const openings: LeafOpenings['openings'] = {};
    const erased: LeafOpenings['erased'] = {};
    for (const [name, commitment] of Object.entries(commitments)) {
      const [opening, erasure] = [found.get(commitment), gone.get(commitment)];
      if (opening !== undefined) openings[name] = opening;
      else if (erasure !== undefined) erased[name] = erasedValue(erasure);
    }
    return { index, openings, erased, hasCommitments: Object.keys(commitments).length > 0 };
  });
  return { leaves, minimum };
}

/** How far a tenant's log has grown: what receipts, mails, Slack messages and webhooks state. */
export const readLogPoint = ({ store }: Pick<Deps, 'store'>, tenant: string): Promise<LogHead> =>
  store.readForTenant(tenant, (unit) => unit.events.head());

/** A page of those leaves of a log that the caller may read, newest first. @throws AccessError `forbidden`, `not_found` */
export function listEvents(
  deps: Deps,
  principal: Principal,
  tenant: string,
  filter: Pick<ListFilter, 'tenant' | 'request' | 'grant' | 'person' | 'from' | 'to'> & {
    types?: readonly EventType[];
  },
  page: PageQuery,
): Promise<Page<StoredEvent>> {
  return openLog(deps, principal, 'log.read', tenant, (unit, own) => {
    if (excludesAll(filter, tenant, own)) return Promise.resolve(NOTHING);
    const { tenant: _same, person, ...rest } = filter;
    const requester = own.requester ?? person;
    return unit.events.list({ ...rest, ...(requester === undefined ? {} : { requester }) }, page);
  });
}

/** A page of the calls that gateways recorded, newest first, that the caller may read. @throws AccessError `forbidden`, `not_found` */
export function listRecords(
  deps: Deps,
  principal: Principal,
  tenant: string,
  filter: ListFilter,
  page: PageQuery,
): Promise<Page<AccessRecordView>> {
  return openLog(deps, principal, 'log.read', tenant, (unit, own) => {
    if (excludesAll(filter, tenant, own)) return Promise.resolve(NOTHING);
    const person = own.requester;
    return unit.records.list({ ...filter, tenant, ...(person === undefined ? {} : { person }) }, page);
  });
}

const NOTHING = { items: [], next: null };

/** True if the filter asks for another tenant, or for another person's calls than the caller may see. */
function excludesAll(
  filter: Pick<ListFilter, 'tenant' | 'person'>,
  tenant: string,
  { requester }: { requester?: string },
): boolean {
  if (filter.tenant !== undefined && filter.tenant !== tenant) return true;
  return requester !== undefined && filter.person !== undefined && filter.person !== requester;
}
