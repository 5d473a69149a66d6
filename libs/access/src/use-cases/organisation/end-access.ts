import { toInstant } from '@countersign/contract';
import { isOpen } from '../../domain/access-request.js';
import type { Person } from '../../domain/person.js';
import type { TenantUnit, VendorUnit } from '../../ports/index.js';
import { endGrantsIn } from '../ending/end-grant.js';
import { endRequestIn } from '../ending/end-request.js';

/** Who ends a person's access (`host`, `job`, or a person's id), and when. */
export interface EndedBy {
  actor: string;
  at: string;
}

/**
 * Ends everything that lets this person in, in one unit: sessions, API keys, links of Slack accounts, sign-ins that have
 * begun, open requests and grants. They can sign in again if their organisation lets them.
 */
export async function endAccessIn(unit: VendorUnit, person: Person, by: EndedBy): Promise<void> {
  await unit.sessions.endAllOf(person.id, by.at);
  await unit.apiKeys.revokeAllOf(person.id, by.at);
  await unit.slackAccounts.forgetAllOf(person.id);
  await unit.attempts.dropAllOf(person.id);
  await endRequestersAccessIn(unit, person, by);
}

/** If the person's own sign-in revealed the change, the broker ended their access, not the person. */
export const endedFor = ({ id }: Person, { actor, at }: EndedBy): EndedBy => ({
  actor: actor === id ? 'job' : actor,
  at,
});

/** Cancels the person's open requests and revokes their grants, in every tenant. */
export async function endRequestersAccessIn(unit: VendorUnit, person: Person, by: EndedBy): Promise<void> {
  const { id } = person;
  const end = { ...endedFor(person, by), at: toInstant(new Date(by.at)) };
  for (const located of await unit.requests.openOf(id)) {
    const own = await unit.tenant(located.tenant);
    const request = await own.requests.find(located.id);
    if (request !== null && isOpen(request)) await endRequestIn(own, request, { ...end, to: 'cancelled' });
  }
  const grants = await unit.grants.liveOf({ requesters: [id], tenants: [], services: [] });
  for (const grant of grants)
    await endGrantsIn(await unit.tenant(grant.tenant), [grant], { ...end, reason: 'revoked' });
}

/**
 * Removes a person's passkeys and recovery keys. If the trust document in force lists them, gateways accept them until the
 * next version leaves them out; this broker does not.
 */
export async function removeAuthenticatorsIn(
  { tenant, authenticators, log }: TenantUnit,
  person: string,
  { actor, at }: { actor: string; at: string },
): Promise<void> {
  for (const { id } of (await authenticators.passkeys(tenant)).filter((key) => key.person === person)) {
    await authenticators.removePasskey(id, at);
    await log.append({ type: 'passkey.removed', at, actor, data: { person, credential: id } });
  }
  for (const { id } of (await authenticators.recoveryKeys(tenant)).filter((key) => key.person === person)) {
    await authenticators.removeRecoveryKey(id, at);
    await log.append({ type: 'recovery-key.removed', at, actor, data: { person, key: id } });
  }
}
