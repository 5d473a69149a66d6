/** Values with the moment from which each applied, in the order of the log. Times in milliseconds since the epoch. */
export type Timeline<T> = { at: number; value: T; index?: number }[];

/** A moment, as the leaves before the index `before` show it. */
export type Moment = { at: number; before: number };

/** The value that applied at a moment; undefined before the first. */
export function valueAt<T>(timeline: Timeline<T>, { at, before }: Moment): T | undefined {
  for (let place = timeline.length - 1; place >= 0; place -= 1) {
    const entry = timeline[place];
    if (entry !== undefined && entry.at <= at && (entry.index ?? 0) < before) return entry.value;
  }
  return undefined;
}

/** The values that applied at some moment of a span, the newest first. */
export function valuesWithin<T>(timeline: Timeline<T>, from: number, to: number): T[] {
  const values: T[] = [];
  for (let place = timeline.length - 1; place >= 0; place -= 1) {
    const entry = timeline[place];
    if (entry === undefined || entry.at > to) continue;
    values.push(entry.value);
    if (entry.at <= from) break;
  }
  return values;
}

/**
 * Clocks of brokers and gateways differ, and a change in one log commits a little before or after it is seen in another. So a
 * rule of the deployment's log counts as it was at some moment this near.
 */
export const DEPLOYMENT_TOLERANCE_MS = 30_000;

/** Clocks of brokers differ by less. A leaf that says more is backdated. */
export const BROKER_TOLERANCE_MS = 60_000;

/** A gateway's clock and the broker's differ by at most this, or the gateway refuses all calls. */
export const CLOCK_TOLERANCE_MS = 5_000;

/** A stop, lock or changed rule reaches a gateway within ten seconds, or the gateway refuses all calls. */
export const STOP_TOLERANCE_MS = 10_000 + CLOCK_TOLERANCE_MS;
