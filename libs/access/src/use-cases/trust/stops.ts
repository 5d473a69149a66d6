import {
  type LiftStatement,
  parseLift,
  parseSignature,
  parseStop,
  type Signature,
  type StopStatement,
  statementHash,
} from '@countersign/contract';
import type { Person, Principal } from '../../domain/person.js';
import {
  liftStatement,
  STOP_NONCE_BYTES,
  type Stop,
  type StopFacts,
  stopStatement,
  validateStop,
} from '../../domain/trust/stop.js';
import { parseInput } from '../../domain/validate-input.js';
import { AccessError, notFound } from '../../errors.js';
import type { DraftOf, ReadUnit, TenantUnit } from '../../ports/index.js';
import { trustNotice } from '../notices/notices.js';
import type { Deps, SigningDeps } from '../shared/deps.js';
import { requireTenantAccess } from '../shared/tenant-access.js';
import { requireSignedBy, signingPoint } from '../shared/verify-signature.js';
import { readAsPerson } from '../shared/visible-objects.js';
import { requireMember } from './trust-proposals.js';

type Point = Pick<ReadUnit, 'trust'> & { head(): Promise<StopFacts['log']> };

export async function stopFacts(
  { store, clock }: Deps,
  unit: Point,
  tenant: string,
  person: string,
): Promise<StopFacts> {
  const versions = (await unit.trust.chain(tenant)).map(({ hash }) => hash);
  return { deployment: store.deployment, tenant, person, versions, log: await unit.head(), now: clock.now() };
}

/** What stops need of a writing unit: the trust chain and the log's head. */
export const stopPoint = ({ trust, log }: TenantUnit): Point => ({ trust, head: () => log.head() });

/** The stop that the caller may sign now. @throws AccessError `forbidden`, `not_found`, `wrong_state` while unclaimed */
export function draftStopStatement(
  deps: Deps,
  principal: Principal,
  tenant: string,
  digest: string | undefined,
): Promise<StopStatement> {
  requireTenantAccess(principal, 'stop.draft', tenant);
  return readAsPerson(deps, principal.person, async (unit) =>
    stopStatement(
      await stopFacts(deps, signingPoint(unit), tenant, principal.person.id),
      deps.random.bytes(STOP_NONCE_BYTES),
      digest,
    ),
  );
}

/** The lift of a stop, as the caller may sign it now. @throws AccessError `forbidden`, `not_found`, `wrong_state` */
export function draftLiftStatement(
  deps: Deps,
  principal: Principal,
  tenant: string,
  hash: string,
): Promise<LiftStatement> {
  requireTenantAccess(principal, 'stop.draft', tenant);
  return readAsPerson(deps, principal.person, async (unit) => {
    requireStopInForce(await unit.stops.find(hash));
    const facts = await stopFacts(deps, signingPoint(unit), tenant, principal.person.id);
    return liftStatement(facts, deps.random.bytes(STOP_NONCE_BYTES), hash);
  });
}

function requireStopInForce(stop: Stop | null): Stop {
  if (stop === null) throw notFound('stop');
  if (stop.liftedAt !== null) throw new AccessError('wrong_state', 'This stop was lifted already.');
  return stop;
}

/** In force, oldest first. @throws AccessError `forbidden`, `not_found` */
export function listStops(deps: Deps, principal: Principal, tenant: string): Promise<Stop[]> {
  requireTenantAccess(principal, 'trust.read', tenant);
  return readAsPerson(deps, principal.person, async (unit) => {
    if ((await unit.organisation.tenant(tenant)) === null) throw notFound('tenant');
    return unit.stops.standing([tenant]);
  });
}

