import fc from 'fast-check';
import { anyText } from '../../../../test/factories/any-text.js';
import { isSegment, segmentOf, segmentOfPath } from './segment.js';

const HELD_BY_NONE = /[/\\%\p{Cc}\p{Cs}]/u;
/** What structures a path or ends it, for some server. */
const STRUCTURE = /[/\\.%?#;\p{Cc}]/gu;
const FORMS = ['NFC', 'NFD', 'NFKC', 'NFKD'];

/** Whether a server that normalizes the text reads another structure in it. */
const changesStructure = (text: string): boolean =>
  FORMS.some((form) => {
    const normal = text.normalize(form);
    const isDot = normal !== text && (normal === '.' || normal === '..');
    return isDot || normal.replace(/[^/\\.%?#;\p{Cc}]/gu, '') !== [...text.matchAll(STRUCTURE)].join('');
  });

describe('segments of resources', () => {
  test('any text has one spelling or none, and the spelling says exactly that text', () => {
    fc.assert(
      fc.property(fc.oneof(anyText(), fc.string({ unit: 'grapheme' })), (text) => {
        const spelled = segmentOf(text);
        const isHeld =
          text !== '' && text !== '.' && text !== '..' && !HELD_BY_NONE.test(text) && !changesStructure(text);
        expect(spelled !== undefined).toBe(isHeld);
        if (spelled === undefined) return;
        expect(decodeURIComponent(spelled)).toBe(text);
        expect([isSegment(spelled), segmentOfPath(spelled)]).toEqual([true, spelled]);
      }),
    );
  });

  test('a path may spell reserved characters plainly; two paths of one meaning have one spelling', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."aZ9._~-!$&'()*+,=:@") }), (text) => {
        expect(segmentOfPath(text)).toBe(segmentOf(text));
      }),
    );
  });

  test('whatever bytes a path has, it is one spelling of what it decodes to, or nothing', () => {
    const piece = fc.constantFrom(
      'a',
      '%',
      '%2',
      '%41',
      '%2F',
      '%c3',
      '%C3',
      '%A9',
      '%00',
      '%25',
      '@',
      ';',
      '.',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const path = pieces.join('');
        const spelled = segmentOfPath(path);
        if (spelled === undefined) return;
        expect(segmentOf(decodeURIComponent(path))).toBe(spelled);
      }),
    );
  });

  test.each([
    ['a full-width solidus', '..\uff0fsalaries'],
    ['a full-width reverse solidus', '..\uff3csalaries'],
    ['a full-width full stop', '\uff0e\uff0e'],
    ['a two dot leader', '\u2025'],
    ['an ellipsis', 'a\u2026'],
    ['account of', 'a\u2100b'],
    ['a full-width percent sign', '\uff052f'],
    ['a small percent sign', '\ufe6a2f'],
    ['the Greek question mark', '7\u037ex'],
    ['a full-width semicolon', '7\uff1bx'],
    ['a full-width question mark', '7\uff1fx'],
    ['a full-width number sign', '7\uff03x'],
    ['a digit with a full stop', '\u2488'],
  ])('%s is refused: normalized, it would structure the path', (_case, text) => {
    expect([segmentOf(text), segmentOfPath(encodeURIComponent(text))]).toEqual([undefined, undefined]);
    expect(isSegment(encodeURIComponent(text))).toBe(false);
  });

  test('P4: no character of Unicode makes a segment that a server could split, cut or climb by after normalization', () => {
    const wrong: string[] = [];
    const compare = (texts: readonly string[]) => {
      for (const text of texts) {
        const isHeld = !HELD_BY_NONE.test(text) && !changesStructure(text);
        if ((segmentOf(text) !== undefined) !== isHeld) wrong.push(text);
      }
    };
    // Most characters stand alone in every normal form. Those that do not are tried one by one.
    for (let first = 0x80; first <= 0x10ffff; first += 64) {
      const characters = Array.from({ length: 64 }, (_none, index) => first + index)
        .filter((code) => code < 0xd800 || code > 0xdfff)
        .map((code) => String.fromCodePoint(code));
      const together = characters.join('a');
      const isPlain = FORMS.every((form) => together.normalize(form) === together);
      if (isPlain) compare([`a${together}`]);
      else for (const each of characters) compare([each, `a${each}`, `${each}a`, `.${each}`, `=${each}`]);
    }
    expect(wrong).toEqual([]);
  });

  test('text in every script is an id', () => {
    for (const text of [
      'Müller & Co',
      'Łódź',
      '東京都',
      'Ναύπλιο',
      'हिन्दी',
      'عمان',
      'e\u0301t\u00e9',
      '👩‍🚀',
      '№ 5',
    ])
      expect(decodeURIComponent(segmentOf(text) ?? '')).toBe(text);
  });
});
