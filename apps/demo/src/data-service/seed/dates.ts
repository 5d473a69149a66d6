const DAY_MS = 86_400_000;

/** The calendar date `days` after `date` (both `YYYY-MM-DD`, UTC). */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The last day that the made-up rows know of: fixed, because a seed that read the clock would not repeat. */
export const LAST_DAY = '2026-11-20';
