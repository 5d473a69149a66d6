import {
  canonicalJson,
  LIFT_TYPE,
  parseLift,
  parseSignature,
  parseStop,
  sha256Digest,
  statementHash,
} from '@countersign/contract';
import { servesTenant } from '../../domain/gateway-binding.js';
import {
  isLift,
  isStop,
  makeRoomForRelayed,
  type RelayedStop,
  type SignedStopOrLift,
  validateStop,
} from '../../domain/trust/stop.js';
import { parseInput } from '../../domain/validate-input.js';
import { AccessError, notFound } from '../../errors.js';
import type { EnrolledGateway, ReadUnit, TenantUnit, VendorUnit } from '../../ports/index.js';
import type { SigningDeps } from '../shared/deps.js';
import { findSigningKey, requireValidSignature } from '../shared/verify-signature.js';
import { stopFacts, stopPoint, storeLift, storeStop } from './stops.js';

/**
 * Receives a stop or lift that a customer handed in at a gateway, perhaps while no broker was reachable. Its signature alone
 * gives it effect; a known one changes nothing. A stop that this broker cannot verify has no effect here, but the feed
 * carries it to the other gateways, and each verifies it by itself.
 *
 * @param input the signature as received
 * @throws AccessError `invalid_request` (also for one that cannot be verified, of a tenant that the gateway does not serve),
 *   `not_found` for an unknown tenant, `conflict` if this gateway has reported too many
 *   stops that cannot be verified
 */
export async function receiveRelayedStop(
  deps: SigningDeps,
  by: EnrolledGateway,
  input: unknown,
): Promise<void> {
  const reported = parseStopOrLift(input);
  const { tenant } = reported.statement;
  const gateway = by.id;
  if (await deps.store.readForTenant(tenant, (unit) => isKnown(deps, unit, reported))) return;
  // Across tenants: how much a gateway may have relayed is counted over all of them.
  await deps.store.asVendor(async (vendor) => {
    if ((await vendor.organisation.tenant(tenant)) === null) throw notFound('tenant');
    const unit = await vendor.tenant(tenant);
    const receipt = { at: deps.clock.now().toISOString(), gateway };
    const isStored =
      (await isVerifiableHere(deps, unit, reported)) &&
      (await storeStopOrLift(deps, unit, reported, receipt));
    // The lift of the stop that was stored just now may have arrived before it.
    if (isStored) await reviewRelayedStops(deps, unit);
    else if (!servesTenant(by, tenant))
      throw new AccessError(
        'invalid_request',
        'This broker cannot verify the stop. It relays no stop of a tenant that the gateway does not serve.',
      );
    else await relayStop(deps, vendor, reported, gateway);
  });
}

/** Whether exactly this signature is stored already: then it is neither verified nor written again. */
async function isKnown(
  { hashing }: SigningDeps,
  { stops }: Pick<ReadUnit, 'stops'>,
  reported: SignedStopOrLift,
): Promise<boolean> {
  const of = isLift(reported) ? reported.statement.stop : statementHash(hashing, reported.statement);
  const stop = await stops.find(of);
  const stored = isLift(reported) ? stop?.lift : stop?.signature;
  return stored != null && canonicalJson(stored) === canonicalJson(reported);
}

/** Parses a relayed stop or lift. @throws AccessError `invalid_request` if it is neither */
function parseStopOrLift(input: unknown): SignedStopOrLift {
  const signature = parseInput('/countersignature', () => parseSignature(input));
  return parseInput('/countersignature/statement', () =>
    signature.statement.type === LIFT_TYPE
      ? { ...signature, statement: parseLift(signature.statement) }
      : { ...signature, statement: parseStop(signature.statement) },
  );
}

/**
 * Verifies a reported stop or lift. That needs the trust version that the statement names, and the key.
 *
 * @returns false if this broker lacks either: gateways may know newer or older versions of the tenant's trust
 * @throws AccessError `invalid_request` for a stop that no gateway accepts
 */
async function isVerifiableHere(
  deps: SigningDeps,
  unit: TenantUnit,
  reported: SignedStopOrLift,
): Promise<boolean> {
  const { statement, credential } = reported;
  const facts = await stopFacts(deps, stopPoint(unit), unit.tenant, statement.person);
  validateStop(statement, facts, 'reported');
  if (!facts.versions.includes(statement.trust)) return false;
  const key = await findSigningKey(deps, unit, statement.person, credential);
  if (key === undefined) return false;
  requireValidSignature(deps, reported, key);
  return true;
}

/**
 * Stores a verified stop or lift; a known one changes nothing.
 *
 * @returns false for the lift of a stop that is not known here
 */
async function storeStopOrLift(
  deps: SigningDeps,
  unit: TenantUnit,
  reported: SignedStopOrLift,
  receipt: { at: string; gateway: string },
): Promise<boolean> {
  if (isLift(reported)) {
    const stop = await unit.stops.find(reported.statement.stop);
    if (stop === null) return false;
    if (stop.liftedAt === null) await storeLift(unit, stop, { ...receipt, signature: reported });
  } else {
    const known = await unit.stops.find(statementHash(deps.hashing, reported.statement));
    if (known === null) await storeStop(deps, unit, { ...receipt, signature: reported });
  }
  return true;
}

/**
 * Relays to the other gateways a stop that this broker cannot verify; a relayed one changes nothing.
 *
 * @throws AccessError `conflict` if this gateway has reported too many
 */
async function relayStop(
  { hashing, clock }: SigningDeps,
  { tenant: inTenant, relayed }: VendorUnit,
  signature: SignedStopOrLift,
  gateway: string,
): Promise<void> {
  const { tenant } = signature.statement;
  const id = sha256Digest(hashing, canonicalJson(signature));
  const unit = await inTenant(tenant);
  if ((await unit.relayed.find(id)) !== null) return;
  const now = clock.now();
  const { hasRoom, expired } = makeRoomForRelayed(await relayed.by(gateway), tenant, now);
  if (!hasRoom)
    throw new AccessError('conflict', 'This gateway has reported too many stops that cannot be verified.');
  for (const old of expired) await (await inTenant(old.tenant)).relayed.remove(old.id);
  const at = now.toISOString();
  await unit.relayed.insert({ id, tenant, gateway, signature, at });
  await unit.log.append({ type: 'trust.relayed', at, actor: gateway, data: { gateway, signature } });
  await unit.feed.changed('relayed', id);
}

/**
 * Verifies the relayed stops again after the tenant's trust or stops have changed. Verified ones are stored, invalid ones
 * are dropped, and the rest stay relayed.
 */
export async function reviewRelayedStops(deps: SigningDeps, unit: TenantUnit): Promise<void> {
  const all = await unit.relayed.list(unit.tenant);
  const stopsFirst = [
    ...all.filter(({ signature }) => isStop(signature)),
    ...all.filter(({ signature }) => isLift(signature)),
  ];
  for (const each of stopsFirst) if (await settle(deps, unit, each)) await unit.relayed.remove(each.id);
}

async function settle(
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
  return storeStopOrLift(deps, unit, signature, { at: deps.clock.now().toISOString(), gateway });
}
