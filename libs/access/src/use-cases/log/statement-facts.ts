import {
  daysAfter,
  type EventOf,
  type EventType,
  MOST_STATED_ACCESSES,
  type StatementFacts,
  utcDay,
} from '@countersign/contract';
import { servesTenant } from '../../domain/gateway-binding.js';
import type { EnrolledGateway, EventReads, ReadUnit, TimedLeaf } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';

/** The span that a statement is about: from `from` on, up to but not including `to`. */
export interface StatementSpan {
  from: string;
  to: string;
}

const PAGE = 5_000;
/** Seals and their openings: one a day. */
const MOST_DAYS = 10_000;
const DAY_MS = 86_400_000;

/**
 * Reads what a statement of a span says. A gateway's records are complete up to its newest signed head: it ships them in
 * order, earlier runs' first, so that the broker has all of them that are older than the head. A gateway without a head past
 * the end of the span, or with a gap in its records, is an exception.
 */
export async function statementFacts(
  deps: Deps,
  tenant: string,
  span: StatementSpan,
): Promise<StatementFacts> {
  const enrolled = await deps.store.gateways.read((unit) => unit.gateways.list());
  const serving = enrolled.filter(
    (gateway) =>
      servesTenant(gateway, tenant) &&
      isBefore(gateway.createdAt, span.to) &&
      (gateway.revokedAt === null || !isBefore(gateway.revokedAt, span.from)),
  );
  return deps.store.readForTenant(tenant, async (unit) => {
    const gaps = await gapsOf(unit.events, span);
    const newest = await unit.statements.lastHeads();
    const gateways: StatementFacts['gateways'] = [];
    const exceptions: StatementFacts['exceptions'] = [];
    for (const gateway of serving) {
      const last = newest.get(gateway.id);
      const { id, createdAt: enrolledAt, revokedAt } = gateway;
      const isPast = last !== undefined && !isBefore(last, endOf(gateway, span));
      gateways.push({
        ...{ gateway: id, enrolledAt, revokedAt },
        head: isPast ? await headLeaf(unit.events, id, last) : null,
      });
      const gap = gaps.get(id);
      if (gap !== undefined) exceptions.push({ gateway: id, from: gap, reason: 'gap' });
      else if (!isPast)
        exceptions.push({ gateway: id, from: latest(span.from, enrolledAt, last), reason: 'no_head' });
    }
    // All of it is one snapshot of the log.
    const { size: leaves } = await unit.events.head();
    return {
      ...{ leaves, ...(await accessesOf(unit.events, span)) },
      gateways,
      exceptions,
      sealed: await sealedDays(unit, span),
    };
  });
}

/** A gateway that was revoked within the span has to have signed up to then. */
const endOf = ({ revokedAt }: EnrolledGateway, { to }: StatementSpan): string =>
  revokedAt !== null && isBefore(revokedAt, to) ? revokedAt : to;

/** Instants come with and without fractions of a second. */
const isBefore = (one: string, other: string): boolean => Date.parse(one) < Date.parse(other);

const latest = (...instants: (string | undefined)[]): string =>
  instants.reduce<string>((a, b) => (b !== undefined && isBefore(a, b) ? b : a), instants[0] ?? '');

const dataOf = ({ leaf }: TimedLeaf) => JSON.parse(leaf) as EventOf;

/** Every leaf of these types in the span. */
async function* leavesOf(
  events: EventReads,
  types: readonly EventType[],
  span: StatementSpan,
): AsyncGenerator<TimedLeaf> {
  let after: TimedLeaf | undefined;
  do {
    const page: TimedLeaf[] = await events.timed({
      ...{ types, ...span, limit: PAGE },
      ...(after === undefined ? {} : { after }),
    });
    yield* page;
    after = page.length === PAGE ? page.at(-1) : undefined;
  } while (after !== undefined);
}

async function accessesOf(
  events: EventReads,
  span: StatementSpan,
): Promise<Pick<StatementFacts, 'count' | 'accesses' | 'refused'>> {
  const accesses: [number, string][] = [];
  let [count, refused] = [0, 0];
  for await (const found of leavesOf(events, ['access.allowed', 'access.refused'], span)) {
    const event = dataOf(found);
    if (event.type === 'access.refused') refused += event.data.count;
    if (event.type !== 'access.allowed') continue;
    count += 1;
    if (count <= MOST_STATED_ACCESSES) accesses.push([found.index, event.data.record]);
  }
  return {
    count,
    accesses: count > MOST_STATED_ACCESSES ? null : accesses.sort(([a], [b]) => a - b),
    refused,
  };
}

/**
 * Gateways whose records have a gap or a record that was not taken, and from when on calls may be missing: from the beginning of
 * the span. Looks a day past its end too, because gateways may hand in records late.
 */
async function gapsOf(events: EventReads, { from, to }: StatementSpan): Promise<Map<string, string>> {
  const gaps = new Map<string, string>();
  const late = new Date(Date.parse(to) + DAY_MS).toISOString();
  for await (const found of leavesOf(events, ['gateway.gap', 'gateway.mismatch'], { from, to: late })) {
    const { type, data } = dataOf(found);
    if (type !== 'gateway.gap' && type !== 'gateway.mismatch') continue;
    if (!gaps.has(data.gateway)) gaps.set(data.gateway, from);
  }
  return gaps;
}

/** The leaf of a gateway's head that was signed at this instant. */
async function headLeaf(events: EventReads, gateway: string, at: string) {
  const to = new Date(Date.parse(at) + 1).toISOString();
  const found = await events.timed({ types: ['gateway.head'], from: at, to, limit: PAGE });
  for (const each of found) {
    const { type, data } = dataOf(each);
    if (type === 'gateway.head' && data.gateway === gateway)
      return { index: each.index, record: data.record, at };
  }
  return null;
}

/** The UTC days of the span whose sealed leaf is not open yet, from the tenant's birth on. */
async function sealedDays({ events }: ReadUnit, { from, to }: StatementSpan): Promise<string[]> {
  const [first, last] = [utcDay(new Date(from)), utcDay(new Date(Date.parse(to) - 1))];
  const since = `${first}T00:00:00.000Z`;
  const daysIn = async (type: 'log.sealed' | 'log.unsealed') => {
    const found = await events.timed({ types: [type], from: since, limit: MOST_DAYS });
    return new Set(found.map(dataOf).map((each) => (each.type === type ? each.data.day : '')));
  };
  const [sealed, open] = [await daysIn('log.sealed'), await daysIn('log.unsealed')];
  const endDay = utcDay(new Date(to));
  const days: string[] = [];
  for (let day = first; day <= last; day = daysAfter(day, 1))
    // The leaf of a day is written after the day, so that of the last day may not be there yet.
    if ((sealed.has(day) || day >= daysAfter(endDay, -1)) && !open.has(day)) days.push(day);
  return days;
}
