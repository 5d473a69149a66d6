import {
  LIFT_TYPE,
  type LiftStatement,
  parseLift,
  parseSignature,
  parseStop,
  type Signature,
  type StopStatement,
  statementHash,
} from '@countersign/scope';
import { notFound } from '../errors.js';
import type { EnrolledGateway } from '../ports/credentials.js';
import type { TenantUnit } from '../ports/store.js';
import { readSigned } from '../trust/read-signed.js';
import { judgeStop } from '../trust/stop-statement.js';
import type { SigningDeps } from './deps.js';
import { demandSignedBy } from './signed-by.js';
import { insideOf, keepLift, keepStop, stopFacts } from './stops.js';

type Handed = Signature<StopStatement | LiftStatement>;

/**
 * A stop or lift that a customer handed in at a gateway, perhaps while this broker was away, and that the gateway passes on:
 * so that all others hear of it. It counts by its signature alone; one that is known changes nothing.
 *
 * @param given the signature as it came
 * @throws AccessError `invalid_request`, `not_found` for a tenant or a lift's stop that is not known
 */
export async function takeHandedStop(
  deps: SigningDeps,
  { id: gateway }: EnrolledGateway,
  given: unknown,
): Promise<void> {
  const signature = readSigned('/countersignature', () => parseSignature(given));
  const isLift = signature.statement.type === LIFT_TYPE;
  const statement = readSigned('/countersignature/statement', () =>
    (isLift ? parseLift : parseStop)(signature.statement),
  );
  const handed: Handed = { ...signature, statement };
  const { tenant, person } = statement;
  await deps.store.forTenant(tenant, async (unit) => {
    if ((await unit.organisation.tenant(tenant)) === null) throw notFound('tenant');
    const facts = await stopFacts(deps, insideOf(unit), tenant, person);
    judgeStop(statement, facts, 'handed');
    await demandSignedBy(deps, unit, person, handed);
    await keep(deps, unit, handed, { at: facts.now.toISOString(), gateway });
  });
}

async function keep(
  deps: SigningDeps,
  unit: TenantUnit,
  handed: Handed,
  taken: { at: string; gateway: string },
): Promise<void> {
  if (isLift(handed)) {
    const stop = await unit.stops.find(handed.statement.stop);
    if (stop === null) throw notFound('stop');
    if (stop.liftedAt === null) await keepLift(unit, stop, { ...taken, signature: handed });
  } else if (isStop(handed)) {
    const known = await unit.stops.find(statementHash(deps.hashing, handed.statement));
    if (known === null) await keepStop(deps, unit, { ...taken, signature: handed });
  }
}

const isLift = (signature: Handed): signature is Signature<LiftStatement> =>
  signature.statement.type === LIFT_TYPE;
const isStop = (signature: Handed): signature is Signature<StopStatement> => !isLift(signature);
