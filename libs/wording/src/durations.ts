import type { Language } from '@countersign/contract';
import { LOCALES } from './languages.js';

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

const SHORT_UNITS: Readonly<Record<Language, Record<(typeof UNITS)[number][0], string>>> = {
  en: { day: 'd', hour: 'h', minute: 'min', second: 's' },
  de: { day: 'T', hour: 'Std.', minute: 'Min.', second: 'Sek.' },
};

/** A duration in words: `1 hour 30 minutes`. Rounded to seconds; only the `most` largest units that are not 0. */
export function durationText(seconds: number, language: Language, most = 2): string {
  return write(seconds, most, (count, unit) =>
    new Intl.NumberFormat(LOCALES[language], { style: 'unit', unit, unitDisplay: 'long' }).format(count),
  );
}

/** The same with short units: `1 h 30 min`. */
export function shortDurationText(seconds: number, language: Language, most = 2): string {
  return write(seconds, most, (count, unit) => `${count} ${SHORT_UNITS[language][unit]}`);
}

function write(
  seconds: number,
  most: number,
  part: (count: number, unit: (typeof UNITS)[number][0]) => string,
): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(seconds));
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(part(count, unit));
  }
  return parts.length === 0 ? part(0, 'second') : parts.slice(0, most).join(' ');
}

/** Seconds as minutes for an input field, with at most two decimals: `90` → `1.5`. */
export const minutesText = (seconds: number): string => String(Math.round((seconds / 60) * 100) / 100);
