/** @soak */

import fc from 'fast-check';
import { runs } from '../../../../test/support/samples.js';
import { bytesOfContentRange, readByteRange } from './byte-range.js';

test.each([
  ['bytes=0-0', { first: 0, last: 0 }],
  ['bytes=5-', { first: 5, last: undefined }],
  ['bytes=-5', { suffix: 5 }],
])('one range of bytes is read: %s', (text, range) => {
  expect(readByteRange(text)).toEqual(range);
});

test.each([
  ...['', 'bytes', 'bytes=', 'bytes=-', 'bytes=-0', 'bytes=5-4', 'bytes=0-1,3-4', 'bytes=0-1,', 'bytes= 0-1'],
  ...['Bytes=0-1', 'items=0-1', 'bytes=a-b', 'bytes=+0-1', 'bytes=0-1 ', 'bytes=0000000000000001-'],
])('anything else is not: %p', (text) => {
  expect(readByteRange(text)).toBeUndefined();
});

test.each([
  ['bytes 0-3/9', 'bytes=0-3', 4],
  ['bytes 0-2/3', 'bytes=0-3', 3],
  ['bytes 4-8/*', 'bytes=4-', 5],
  ['bytes 4-8/9', 'bytes=-5', 5],
  ['bytes 4-8/9', 'bytes=-4', undefined],
  ['bytes 4-8/*', 'bytes=-5', undefined],
  ['bytes 3-8/9', 'bytes=4-', undefined],
  ['bytes 4-9/9', 'bytes=4-', undefined],
  ['bytes 8-4/9', 'bytes=0-9', undefined],
  ['bytes */9', 'bytes=0-9', undefined],
  ['bytes 0-3/9, bytes 4-5/9', 'bytes=0-9', undefined],
])('Content-Range %s for %s has so many bytes: %p', (part, wanted, bytes) => {
  expect(bytesOfContentRange(part, readByteRange(wanted)!)).toBe(bytes);
});

test('a part never has a byte that the range does not want', () => {
  const at = fc.nat(20);
  fc.assert(
    fc.property(at, at, at, at, fc.integer({ min: 1, max: 20 }), (first, last, from, to, length) => {
      const wanted = readByteRange(`bytes=${first}-${last}`);
      if (wanted === undefined) return;
      const bytes = bytesOfContentRange(`bytes ${from}-${to}/${length}`, wanted);
      const isInside = from <= to && from >= first && to <= last && to < length;
      expect(bytes).toBe(isInside ? to - from + 1 : undefined);
    }),
    { numRuns: runs(200) },
  );
});
