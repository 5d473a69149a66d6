import fc from 'fast-check';

const FIRST_SURROGATE = 0xd800;
const SURROGATES = 0x800;
const LAST = 0x10ffff;

/**
 * Any character of Unicode. `fc.string({ unit: 'binary' })` does the same, but first builds a map with a million entries in each
 * process, which costs more than most properties.
 */
const anyCharacter: fc.Arbitrary<string> = fc
  .nat({ max: LAST - SURROGATES })
  .map((place) => String.fromCodePoint(place < FIRST_SURROGATE ? place : place + SURROGATES), placeOf);

/** Any text without lone surrogates. */
export const anyText = (limits: Omit<fc.StringConstraints, 'unit'> = {}): fc.Arbitrary<string> =>
  fc.string({ ...limits, unit: anyCharacter });

/** @throws Error unless it is one whole character; fast-check then knows that it did not make it */
function placeOf(text: unknown): number {
  const code = typeof text === 'string' ? (text.codePointAt(0) ?? FIRST_SURROGATE) : FIRST_SURROGATE;
  const whole = code < FIRST_SURROGATE || code >= FIRST_SURROGATE + SURROGATES;
  if (!whole || String.fromCodePoint(code) !== text) throw new Error('not one character');
  return code < FIRST_SURROGATE ? code : code - SURROGATES;
}
