import type { Language } from '@countersign/contract';
import { durationText } from '@countersign/wording';

/** Members of the vendor's policy and of a customer's controls whose values are whole seconds. */
const SECONDS: ReadonlySet<string> = new Set([
  ...['maxDuration', 'tokenTtl', 'requestTtl', 'disclosureDue'],
  ...['within', 'after', 'delay'],
]);
/** Days, hours, minutes and seconds. */
const ALL_UNITS = 4;

/** A member's value as a person reads it: a duration in words, with every unit that differs. All others stay as they are. */
export function memberValue(path: string, value: string, language: Language): string {
  const names = path.split('.');
  const isDuration =
    (names[0] === 'policy' || names[0] === 'controls') &&
    SECONDS.has(names.at(-1) ?? '') &&
    /^\d+$/.test(value);
  return isDuration ? durationText(Number(value), language, ALL_UNITS) : value;
}
