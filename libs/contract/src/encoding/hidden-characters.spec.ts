import fc from 'fast-check';
import { anyText } from '../../../../test/factories/any-text.js';
import { hasHiddenCharacters, showHiddenCharacters } from './hidden-characters.js';

const points = (...ranges: (readonly [number, number])[]) =>
  ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index));

/** Bidi_Control of the Unicode Character Database, whole. */
const BIDI = points([0x061c, 0x061c], [0x200e, 0x200f], [0x202a, 0x202e], [0x2066, 0x2069]);
const OTHERS = points(
  [0x00ad, 0x00ad],
  [0x200b, 0x200d],
  [0x2028, 0x2029],
  [0x2060, 0x2064],
  [0xfeff, 0xfeff],
)
  .concat(points([0x0000, 0x001f], [0x007f, 0x009f], [0x034f, 0x034f], [0x115f, 0x1160], [0x180b, 0x180e]))
  .concat(points([0x3164, 0x3164], [0xfe00, 0xfe0f], [0xffa0, 0xffa0], [0xfff9, 0xfffb], [0xe0001, 0xe007f]));

test.each(
  [...BIDI, ...OTHERS].map((point) => [point.toString(16).padStart(4, '0').toUpperCase(), point] as const),
)('U+%s is hidden, and shown', (hex, point) => {
  const text = `Ada${String.fromCodePoint(point)}Moreau`;
  expect(hasHiddenCharacters(text)).toBe(true);
  expect(showHiddenCharacters(text)).toBe(`Ada⟨U+${hex}⟩Moreau`);
});

test.each([
  'Ada Moreau',
  'Zoë D’Angelo-Nuñez',
  'e\u0301lodie',
  'سلام',
  'שלום',
  'می\u200cخواهم',
  'क्\u200dष',
  'ශ්\u200dරී',
  '👩‍👩‍👧',
  '❤️',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  '株式会社',
  'a\u00a0b',
])('%s has nothing hidden', (text) => {
  expect(showHiddenCharacters(text)).toBe(text);
  expect(hasHiddenCharacters(text)).toBe(false);
});

test.each([
  ['a joiner between Latin letters', 'Ad\u200da'],
  ['a joiner at the end of a word', 'سلام\u200c'],
  ['two joiners', 'می\u200c\u200cخواهم'],
  ['a lone surrogate', 'a\ud800'],
  ['a variation selector on a letter', 'a\ufe0f'],
])('%s is hidden', (_name, text) => expect(hasHiddenCharacters(text)).toBe(true));

test('a caller chooses how a character is written', () => {
  expect(showHiddenCharacters('a\u202eb', () => '?')).toBe('a?b');
});

test('what is shown has nothing hidden left, whatever was written', () => {
  fc.assert(fc.property(anyText(), (text) => !hasHiddenCharacters(showHiddenCharacters(text))));
});
