/**
 * One range of bytes that a request wants (RFC 9110 §14.1.2). `first` and `last` are positions from 0, both included. `last` is
 * undefined for all the rest. `suffix`: so many bytes at the end, in place of the positions.
 */
export type ByteRange = { first: number; last: number | undefined } | { suffix: number };

const RANGE = /^bytes=(?:([0-9]{1,15})-([0-9]{1,15})?|-([0-9]{1,15}))$/;

/** The one range of a `Range` header. Undefined for anything else: several ranges, another unit, an empty range, an unknown form. */
export function readByteRange(value: string): ByteRange | undefined {
  const found = RANGE.exec(value);
  if (found === null) return undefined;
  const [, first, last, suffix] = found;
  if (first === undefined) return Number(suffix) > 0 ? { suffix: Number(suffix) } : undefined;
  const range = { first: Number(first), last: last === undefined ? undefined : Number(last) };
  return range.last !== undefined && range.last < range.first ? undefined : range;
}

const CONTENT_RANGE = /^bytes ([0-9]{1,15})-([0-9]{1,15})\/(?:([0-9]{1,15})|\*)$/;

/**
 * How many bytes the one part of a 206 response has, by its `Content-Range` (RFC 9110 §14.4). Undefined if it states no part, or one
 * with bytes that the request did not want.
 */
export function bytesOfContentRange(value: string, range: ByteRange): number | undefined {
  const found = CONTENT_RANGE.exec(value);
  if (found === null) return undefined;
  const [first, last] = [Number(found[1]), Number(found[2])];
  const length = found[3] === undefined ? undefined : Number(found[3]);
  if (last < first || (length !== undefined && last >= length)) return undefined;
  const bytes = last - first + 1;
  if ('suffix' in range) return length !== undefined && first >= length - range.suffix ? bytes : undefined;
  return first >= range.first && last <= (range.last ?? last) ? bytes : undefined;
}
