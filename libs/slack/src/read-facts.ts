import {
  type AccessRequest,
  type EarlierDenial,
  earlierDenials,
  type Grant,
  isOpen,
  type ReadUnit,
  type RequestView,
  type Review,
  requestViews,
} from '@countersign/access';
import type { ServiceDefinition } from '@countersign/scope';

/** All that a card tells of one request. Texts are as people wrote them; instants RFC 3339 UTC. */
export interface CardFacts {
  /** With the approvals that each side has given by now. */
  request: AccessRequest;
  /** Oldest first, each with its person's name. */
  reviews: readonly (Review & { name: string })[];
  /** What the customer offers instead, while it waits for an answer. */
  offer: (NonNullable<RequestView['offer']> & { name: string }) | null;
  requester: string;
  vendor: string;
  tenant: string;
  /** As it is routed now; null where it was removed. */
  service: ServiceDefinition | null;
  /** Null where it was erased. */
  justification: string | null;
  /** `none` where none was named; null where it was erased. */
  ticket: { value: string | null } | 'none';
  grant: Grant | null;
  /** Who ended the grant; null where time or a rule did, or while it lives. */
  endedBy: string | null;
  /** Of something alike, newest first; while the request is open. */
  denials: readonly (EarlierDenial & { name: string })[];
  /** When this was read. */
  now: string;
}

type Unit = Pick<ReadUnit, 'requests' | 'reviews' | 'openings' | 'invitations' | 'grants' | 'organisation'>;

/** What one card tells; null where the unit does not see the request (P9). */
export async function readFacts(unit: Unit, request: string, now: Date): Promise<CardFacts | null> {
  const found = await unit.requests.find(request);
  if (found === null) return null;
  const [facts] = await factsOf(unit, [found], now);
  return facts ?? null;
}

/** What many cards tell, in few reads: nobody and nothing is looked up twice. */
export async function factsOf(
  unit: Unit,
  requests: readonly AccessRequest[],
  now: Date,
): Promise<CardFacts[]> {
  const views = await requestViews(unit, requests);
  const name = remembered(async (id) => (await unit.organisation.person(id))?.name ?? id);
  const tenant = remembered(async (slug) => (await unit.organisation.tenant(slug))?.name ?? slug);
  const service = remembered(async (slug) => (await unit.organisation.service(slug))?.definition ?? null);
  const vendor = requests.length === 0 ? '' : await unit.organisation.vendorName();
  const made: CardFacts[] = [];
  for (const view of views) {
    const { request, reviews, openings, offer } = view;
    const grant = request.grant === null ? null : await unit.grants.find(request.grant);
    const denials = isOpen(request) ? await earlierDenials(unit, request) : [];
    made.push({
      request,
      reviews: await Promise.all(
        reviews.map(async (review) => ({ ...review, name: await name(review.person) })),
      ),
      offer: offer === null ? null : { ...offer, name: await name(offer.person) },
      requester: await name(request.requester),
      vendor,
      tenant: await tenant(request.tenant),
      service: await service(request.service),
      justification: openings['justification']?.value ?? null,
      ticket: request.terms.ticket === undefined ? 'none' : { value: openings['ticket']?.value ?? null },
      grant,
      endedBy: grant === null || grant.endedBy === null ? null : await name(grant.endedBy),
      denials: await Promise.all(
        denials.map(async (denial) => ({ ...denial, name: await name(denial.requester) })),
      ),
      now: now.toISOString(),
    });
  }
  return made;
}

function remembered<T>(look: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (key) => {
    const found = known.get(key) ?? look(key);
    known.set(key, found);
    return found;
  };
}
