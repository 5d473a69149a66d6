import { changedMeanwhile } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';

type Unit = Pick<TenantUnit, 'days' | 'log'>;

/**
 * Writes the head of the deployment's log into the tenant's log. From then on the vendor cannot show this tenant another
 * history of routes, gateways, keys, staff and access policy than it shows to others.
 */
export async function checkpointDeploymentIn(unit: Unit, at: string): Promise<void> {
  await append(unit, await unit.days.deploymentPoint(), at);
}

/**
 * Before a grant's own event: does the same if the deployment has changed in a way that grants depend on, and the tenant's
 * log does not say so yet.
 */
export async function checkpointChangedDeploymentIn(unit: Unit, at: string): Promise<void> {
  const point = await unit.days.deploymentPoint();
  if (point.recorded < point.reliedOn) await append(unit, point, at);
}

async function append(
  { days, log }: Unit,
  { origin, size, root }: { origin: string; size: number; root: string },
  at: string,
): Promise<void> {
  await log.append({ type: 'deployment.checkpoint', at, actor: 'job', data: { origin, size, root } });
  if (!(await days.recordDeployment(size))) throw changedMeanwhile('tenant');
}
