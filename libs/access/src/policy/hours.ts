import { type AccessHours, WEEKDAYS, type Weekday } from '../domain/organisation.js';

/** One formatter for each zone: making one is slow, and zones are few. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  clocks.set(zone, made);
  return made;
}

/** True for a zone of the IANA time zone database that this machine knows. */
export function isZone(zone: string): boolean {
  try {
    clockOf(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * True if the wall clock of the zone shows one of the days, and a time from `from` on and before `to`.
 *
 * @throws RangeError if this machine does not know the zone
 */
export function isWithin({ days, from, to, zone }: AccessHours, instant: Date): boolean {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const time = `${parts.get('hour')}:${parts.get('minute')}`;
  return days.includes(weekday(parts.get('weekday'))) && from <= time && time < to;
}

function weekday(short: string | undefined): Weekday {
  const found = WEEKDAYS.find((day) => day === short?.toLowerCase());
  if (found === undefined) throw new RangeError('no such weekday');
  return found;
}
