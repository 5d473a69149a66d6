import { canonicalJson } from './encoding/canonical-json.js';
import { utf8 } from './encoding/digest.js';
import { ContractError } from './errors.js';
import { daysAfter, isCalendarDay } from './time.js';

/** Size and RFC 6962 root (padded base64) of a tree of leaves that the day's seal commits to. */
export type SealedHead = { size: number; root: string };

/**
 * What the sealed leaf of one day commits to. `sealed` is null on a day that had nothing to seal. Otherwise it is the head
 * of the tenant's sealed sub-log at the end of that day.
 */
export type SealedDay = { day: string; sealed: SealedHead | null };

/** The length of every committed value in bytes. */
export const SEALED_DAY_BYTES = 256;
/** The name under which the value is committed (docs/contract.md, Commitment). */
export const SEAL = 'seal';

const ROOT = /^[A-Za-z0-9+/]{43}=$/;

/**
 * The value that the sealed leaf of a day commits to (docs/contract.md, Sealed days): canonical JSON, with `pad` as many
 * zeros as make it 256 bytes. So neither the commitment nor any stored copy says whether something was sealed.
 *
 *     {"day":"2026-11-27","pad":"000…0","sealed":null,"v":1}
 *     {"day":"2026-11-27","pad":"00…0","sealed":{"root":"<44 letters of base64>","size":12},"v":1}
 *
 * @throws ContractError `invalid_sealed_day`
 */
export function encodeSealedDay({ day, sealed }: SealedDay): string {
  if (!isCalendarDay(day)) throw invalid('the day of a seal is a calendar day');
  if (sealed !== null && !isHead(sealed)) throw invalid('what a day seals has a size above 0 and a root');
  const content = sealed === null ? null : { root: sealed.root, size: sealed.size };
  const write = (pad: string) => canonicalJson({ v: 1, day, sealed: content, pad });
  // All of it is ASCII: letters are bytes.
  return write('0'.repeat(SEALED_DAY_BYTES - write('').length));
}

/**
 * Reads what a sealed leaf commits to. It must be the one encoding.
 *
 * @throws ContractError `invalid_sealed_day`
 */
export function parseSealedDay(text: string): SealedDay {
  let value: { day: string; sealed: SealedHead | null };
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('a sealed day is JSON');
  }
  if (typeof value !== 'object' || value === null) throw invalid('a sealed day is an object');
  const { day, sealed } = value;
  if (utf8(text).length !== SEALED_DAY_BYTES || encodeSealedDay({ day, sealed }) !== text)
    throw invalid('a sealed day has one encoding, of 256 bytes');
  return { day, sealed };
}

/**
 * The day on which the seal of this day opens: the same date one year later. The seal of 29 February opens on 28 February,
 * so that none stays closed for more than twelve months.
 */
export const opensOn = (day: string): string => inYears(day, 1);

/** The last day whose seal is open on this day. */
export function openThrough(day: string): string {
  const before = inYears(day, -1);
  const next = daysAfter(before, 1);
  return opensOn(next) <= day ? next : before;
}

/** The same date so many years later; 28 February if that year has no 29 February. */
function inYears(day: string, years: number): string {
  const moved = `${String(Number(day.slice(0, 4)) + years).padStart(4, '0')}${day.slice(4)}`;
  return isCalendarDay(moved) ? moved : `${moved.slice(0, 8)}28`;
}

function isHead(value: SealedHead): boolean {
  return (
    typeof value === 'object' &&
    Number.isSafeInteger(value.size) &&
    value.size > 0 &&
    typeof value.root === 'string' &&
    ROOT.test(value.root)
  );
}

const invalid = (detail: string) => new ContractError('invalid_sealed_day', detail);
