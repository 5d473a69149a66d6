import type { AccessKind, CredentialKind, EventType } from '@countersign/contract';
import { servesTenant } from '../../domain/gateway-binding.js';
import { type Grant, hasEnded } from '../../domain/grant.js';
import { isInvitationClosed } from '../../domain/invitation.js';
import type { PrivacyControls } from '../../domain/privacy-controls.js';
import {
  type CredentialCount,
  NO_CREDENTIALS,
  type PeoplesCredentials,
  type WayIn,
} from '../../domain/standing.js';
import type { TrustVersion } from '../../domain/trust/trust-version.js';
import type {
  EnrolledGateway,
  ListFilter,
  LiveCredential,
  Page,
  ReadUnit,
  StandingUnit,
} from '../../ports/index.js';

const PAGE = 200;

/** What is read of one tenant, or across tenants. */
type AccessReads = Pick<ReadUnit, 'grants' | 'requests' | 'invitations'>;

/** What lets into a tenant without a countersignature. */
export interface TenantRules {
  tenant: string;
  controls: PrivacyControls;
  /** When the controls were last changed. */
  changedAt: string;
  /** The trust document in force; null while the tenant is unclaimed. */
  version: TrustVersion | null;
}

/**
 * Every way to data that is open in reach: grants that have not ended, invitations that are open, and rules that let in
 * without a countersignature.
 *
 * @param rules of each tenant in reach
 */
export async function accessWays(
  unit: AccessReads,
  rules: readonly TenantRules[],
  now: Date,
): Promise<WayIn<AccessKind>[]> {
  const live = [
    ...(await everyItem((cursor) => unit.grants.list({ state: 'active' }, { cursor, limit: PAGE }))),
    ...(await everyItem((cursor) => unit.grants.list({ state: 'scheduled' }, { cursor, limit: PAGE }))),
  ].filter((grant) => !hasEnded(grant));
  const requests = await unit.requests.findAll(live.map(({ request }) => request));
  const scopes = new Map(requests.map(({ id, terms }) => [id, terms.scope]));
  const open: ListFilter = { state: 'open' };
  const invitations = await everyItem((cursor) => unit.invitations.list(open, { cursor, limit: PAGE }));
  return [
    ...live.map((grant) => grantWay(grant, scopes.get(grant.request) ?? null)),
    ...invitations
      .filter((each) => !isInvitationClosed(each) && Date.parse(each.statement.notAfter) > now.getTime())
      .map(
        ({ id, tenant, person, service, statement, createdAt }): WayIn<AccessKind> => ({
          ...{ kind: 'invitation', id, tenant, owner: person, name: null, service },
          ...{ scope: statement.scope, recurs: statement.recurs ?? null },
          ...{ since: createdAt, until: statement.notAfter },
        }),
      ),
    ...rules.flatMap(ruleWays),
  ];
}

const grantWay = (grant: Grant, scope: WayIn['scope']): WayIn<AccessKind> => ({
  ...{ kind: 'grant', id: grant.id, tenant: grant.tenant, owner: grant.requester, name: null },
  ...{
    service: grant.service,
    scope,
    recurs: null,
    since: grant.createdAt,
    until: grant.endsAt ?? grant.useBy,
  },
});

/**
 * The rules of a tenant, one way for each service that they name. In a claimed tenant its trust document decides about
 * emergencies and demands, as it does at the gateways; it counts although its controls may be narrower today, because the controls
 * can be widened without a gateway. What is only observed needs no approval of the customer's, claimed or not.
 */
