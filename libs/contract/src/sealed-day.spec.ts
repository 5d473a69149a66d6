import fc from 'fast-check';
import {
  encodeSealedDay,
  opensOn,
  openThrough,
  parseSealedDay,
  SEALED_DAY_BYTES,
  type SealedDay,
} from './sealed-day.js';
import { daysAfter } from './time.js';

const ROOT = `${'A'.repeat(43)}=`;
const refused = expect.objectContaining({ code: 'invalid_sealed_day' });

const day = fc.integer({ min: 0, max: 80_000 }).map((count) => daysAfter('1970-01-01', count));
const sealed = fc.option(
  fc.record({ size: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), root: fc.constant(ROOT) }),
);

describe('what a sealed leaf commits to', () => {
  test('an empty day and a day that has something have the same length', () => {
    const empty = encodeSealedDay({ day: '2026-11-27', sealed: null });
    const full = encodeSealedDay({ day: '2026-11-27', sealed: { size: 12, root: ROOT } });
    expect([empty.length, full.length]).toEqual([SEALED_DAY_BYTES, SEALED_DAY_BYTES]);
    expect(empty).toMatch(/^\{"day":"2026-11-27","pad":"0{200,}","sealed":null,"v":1\}$/);
    expect(full).toMatch(
      /^\{"day":"2026-11-27","pad":"0{100,}","sealed":\{"root":"A{43}=","size":12\},"v":1\}$/,
    );
  });

  test('whatever it is, it has one length, and reads back as it was written', () => {
    fc.assert(
      fc.property(fc.record({ day, sealed }), (value: SealedDay) => {
        const text = encodeSealedDay(value);
        expect(Buffer.byteLength(text)).toBe(SEALED_DAY_BYTES);
        expect(parseSealedDay(text)).toEqual(value);
      }),
    );
  });

  test.each([
    ['a day that does not exist', { day: '2026-02-29', sealed: null }],
    ['an instant', { day: '2026-11-27T00:00:00Z', sealed: null }],
    ['an empty sub-log', { day: '2026-11-27', sealed: { size: 0, root: ROOT } }],
    ['a short root', { day: '2026-11-27', sealed: { size: 1, root: 'AAAA' } }],
    ['nothing where null belongs', { day: '2026-11-27', sealed: undefined as unknown as null }],
  ])('refuses to write %s', (_what, value) => {
    expect(() => encodeSealedDay(value)).toThrow(refused);
  });

  const written = encodeSealedDay({ day: '2026-11-27', sealed: null });
  test.each([
    ['a shorter text', written.replace('00', '0')],
    ['other padding', written.replace('000', '0x0')],
    ['another member', written.replace('"pad":"0000000', '"a":1,"pad":"0')],
    ['another version', written.replace('"v":1', '"v":2')],
    ['no JSON', 'x'.repeat(SEALED_DAY_BYTES)],
    ['no object', 'null'],
  ])('refuses to read %s', (_what, text) => {
    expect(() => parseSealedDay(text)).toThrow(refused);
  });

  test.each([
    ['2026-11-27', '2027-11-27'],
    ['2027-02-28', '2028-02-28'],
    ['2028-02-28', '2029-02-28'],
    ['2028-02-29', '2029-02-28'],
    ['2028-12-31', '2029-12-31'],
  ])('the seal of %s opens on %s', (sealedOn, opens) => {
    expect(opensOn(sealedOn)).toBe(opens);
  });

  test('seals open in the order of their days, none after more than twelve months, and each when it is due', () => {
    fc.assert(
      fc.property(day, (today) => {
        const last = openThrough(today);
        expect(opensOn(last) <= today).toBe(true);
        expect(opensOn(daysAfter(last, 1)) > today).toBe(true);
        expect(opensOn(daysAfter(today, 1)) >= opensOn(today)).toBe(true);
      }),
    );
  });
});
