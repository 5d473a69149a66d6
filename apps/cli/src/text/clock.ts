/** A length of time as people say it: the two largest units, such as `3 h 58 min`. */
export function humanSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** An instant with its zone, and how far away it is: `2026-11-24T15:00:00Z (in 12 min)`. */
export function instantFrom(instant: string, now: Date): string {
  const seconds = (Date.parse(instant) - now.getTime()) / 1000;
  if (Number.isNaN(seconds)) return instant;
  return seconds >= 0
    ? `${instant} (in ${humanSeconds(seconds)})`
    : `${instant} (${humanSeconds(-seconds)} ago)`;
}