function ruleWays({ tenant, controls, changedAt, version }: TenantRules): WayIn<AccessKind>[] {
  const observed = (controls.rules ?? []).filter(({ mode }) => mode === 'observe');
  const ofControls = [
    ...(version === null ? (controls.emergency?.allow ?? []) : []).map((rule) => ({
      ...{ basis: 'emergency', services: rule.services, actions: rule.actions },
    })),
    ...observed.map(({ services = [] }) => ({ basis: 'observe', services, actions: ['*'] })),
  ];
  const ofDocument = version?.document.bases ?? [];
  return [
    ...ofControls.flatMap(({ basis, services, actions }) =>
      services.map((service) => ruleWay({ tenant, basis, service, actions }, changedAt, null)),
    ),
    ...ofDocument.flatMap(({ basis, services, actions }) =>
      services.map((service) =>
        ruleWay(
          { tenant, basis, service, actions },
          version?.adoptedAt ?? changedAt,
          version?.document.validUntil ?? null,
        ),
      ),
    ),
  ];
}

const ruleWay = (
  { tenant, basis, service, actions }: { tenant: string; basis: string; service: string; actions: string[] },
  since: string,
  until: string | null,
): WayIn<AccessKind> => ({
  ...{ kind: 'rule', id: basis, tenant, owner: null, name: null, service },
  ...{ scope: [{ resource: '**', actions }], recurs: null, since, until },
});

const CONTROL_CHANGES = ['tenant.add', 'tenant.change'] as const;

/** When a tenant's controls were last changed. Null if the leaf is pruned. */
export const controlsChangedAt = (unit: Pick<ReadUnit, 'events'>): Promise<string | null> =>
  newestAt(unit, CONTROL_CHANGES);

/** When the newest leaf of these types is from. Null if there is none, or it is pruned. */
export async function newestAt(
  { events }: Pick<ReadUnit, 'events'>,
  types: readonly EventType[],
): Promise<string | null> {
  const [newest] = await events.timed({ types, newestFirst: true, limit: 1 });
  return newest?.at ?? null;
}

async function everyItem<T>(read: (cursor: string | null) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await read(cursor);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

/** The enrolled gateways that may serve a tenant; null: all. */
export async function gatewayWays(
  { gateways }: Pick<StandingUnit, 'gateways'>,
  tenant: string | null,
): Promise<WayIn<'gateway'>[]> {
  return (await gateways.list())
    .filter(
      ({ revokedAt, tenants }) =>
        revokedAt === null && (tenant === null || tenants === null || tenants.includes(tenant)),
    )
    .map(({ id, name, createdAt }) => ({
      ...{ kind: 'gateway', id, tenant: null, owner: null, name, service: null, scope: null, recurs: null },
      ...{ since: createdAt, until: null },
    }));
}

/**
 * Ids of the gateways that served a tenant at some time since an instant, revoked ones included. Only a gateway that has registered
 * its key can serve anyone.
 *
 * @param since null: those that serve it now
 */
export async function servingGateways(
  { gateways }: Pick<StandingUnit, 'gateways'>,
  tenant: string,
  since: string | null,
): Promise<string[]> {
  const wasThere = ({ revokedAt }: EnrolledGateway) =>
    revokedAt === null || (since !== null && Date.parse(revokedAt) >= Date.parse(since));
  return (await gateways.list())
    .filter((each) => each.publicKey !== null && servesTenant(each, tenant) && wasThere(each))
    .map(({ id }) => id);
}

export const credentialWay = (each: LiveCredential): WayIn<CredentialKind> => ({
  ...{ kind: each.kind, id: each.id, tenant: each.tenant, owner: each.person, name: null },
  ...{ service: null, scope: null, recurs: null, since: each.since, until: each.until },
});

/** Counts what is live of each side, by slug; `null` is the vendor. */
export function countCredentials(found: readonly LiveCredential[]): Map<string | null, PeoplesCredentials> {
  const sides = new Map<string | null, PeoplesCredentials>();
  for (const { kind, tenant, since } of found) {
    const before = sides.get(tenant) ?? NO_CREDENTIALS;
    const name = kind === 'api-key' ? 'apiKeys' : 'sessions';
    sides.set(tenant, { ...before, [name]: withOne(before[name], since) });
  }
  return sides;
}

const withOne = ({ count, oldest }: CredentialCount, since: string): CredentialCount => ({
  count: count + 1,
  oldest: oldest === null || Date.parse(since) < Date.parse(oldest) ? since : oldest,
});
