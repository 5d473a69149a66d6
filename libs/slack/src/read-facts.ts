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
import type { ServiceDefinition } from '@countersign/contract';

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
  /** Of something alike, newest first; of an open request that is read by itself. */
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
  if (facts === undefined || !isOpen(found)) return facts ?? null;
  const denials = await earlierDenials(unit, found);
  const names = await namesOf(
    unit,
    denials.map(({ requester }) => requester),
  );
  return { ...facts, denials: denials.map((denial) => ({ ...denial, name: names(denial.requester) })) };
}

/** What many tell, in few reads: nobody and nothing is looked up twice, and earlier denials are left out. */
export async function factsOf(
  unit: Unit,
  requests: readonly AccessRequest[],
  now: Date,
): Promise<CardFacts[]> {
  if (requests.length === 0) return [];
  const views = await requestViews(unit, requests);
  const grants = new Map<string, Grant | null>();
  for (const { id, grant } of requests) grants.set(id, grant === null ? null : await unit.grants.find(grant));
  const names = await namesOf(unit, [
    ...requests.map(({ requester }) => requester),
    ...views.flatMap(({ reviews }) => reviews.map(({ person }) => person)),
    ...[...grants.values()].flatMap((grant) => grant?.endedBy ?? []),
  ]);
  const tenants = await each(
    requests,
    ({ tenant }) => tenant,
    (slug) => unit.organisation.tenant(slug),
  );
  const services = await each(
    requests,
    ({ service }) => service,
    (name) => unit.organisation.service(name),
  );
  const vendor = await unit.organisation.vendorName();
  return views.map(({ request, reviews, openings, offer }) => {
    const grant = grants.get(request.id) ?? null;
    return {
      request,
      reviews: reviews.map((review) => ({ ...review, name: names(review.person) })),
      offer: offer === null ? null : { ...offer, name: names(offer.person) },
      requester: names(request.requester),
      vendor,
      tenant: tenants.get(request.tenant)?.name ?? request.tenant,
      service: services.get(request.service)?.definition ?? null,
      justification: openings['justification']?.value ?? null,
      ticket: request.terms.ticket === undefined ? 'none' : { value: openings['ticket']?.value ?? null },
      grant,
      endedBy: grant === null || grant.endedBy === null ? null : names(grant.endedBy),
      denials: [],
      now: now.toISOString(),
    };
  });
}

/** Names by id, one look-up after the other: a unit has one connection. Who is not in sight is called by their id. */
async function namesOf(unit: Unit, ids: readonly string[]): Promise<(id: string) => string> {
  const people = await each(
    ids.map((id) => ({ id })),
    ({ id }) => id,
    (id) => unit.organisation.person(id),
  );
  return (id) => people.get(id)?.name ?? id;
}

async function each<Item, Found>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  look: (key: string) => Promise<Found>,
): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  for (const key of new Set(items.map(keyOf))) found.set(key, await look(key));
  return found;
}
