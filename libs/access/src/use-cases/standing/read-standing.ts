import type { AccessKind, CredentialKind } from '@countersign/contract';
import type { AccessStatus } from '../../domain/grant-access.js';
import type { TenantRecord } from '../../domain/organisation.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { isVendorStaff, type Person } from '../../domain/person.js';
import {
  type Coverage,
  NO_CREDENTIALS,
  oldestFirst,
  type PeoplesCredentials,
  type StandingStatement,
  type WayIn,
} from '../../domain/standing.js';
import { notFound } from '../../errors.js';
import type { ReadUnit } from '../../ports/index.js';
import { readStatuses } from '../grants/read-grants.js';
import type { Deps } from '../shared/deps.js';
import { requireTenant } from '../shared/visible-objects.js';
import {
  accessWays,
  controlsChangedAt,
  countCredentials,
  credentialWay,
  gatewayWays,
  type TenantRules,
} from './ways-in.js';

/** Every way in, as one reader sees it. */
export interface StandingView {
  /** Null: every tenant. */
  tenant: string | null;
  at: string;
  /** Ways to data, the oldest first. `status`: whether calls pass under a grant now; null for what is no grant. */
  ways: (WayIn<AccessKind> & { status: AccessStatus | null })[];
  /** Credentials of the reader's own side, and the gateways; the oldest first. */
  credentials: WayIn<CredentialKind>[];
  /** How many credentials the people of each side have. `tenant` is null if the view is of every tenant. */
  counts: { vendor: PeoplesCredentials; tenant: PeoplesCredentials | null };
  coverage: Coverage | null;
  /** The newest statement in the tenant's log, with the index of its leaf; null if there is none, or of every tenant. */
  stated: (StandingStatement & { leaf: number; at: string }) | null;
}

/**
 * Every way in through Countersign. A customer's people see their own tenant; the vendor's auditors and security admins see one
 * tenant, or all of them. Of the people on the other side a reader sees how many credentials they have, not whose.
 *
 * @param tenant null: the reader's own, and for the vendor every tenant
 * @throws AccessError `forbidden`, `not_found`
 */
export async function readStanding(
  deps: Deps,
  principal: Principal,
  tenant: string | null,
): Promise<StandingView> {
  requirePermission(principal, 'standing.read');
  const { person } = principal;
  if (person.tenant !== null && tenant !== null && tenant !== person.tenant) throw notFound('tenant');
  const slug = person.tenant ?? tenant;
  if (slug !== null) await requireTenant(deps, slug);
  const now = deps.clock.now();
  const own =
    slug === null ? await waysOfAll(deps, person, now) : await waysOfTenant(deps, person, slug, now);
  return deps.store.standing.read(async (unit) => {
    const live = await unit.credentials.live(slug === null ? null : [null, slug], now.toISOString());
    const counts = countCredentials(live);
    const side = isVendorStaff(person) ? null : person.tenant;
    return {
      ...own,
      ...{ tenant: slug, at: now.toISOString() },
      credentials: oldestFirst([
        ...live.filter((each) => each.tenant === side).map(credentialWay),
        ...(await gatewayWays(unit, slug)),
      ]),
      counts: {
        vendor: counts.get(null) ?? NO_CREDENTIALS,
        tenant: slug === null ? null : (counts.get(slug) ?? NO_CREDENTIALS),
      },
      coverage: await unit.organisation.coverage(),
    };
  });
}

type OwnPart = Pick<StandingView, 'ways' | 'stated'>;

/** What blocks the grants among these ways. */
async function withStatus(
  unit: Pick<ReadUnit, 'grants' | 'requests' | 'locks' | 'stops'>,
  reader: Person,
  ways: readonly WayIn<AccessKind>[],
  now: Date,
): Promise<StandingView['ways']> {
  const ids = ways.flatMap(({ kind, id }) => (kind === 'grant' ? [id] : []));
  const grants = await unit.grants.findAll(ids);
  const requests = await unit.requests.findAll(grants.map(({ request }) => request));
  const { statuses } = await readStatuses(unit, reader, grants, requests, now);
  return ways.map((way) => ({ ...way, status: statuses.get(way.id) ?? null }));
}

const waysOfTenant = (deps: Deps, reader: Person, slug: string, now: Date): Promise<OwnPart> =>
  deps.store.readForTenant(slug, async (unit) => {
    const [newest] = await unit.events.timed({ types: ['standing.stated'], newestFirst: true, limit: 1 });
    const record = await unit.organisation.tenant(slug);
    const ways = await accessWays(unit, record === null ? [] : [await rulesOf(unit, record, now)], now);
    return {
      ways: await withStatus(unit, reader, oldestFirst(ways), now),
      stated: newest === undefined ? null : readStatement(newest),
    };
  });

const rulesOf = async (
  unit: Pick<ReadUnit, 'events' | 'trust'>,
  { slug: tenant, controls }: TenantRecord,
  now: Date,
): Promise<TenantRules> => ({
  ...{ tenant, controls, version: await unit.trust.current(tenant) },
  changedAt: (await controlsChangedAt(unit)) ?? now.toISOString(),
});

const readStatement = ({ index, leaf }: { index: number; leaf: string }): StandingView['stated'] => {
  const { data, at } = JSON.parse(leaf) as { data: StandingStatement; at: string };
  return { ...data, leaf: index, at };
};

/** Of every tenant. Only tenants whose controls have such rules cost a read of their own. */
async function waysOfAll(deps: Deps, reader: Person, now: Date): Promise<OwnPart> {
  const tenants = await deps.store.standing.read((unit) => unit.organisation.tenants());
  const rules = new Map<string, TenantRules>();
  const opening = tenants.filter(
    ({ controls }) =>
      controls.emergency !== undefined || controls.rules?.some(({ mode }) => mode === 'observe'),
  );
  for (const record of opening)
    rules.set(record.slug, await deps.store.readForTenant(record.slug, (unit) => rulesOf(unit, record, now)));
  return deps.store.standing.read(async (unit) => {
    for (const version of await unit.trust.chains()) {
      const record = tenants.find(({ slug }) => slug === version.tenant);
      const { tenant, adoptedAt: changedAt } = version;
      if (record !== undefined) rules.set(tenant, { tenant, controls: record.controls, changedAt, version });
    }
    const ways = oldestFirst(await accessWays(unit, [...rules.values()], now));
    return { ways: await withStatus(unit, reader, ways, now), stated: null };
  });
}
