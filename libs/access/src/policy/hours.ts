import { wallClock } from '@countersign/contract';
import type { AccessHours } from '../domain/organisation.js';

/**
 * True if the wall clock of the zone shows one of the days, and a time from `from` on and before `to`.
 *
 * @throws RangeError if this machine does not know the zone
 */
export function isWithin({ days, from, to, zone }: AccessHours, instant: Date): boolean {
  const { weekday, time } = wallClock(zone, instant);
  return days.includes(weekday) && from <= time && time < to;
}
