import type { Event } from '@countersign/api';
import { dayText } from '../../text/clock.js';
import { memberText } from './event-words.js';

/** An event as the timeline shows it. A call has its outcome beside it. */
export interface Row {
  event: Event;
  outcome: Event | null;
}

/** The events of one day of the reader's calendar, in the order in which they came. */
export interface Day {
  /** An instant of that day. */
  at: string;
  rows: Row[];
}

/** Joins each allowed call with its outcome, as the list of access records does. An outcome whose call is not here stays. */
export function joinOutcomes(events: readonly Event[]): Row[] {
  const outcomes = new Map(
    events
      .filter(({ type }) => type === 'access.outcome')
      .map((event) => [memberText(event, 'record'), event]),
  );
  const calls = new Set(
    events.filter(({ type }) => type === 'access.allowed').map((event) => memberText(event, 'record')),
  );
  return events
    .filter((event) => event.type !== 'access.outcome' || !calls.has(memberText(event, 'record')))
    .map((event) => ({
      event,
      outcome: event.type === 'access.allowed' ? (outcomes.get(memberText(event, 'record')) ?? null) : null,
    }));
}

/** The event that says how a call ended. If a gateway did not forward the call, that is the event of the call itself. */
export const endOf = ({ event, outcome }: Row): Event | null =>
  outcome ?? (event.type === 'access.allowed' && 'outcome' in event.data ? event : null);

/** Puts a heading wherever the day changes. Times need not follow the order of the log, so a day can come twice. */
export function groupByDay(rows: readonly Row[]): Day[] {
  const days: Day[] = [];
  for (const row of rows) {
    const { at } = row.event;
    const last = days.at(-1);
    if (last !== undefined && dayText(Date.parse(last.at)) === dayText(Date.parse(at))) last.rows.push(row);
    else days.push({ at, rows: [row] });
  }
  return days;
}
