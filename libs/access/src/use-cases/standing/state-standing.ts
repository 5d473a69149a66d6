import { toInstant, utcDay } from '@countersign/contract';
import {
  type DeploymentStanding,
  NO_CREDENTIALS,
  type PeoplesCredentials,
  stateStanding,
} from '../../domain/standing.js';
import type { DueDay, TenantUnit } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import {
  accessWays,
  controlsChangedAt,
  countCredentials,
  gatewayWays,
  newestAt,
  servingGateways,
} from './ways-in.js';

/** What a statement about a tenant says besides what the tenant's own rows say. */
export type StandingOf = (tenant: string) => DeploymentStanding & {
  own: PeoplesCredentials;
  /** When its controls were last changed. */
  changedAt: string;
};

/** Reads it once for all tenants of a run: credentials and gateways are rows of the deployment. */
export async function standingOfDeployment(deps: Deps, due: readonly DueDay[]): Promise<StandingOf> {
  const changes = new Map<string, { changedAt: string | null; statedAt: string | null }>();
  for (const { tenant } of due)
    changes.set(
      tenant,
      await deps.store.readForTenant(tenant, async (unit) => ({
        changedAt: await controlsChangedAt(unit),
        statedAt: await newestAt(unit, ['standing.stated']),
      })),
    );
  return deps.store.standing.read(async (unit) => {
    const sides = [null, ...new Set(due.map(({ tenant }) => tenant))];
    const counts = countCredentials(await unit.credentials.live(sides, deps.clock.now().toISOString()));
    const coverage = await unit.organisation.coverage();
    const vendor = counts.get(null) ?? NO_CREDENTIALS;
    const gateways = new Map<string, Pick<DeploymentStanding, 'gateways' | 'serving'>>();
    for (const { tenant } of due)
      gateways.set(tenant, {
        gateways: await gatewayWays(unit, tenant),
        serving: await servingGateways(unit, tenant, changes.get(tenant)?.statedAt ?? null),
      });
    return (tenant) => ({
      ...{ gateways: [], serving: [], ...gateways.get(tenant), vendor, coverage },
      own: counts.get(tenant) ?? NO_CREDENTIALS,
      changedAt: changes.get(tenant)?.changedAt ?? deps.clock.now().toISOString(),
    });
  });
}

/**
 * Writes the leaf `standing.stated`. It commits with the day's sealed leaf, so that a day has one, however many brokers run.
 * Days on which no broker ran have none: what was open then is known from the grants' own leaves alone.
 */
export async function stateStandingIn(
  unit: Pick<TenantUnit, 'tenant' | 'grants' | 'requests' | 'invitations' | 'trust' | 'organisation' | 'log'>,
  now: Date,
  { own, changedAt, ...deployment }: ReturnType<StandingOf>,
): Promise<void> {
  const { tenant } = unit;
  const record = await unit.organisation.tenant(tenant);
  const version = await unit.trust.current(tenant);
  const rules = record === null ? [] : [{ tenant, controls: record.controls, changedAt, version }];
  const ways = await accessWays(unit, rules, now);
  const statement = stateStanding(utcDay(now), ways, own, deployment);
  await unit.log.append({
    ...{ type: 'standing.stated', at: toInstant(now), actor: 'job' },
    data: { ...statement },
  });
}
