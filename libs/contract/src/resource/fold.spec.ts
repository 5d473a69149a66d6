import fc from 'fast-check';
import { anyText } from '../../../../test/factories/any-text.js';
import { foldSegment, foldsToNothing, readingsOf } from './fold.js';
import { segmentOf } from './segment.js';

const folded = (text: string): string => foldSegment(segmentOf(text) ?? '');

/** Every character that a segment may hold, and that a program may turn into ASCII. Those of Latin: in some language. */
function* nearAscii(): Generator<string> {
  for (let code = 0x21; code <= 0x1ffff; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    const variants = character.toLowerCase() + character.toUpperCase() + character.normalize('NFKD');
    if (code > 0x24f && !/[\x21-\x7e]/.test(variants)) continue;
    if (segmentOf(`a${character}`) !== undefined) yield character;
  }
}

/** What programs make of a character when they compare without regard to case or width, in any language. */
function variantsOf(character: string): string[] {
  const locales = ['en', 'tr', 'az', 'lt'];
  return [
    ...locales.flatMap((locale) => [
      character.toLocaleLowerCase(locale),
      character.toLocaleUpperCase(locale),
    ]),
    ...['NFC', 'NFD', 'NFKC', 'NFKD'].map((form) => character.normalize(form)),
  ];
}

const ASCII = /^[\x21-\x7e]+$/;

describe('foldSegment', () => {
  test.each([
    ['letter case', 'EXPORT'],
    ['mixed case', 'eXpOrT'],
    ['matrix parameters', 'export;v=1'],
    ['a query that is escaped', 'export?x'],
    ['a fragment that is escaped', 'export#x'],
    ['spaces at the ends', ' export '],
    ['a no-break space', 'export\u00a0'],
    ['a plus, which forms read as a space', 'export+'],
    ['a soft hyphen', 'ex\u00adport'],
    ['a zero-width joiner', 'ex\u200dport'],
    ['full-width letters', 'ＥＸＰＯＲＴ'],
    ['mathematical letters', '𝐞𝐱𝐩𝐨𝐫𝐭'],
    ['accents', 'éxpört'],
    ['accents of their own', 'e\u0301xport'],
  ])('ignores %s', (_case, text) => {
    expect(folded(text)).toBe('export');
  });

  test.each([
    ['the Kelvin sign', 'lin\u212a', 'link'],
    ['the long s', 'li\u017ft', 'list'],
    ['a sharp s', 'meßage', 'message'],
    ['a capital sharp s', 'meẞage', 'message'],
    ['the dotless i of Turkish', 'l\u0131st', 'list'],
    ['the dotted I of Turkish', 'L\u0130ST', 'list'],
    ['a ligature', 'ﬁle', 'file'],
    ['a roman numeral', 'Ⅳ', 'iv'],
  ])('%s is what some program makes of it', (_case, text, other) => {
    expect(folded(text)).toBe(folded(other));
  });

  test('keeps apart what no program reads alike', () => {
    const apart = ['export', 'exports', 'ex port', 'ex-port', 'export1', '.export', 'ехport'];
    expect(new Set(apart.map(folded)).size).toBe(apart.length);
  });

  test('a character that some program turns into ASCII, in any language or normal form, folds like it', () => {
    const wrong: string[] = [];
    for (const character of nearAscii()) {
      for (const variant of variantsOf(character))
        if (ASCII.test(variant) && segmentOf(`a${variant}b`) !== undefined)
          if (folded(`a${character}b`) !== folded(`a${variant}b`)) wrong.push(`${character} and ${variant}`);
    }
    expect(wrong).toEqual([]);
  });

  test('regular expressions that ignore case match nothing that has another folded form', () => {
    const wrong: string[] = [];
    for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
      const patterns = [new RegExp(`^${letter}$`, 'i'), new RegExp(`^${letter}$`, 'iu')];
      for (let code = 0x80; code <= 0xffff; code += 1) {
        const character = String.fromCharCode(code);
        if (!patterns.some((pattern) => pattern.test(character))) continue;
        if (folded(character) !== letter) wrong.push(`${character} and ${letter}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('folding what is folded changes nothing', () => {
    fc.assert(
      fc.property(fc.oneof(anyText(), fc.string({ unit: 'grapheme' })), (text) => {
        const segment = segmentOf(text);
        fc.pre(segment !== undefined);
        const again = segmentOf(foldSegment(segment as string));
        if (again !== undefined) expect(foldSegment(again)).toBe(foldSegment(segment as string));
      }),
    );
  });
});

test.each(['..;x', '.;x', '.. ', '...', ';x', '+', ' ', '?x', '\u200b', '..\u200b', '.. ;x'])(
  'a service may find nothing, or a dot segment, in “%s”',
  (text) => {
    expect(foldsToNothing(folded(text))).toBe(true);
  },
);

test.each(['a', '.env', '..a', 'a..', '-', '~'])('every service finds a name in “%s”', (text) => {
  expect(foldsToNothing(folded(text))).toBe(false);
});

test('a format suffix may begin at any dot but the first character', () => {
  expect([...readingsOf('export')]).toEqual(['export']);
  expect([...readingsOf('.env.json')]).toEqual(['.env.json', '.env']);
  expect([...readingsOf('a.min .js')]).toEqual(['a.min .js', 'a', 'a.min']);
  expect([...readingsOf('a.b.c', 3)]).toEqual(['a', 'a.b']);
  expect([...readingsOf('a .b .c', 1)]).toEqual(['a']);
  expect([...readingsOf('a   .b   .c', 8)]).toEqual(['a', 'a   .b']);
});
