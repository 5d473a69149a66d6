import { LIFT_TYPE, parseLift, parseSignature, parseStop, statementHash } from '@countersign/contract';
import { parseInput } from '../../domain/parse-input.js';
import { isLift, type ReportedStop, validateStop } from '../../domain/trust/stop.js';
import type { TenantUnit } from '../../ports/index.js';
import type { SigningDeps } from '../shared/deps.js';
import { findSigningKey, requireValidSignature } from './signed-by.js';
import { insideOf, keepLift, keepStop, stopFacts } from './stops.js';

/** @throws AccessError `invalid_request` for what is neither a stop nor a lift */
export function parseReportedStop(given: unknown): ReportedStop {
  const signature = parseInput('/countersignature', () => parseSignature(given));
  return parseInput('/countersignature/statement', () =>
    signature.statement.type === LIFT_TYPE
      ? { ...signature, statement: parseLift(signature.statement) }
      : { ...signature, statement: parseStop(signature.statement) },
  );
}

/**
 * Whether this broker can tell that a handed stop or lift counts: it holds the version that the statement names, and the
 * key. False if it cannot, since gateways may have followed more of the tenant’s trust than it has, or less.
 *
 * @throws AccessError `invalid_request` for what no gateway takes
 */
export async function isVerifiableHere(
  deps: SigningDeps,
  unit: TenantUnit,
  handed: ReportedStop,
): Promise<boolean> {
  const { statement, credential } = handed;
  const facts = await stopFacts(deps, insideOf(unit), unit.tenant, statement.person);
  validateStop(statement, facts, 'reported');
  if (!facts.versions.includes(statement.trust)) return false;
  const key = await findSigningKey(deps, unit, statement.person, credential);
  if (key === undefined) return false;
  requireValidSignature(deps, handed, key);
  return true;
}

/**
 * Keeps one that counts; one that is known changes nothing.
 *
 * @returns false for the lift of a stop that is not known here
 */
export async function keepReportedStop(
  deps: SigningDeps,
  unit: TenantUnit,
  handed: ReportedStop,
  taken: { at: string; gateway: string },
): Promise<boolean> {
  if (isLift(handed)) {
    const stop = await unit.stops.find(handed.statement.stop);
    if (stop === null) return false;
    if (stop.liftedAt === null) await keepLift(unit, stop, { ...taken, signature: handed });
  } else {
    const known = await unit.stops.find(statementHash(deps.hashing, handed.statement));
    if (known === null) await keepStop(deps, unit, { ...taken, signature: handed });
  }
  return true;
}