/** Verifies a stop or lift of the caller's own, signed with their passkey within its five minutes. */
async function verifyStop<S extends StopStatement | LiftStatement>(
  deps: SigningDeps,
  unit: TenantUnit,
  principal: Principal,
  signature: Signature,
  parse: (value: unknown) => S,
): Promise<{ signature: Signature<S>; person: Person; at: string }> {
  const person = await requireMember(unit, principal, 'stop.write', unit.tenant);
  const statement = parseInput('/countersignature/statement', () => parse(signature.statement));
  const facts = await stopFacts(deps, stopPoint(unit), unit.tenant, person.id);
  validateStop(statement, facts);
  const read = { ...signature, statement };
  await requireSignedBy(deps, unit, person.id, read);
  return { signature: read, person, at: facts.now.toISOString() };
}

/**
 * Sets a customer's signed stop. Until its lift, gateways that have pinned the tenant refuse all it covers, whatever the
 * broker says, and the broker accepts no request, review or mint under it.
 *
 * @param input the signature as received
 * @throws AccessError `forbidden`, `not_found`, `invalid_request`, `conflict` if this stop was set before
 */
export function setStop(
  deps: SigningDeps,
  principal: Principal,
  tenant: string,
  input: unknown,
): Promise<Stop> {
  const read = parseInput('/countersignature', () => parseSignature(input));
  return deps.store.forTenant(tenant, async (unit) => {
    const { signature, at } = await verifyStop(deps, unit, principal, read, parseStop);
    return storeStop(deps, unit, { signature, at });
  });
}

/** A verified stop or lift, when it was received, and the gateway that reported it, if one did. */
type VerifiedStop<S extends StopStatement | LiftStatement> = {
  signature: Signature<S>;
  at: string;
  gateway?: string;
};

/** Stores a verified stop with its event, feed change and notice. @throws AccessError `conflict` if it was set before */
export async function storeStop(
  { hashing }: Pick<Deps, 'hashing'>,
  unit: TenantUnit,
  { signature, at, ...by }: VerifiedStop<StopStatement>,
): Promise<Stop> {
  const { tenant, person, digest = null } = signature.statement;
  const hash = statementHash(hashing, signature.statement);
  const stop: Stop = {
    ...{ hash, tenant, person, digest, signature, at },
    ...{ lift: null, liftedBy: null, liftedAt: null },
  };
  await unit.stops.insert(stop);
  await recordStop(unit, 'stopped', {
    ...{ type: 'trust.stopped', at, actor: person },
    data: { stop: hash, digest, signature, ...by },
  });
  return stop;
}

/** Ends a stop. @throws AccessError `forbidden`, `not_found`, `invalid_request`, `wrong_state` if it was lifted already */
export function liftStop(
  deps: SigningDeps,
  principal: Principal,
  tenant: string,
  input: unknown,
): Promise<Stop> {
  const read = parseInput('/countersignature', () => parseSignature(input));
  return deps.store.forTenant(tenant, async (unit) => {
    const { signature, at } = await verifyStop(deps, unit, principal, read, parseLift);
    return storeLift(unit, requireStopInForce(await unit.stops.find(signature.statement.stop)), {
      signature,
      at,
    });
  });
}

/** Stores a verified lift with its event, feed change and notice. @throws AccessError `wrong_state` if the stop was lifted already */
export async function storeLift(
  unit: TenantUnit,
  stop: Stop,
  { signature, at, ...by }: VerifiedStop<LiftStatement>,
): Promise<Stop> {
  const { person } = signature.statement;
  const lifted: Stop = { ...stop, lift: signature, liftedBy: person, liftedAt: at };
  if (!(await unit.stops.lift(lifted))) throw new AccessError('wrong_state', 'This stop was lifted already.');
  await recordStop(unit, 'lifted', {
    ...{ type: 'trust.lifted', at, actor: person },
    data: { stop: stop.hash, signature, ...by },
  });
  return lifted;
}

/** Writes the event, feed change and notice of a stop or lift. */
async function recordStop(
  unit: TenantUnit,
  what: 'stopped' | 'lifted',
  event: DraftOf<'trust.stopped'> | DraftOf<'trust.lifted'>,
): Promise<void> {
  const { stop } = event.data;
  await unit.log.append(event);
  await unit.feed.changed('stop', stop);
  await unit.outbox.add(trustNotice(unit.tenant, what, stop, event.at));
}
