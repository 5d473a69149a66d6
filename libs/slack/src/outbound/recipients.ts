import type { AccessRequest, AddressedNotice, NoticesReadUnit, Person, Review } from '@countersign/access';
import { changesEveryCopy, isSlackKind } from './kinds.js';

/** A recipient as deliveries name it: a tenant's channel, the reviewers' channel, somebody's direct messages. */
export type SlackRecipient =
  | { kind: 'tenant'; tenant: string }
  | { kind: 'vendor' }
  | { kind: 'person'; person: string };

export const VENDOR_CHANNEL = 'C:vendor';
export const channelOf = (tenant: string): string => `C:${tenant}`;
export const directTo = (person: string): string => `U:${person}`;

/** @throws Error for what no fan-out of ours wrote */
export function readRecipient(text: string): SlackRecipient {
  if (text === VENDOR_CHANNEL) return { kind: 'vendor' };
  const [, letter, rest = ''] = /^([CU]):(.+)$/.exec(text) ?? [];
  if (letter === 'C') return { kind: 'tenant', tenant: rest };
  if (letter === 'U') return { kind: 'person', person: rest };
  throw new Error('no recipient in Slack');
}

/**
 * Whom a notice reaches in Slack. A side with a channel is told there; without one each of its people is, and the
 * requester always. What changes the card changes each copy that stands anywhere.
 */
export async function recipientsOf(
  { notice, request, reviews, persons }: AddressedNotice,
  unit: NoticesReadUnit,
  now: Date,
): Promise<string[]> {
  if (request === null || !isSlackKind(notice.kind)) return [];
  const found = new Set<string>();
  const direct = async (person: Person) => {
    if (await isLinked(unit, person, now)) found.add(directTo(person.id));
  };
  if (notice.kind === 'request.escalated') {
    const decided = decidedBy(reviews, request);
    for (const person of persons) if (!decided.has(person.id)) await direct(person);
    return [...found];
  }
  const vendorHasChannel = (await unit.organisation.vendorSlack()) !== null;
  const tenantHasChannel = ((await unit.organisation.tenant(notice.tenant))?.slack ?? null) !== null;
  for (const person of persons)
    if (person.id === request.requester) await direct(person);
    else if (person.tenant === null && vendorHasChannel) found.add(VENDOR_CHANNEL);
    else if (person.tenant !== null && tenantHasChannel) found.add(channelOf(notice.tenant));
    else await direct(person);
  if (changesEveryCopy(notice.kind))
    for (const { recipient } of await unit.slackPosts.ofRequest(request.id)) found.add(recipient);
  return [...found];
}

const isLinked = async (unit: NoticesReadUnit, { id }: Person, now: Date): Promise<boolean> =>
  (await unit.slackAccounts.ofPerson(id)).some(({ expiresAt }) => now.getTime() < Date.parse(expiresAt));

const decidedBy = (reviews: readonly Review[], { digest }: AccessRequest): Set<string> =>
  new Set(reviews.filter((review) => review.digest === digest).map(({ person }) => person));
