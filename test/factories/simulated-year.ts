import type { DemandCount, ReportFacts, RequestFact } from '@countersign/access';
import { DEMAND_KINDS, type RequesterFacts } from '@countersign/contract';

/** A generator with a fixed seed (mulberry32): the same year in each run. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const COUNTRIES = ['DE', 'US', 'FR', 'GB', 'NL', 'PL', 'ES', 'JP', 'BR', 'IN', 'CH', 'MT'];
const DAY_MS = 86_400_000;
const YEAR = { from: Date.parse('2026-01-01T00:00:00Z'), days: 365 };

/** What the terms of a request state of its requester: of every third nothing, of others some facts. */
function requesterOf(at: number): RequesterFacts | null {
  if (at % 3 === 0) return null;
  const country = { value: COUNTRIES[at % 11] ?? 'DE', verified: at % 2 === 0 };
  return at % 5 === 0 ? { country } : { country, employment: { value: 'employee', verified: false } };
}

/**
 * A year of activity, as reports count it. A few tenants have most of it, some have nearly none, and some countries concern one
 * tenant alone: the cases in which a report could give a tenant away.
 */
export function simulatedYear({
  seed,
  tenants,
  requests,
  demands,
}: {
  seed: number;
  tenants: number;
  requests: number;
  demands: number;
}): ReportFacts {
  const random = seeded(seed);
  const skewed = (count: number) => Math.floor(count * random() ** 2);
  const slug = (at: number) => `tenant-${String(at).padStart(2, '0')}`;
  const instant = () => new Date(YEAR.from + random() * YEAR.days * DAY_MS).toISOString();
  const requestFacts = Array.from({ length: requests }, (_, at): RequestFact => {
    const createdAt = instant();
    const state = random() < 0.8 ? 'approved' : random() < 0.5 ? 'denied' : 'other';
    const decidedAt =
      state === 'other' ? null : new Date(Date.parse(createdAt) + random() ** 3 * DAY_MS).toISOString();
    const isEmergency = random() < 0.01;
    const tenant = slug(skewed(tenants));
    return { id: `req_${at}`, tenant, state, isEmergency, createdAt, decidedAt, requester: requesterOf(at) };
  });
  const received = Array.from({ length: demands }, (_, at): DemandCount => {
    const country = COUNTRIES[skewed(COUNTRIES.length)] ?? 'DE';
    // Everything from here concerns one tenant: no figure may show it.
    const first = country === 'MT' ? 7 : skewed(tenants);
    const named = random() < 0.1 ? [first, (first + 1) % tenants] : [first];
    const withData = random() < 0.3;
    const steps: DemandCount['steps'] = ['received', 'redirected'];
    if (random() < 0.4) steps.push('challenged');
    if (random() < 0.2) steps.push('narrowed');
    steps.push(withData ? 'disclosed' : 'rejected');
    return {
      ...{ id: `dem_${at}`, country, kind: DEMAND_KINDS[skewed(DEMAND_KINDS.length)] ?? 'order' },
      ...{ receivedAt: instant(), tenants: named.map(slug).sort(), state: 'closed', steps },
      ...{ redirected: 'declined', accounts: 1 + skewed(9), isSealed: random() < 0.05 },
      disclosed: withData ? { withContent: random() < 0.5, accounts: 1 + skewed(5) } : null,
    };
  });
  const emergencies = requestFacts.filter(({ isEmergency }) => isEmergency);
  const lateDisclosures = emergencies
    .filter(() => random() < 0.1)
    .map(({ tenant }, at) => ({ id: `grt_${at}`, tenant }));
  return { demands: received, requests: requestFacts, lateDisclosures };
}

/** The part of the year that a report is about. */
export const within = (facts: ReportFacts, { from, to }: { from: string; to: string }): ReportFacts => {
  const isIn = (at: string) => Date.parse(at) >= Date.parse(from) && Date.parse(at) < Date.parse(to);
  return {
    demands: facts.demands.filter(({ receivedAt }) => isIn(receivedAt)),
    requests: facts.requests.filter(({ createdAt }) => isIn(createdAt)),
    lateDisclosures: from.includes('-01-01') ? facts.lateDisclosures : [],
  };
};
