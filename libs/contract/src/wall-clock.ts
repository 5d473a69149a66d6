/** What a calendar and a clock on the wall show in one zone. */
export interface WallClock {
  /** `YYYY-MM-DD` */
  day: string;
  /** `mon` to `sun` */
  weekday: Weekday;
  /** `HH:MM`, from `00:00` to `23:59` */
  time: string;
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/**
 * One formatter for each zone: making one is slow, and zones are few. Their names are not case-sensitive and come from outside,
 * so the number of spellings is bounded.
 */
const clocks = new Map<string, Intl.DateTimeFormat>();
const MAX_CLOCKS = 500;

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const [oldest] = clocks.keys();
  if (clocks.size >= MAX_CLOCKS && oldest !== undefined) clocks.delete(oldest);
  clocks.set(zone, format);
  return format;
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
 * Day and time in the zone, summer time included.
 *
 * @param zone an IANA name such as `Europe/Berlin`
 * @throws RangeError if this machine does not know the zone
 */
export function wallClock(zone: string, instant: Date): WallClock {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const weekday = WEEKDAYS.find((each) => each === parts.get('weekday')?.toLowerCase());
  if (weekday === undefined) throw new RangeError('no such weekday');
  return {
    day: `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`,
    weekday,
    time: `${parts.get('hour')}:${parts.get('minute')}`,
  };
}
