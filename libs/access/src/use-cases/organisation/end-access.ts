import { toInstant } from '@countersign/contract';
import { isOpen } from '../../domain/access-request.js';
import type { Person } from '../../domain/person.js';
import type { VendorUnit } from '../../ports/index.js';
import { endGrantsIn } from '../grants/end-grant.js';
import { endRequestIn } from '../requests/cancel-request.js';

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
  const held = await unit.grants.liveOf({ requesters: [id], tenants: [], services: [] });
  for (const grant of held)
    await endGrantsIn(await unit.tenant(grant.tenant), [grant], { ...end, reason: 'revoked' });
}
