/** An instant as people read it, with its zone: `2026-11-24 15:00:00 UTC`. `plus` seconds are added. */
export function writeInstant(instant: string, plus = 0): string {
  const text = new Date(Date.parse(instant) + plus * 1000).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`;
}
