import { DEPLOYMENT_SLUG, type EventData } from '@countersign/contract';
import type { EnrolledGateway, RecordChain } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';

/** A gateway has vanished if no broker has had contact for this long. A revoked gateway has vanished at once. */
export const VANISHED_AFTER_MS = 15 * 60_000;

/** Records contact with these gateways. If a closed gateway is back, that is legitimate, and an event. */
export async function recordContact(deps: Deps, gateways: readonly string[]): Promise<void> {
  if (gateways.length === 0) return;
  await deps.store.gateways.write(async (unit) => {
    const at = deps.clock.now().toISOString();
    for (const { id, closedAt } of await unit.gateways.seen(gateways, at))
      await unit.log.append({
        type: 'gateway.returned',
        at,
        actor: id,
        data: { gateway: id, closedAt },
      });
  });
}

/**
 * Closes the gateways that have vanished: first in the log of each tenant with an open record chain, last in the
 * deployment's log. Each event commits together with its closing, after checking again that it is due. So it is written
 * once, however many brokers run, and the next run completes what a crash left undone.
 *
 * @param watchingSince when this broker began to listen; earlier silence proves nothing
 * @returns how many were closed
 */
export async function closeVanishedGateways(deps: Deps, watchingSince: Date): Promise<number> {
  const since = deps.clock.now().getTime() - VANISHED_AFTER_MS;
  const silentBefore = watchingSince.getTime() <= since ? new Date(since).toISOString() : null;
  const gone = await deps.store.gateways.read((unit) => unit.gateways.vanished(silentBefore));
  let closed = 0;
  for (const { id } of gone) {
    const tenants = await deps.store.gateways.read((unit) => unit.records.tenantsOfOpenChains(id));
    for (const tenant of tenants.filter((slug) => slug !== DEPLOYMENT_SLUG))
      await closeIn(deps, id, silentBefore, tenant);
    if (await closeIn(deps, id, silentBefore, DEPLOYMENT_SLUG)) closed += 1;
  }
  return closed;
}

function closeIn(deps: Deps, id: string, silentBefore: string | null, tenant: string): Promise<boolean> {
  return deps.store.gateways.write(async (unit) => {
    const { records, log } = await unit.tenant(tenant);
    const gateway = (await unit.gateways.vanished(silentBefore)).find((each) => each.id === id);
    if (gateway === undefined) return false;
    const at = deps.clock.now().toISOString();
    if (tenant === DEPLOYMENT_SLUG && !(await unit.gateways.close(id, at))) return false;
    const chain = await records.closeChains(id, at);
    if (chain === null && tenant !== DEPLOYMENT_SLUG) return false;
    await log.append({ type: 'gateway.closed', at, actor: 'job', data: closingData(gateway, chain) });
    return true;
  });
}

/** `boot`, `seq`, `hash`: the end of the chain that grew last. `head`: the last head that the gateway signed in it. */
function closingData(
  { id, revokedAt, lastSeenAt }: EnrolledGateway,
  chain: RecordChain | null,
): EventData<'gateway.closed'> {
  return {
    gateway: id,
    reason: revokedAt === null ? 'silent' : 'revoked',
    lastSeenAt,
    boot: chain?.boot ?? null,
    seq: chain?.seq ?? null,
    hash: chain?.hash ?? null,
    head: chain?.head ?? null,
  };
}
