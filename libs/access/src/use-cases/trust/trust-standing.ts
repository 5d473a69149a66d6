import type { TenantRecord } from '../../domain/organisation.js';
import { hasRole } from '../../domain/person.js';
import { countersignedActions, type TrustStatus } from '../../domain/trust/trust-status.js';
import type { RequestedAccess } from '../../policy/requested-access.js';
import type { ReadUnit } from '../../ports/index.js';
import { activePasskeys } from '../sessions/standing-keys.js';

type Reads = Pick<ReadUnit, 'organisation' | 'trust' | 'authenticators' | 'stops'>;

/** What the tenant's people have signed of themselves, as far as this ask is concerned. */
export async function loadTrustStatus(
  unit: Reads,
  { slug, controls }: TenantRecord,
  { scope }: Pick<RequestedAccess, 'scope'>,
): Promise<TrustStatus> {
  const document = (await unit.trust.current(slug))?.document ?? null;
  const isAsked = countersignedActions(scope, controls, { document }).length > 0;
  const stops = document === null ? [] : await unit.stops.standing(slug);
  return {
    document,
    signers: isAsked ? await signers(unit, slug, document) : 0,
    stopped: stops.some(({ digest }) => digest === null),
  };
}

/** Approvers who have a passkey that counts: in the document that is in force, or just enrolled where there is none. */
async function signers(unit: Reads, tenant: string, document: TrustStatus['document']): Promise<number> {
  const people = await unit.organisation.people(tenant);
  const able = new Set(
    document === null
      ? (await unit.authenticators.passkeys(tenant)).map(({ person }) => person)
      : (await activePasskeys(unit, document)).map(({ person }) => person),
  );
  return people.filter((person) => hasRole(person, 'approver') && able.has(person.id)).length;
}
