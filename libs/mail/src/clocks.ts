import type { Words } from './words/words.js';

/** An instant as people read it, with its zone: `2026-11-24 15:00:00 UTC`. `plus` seconds are added. */
export function writeInstant(instant: string, plus = 0): string {
  const text = new Date(Date.parse(instant) + plus * 1000).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`;
}

/** Whole seconds as people read them: `1 h 30 min`. */
export function writeDuration(seconds: number, { units }: Pick<Words, 'units'>): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), units.days],
    [Math.floor(seconds / 3_600) % 24, units.hours],
    [Math.floor(seconds / 60) % 60, units.minutes],
    [seconds % 60, units.seconds],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}
