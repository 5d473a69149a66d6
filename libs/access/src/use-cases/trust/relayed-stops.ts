import { canonicalJson, sha256Digest } from '@countersign/contract';
import {
  isLift,
  isStop,
  makeRoomForRelayed,
  type RelayedStop,
  type ReportedStop,
} from '../../domain/trust/stop.js';
import { AccessError } from '../../errors.js';
import type { TenantUnit, VendorUnit } from '../../ports/index.js';
import type { SigningDeps } from '../shared/deps.js';
import { isVerifiableHere, keepReportedStop } from './judge-handed.js';

/**
 * Passes on to the other gateways what this broker cannot judge; one that was passed on already changes nothing.
 *
 * @throws AccessError `conflict` if this gateway has passed on so many that there is no room for it
 */
export async function relayStop(
  { hashing, clock }: SigningDeps,
  { tenant: inTenant, relayed }: VendorUnit,
  signature: ReportedStop,
  gateway: string,
): Promise<void> {
  const { tenant } = signature.statement;
  const id = sha256Digest(hashing, canonicalJson(signature));
  const unit = await inTenant(tenant);
  if ((await unit.relayed.find(id)) !== null) return;
  const now = clock.now();
  const { hasRoom, expired } = makeRoomForRelayed(await relayed.by(gateway), tenant, now);
  if (!hasRoom)
    throw new AccessError('conflict', 'This gateway has passed on too many stops that nobody can judge.');
  for (const old of expired) await (await inTenant(old.tenant)).relayed.remove(old.id);
  const at = now.toISOString();
  await unit.relayed.insert({ id, tenant, gateway, signature, at });
  await unit.log.append({ type: 'trust.relayed', at, actor: gateway, data: { gateway, signature } });
  await unit.feed.changed('relayed', id);
}

/**
 * Looks again at what could not be judged, since the tenant’s trust or its stops are others now: what counts is kept,
 * what no gateway takes is let go, and the rest waits on.
 */
export async function reviewRelayedStops(deps: SigningDeps, unit: TenantUnit): Promise<void> {
  const all = await unit.relayed.list(unit.tenant);
  const stopsFirst = [
    ...all.filter(({ signature }) => isStop(signature)),
    ...all.filter(({ signature }) => isLift(signature)),
  ];
  for (const each of stopsFirst) if (await isSettled(deps, unit, each)) await unit.relayed.remove(each.id);
}

async function isSettled(
  deps: SigningDeps,
  unit: TenantUnit,
  { signature, gateway }: RelayedStop,
): Promise<boolean> {
  try {
    if (!(await isVerifiableHere(deps, unit, signature))) return false;
  } catch (error) {
    if (error instanceof AccessError && error.code === 'invalid_request') return true;
    throw error;
  }
  return keepReportedStop(deps, unit, signature, { at: deps.clock.now().toISOString(), gateway });
}
