import { isWellFormed } from '@countersign/contract';
import fc from 'fast-check';
import { anyText } from '../../../../test/factories/any-text.js';
import { cut, escapeMrkdwn, inFallback, lines, oneLine } from './text.js';

const PICTURE = String.raw`\p{RGI_Emoji}`;
const EMOJI = new RegExp(PICTURE, 'gv');
const ANY = fc.oneof(fc.string({ unit: 'grapheme' }), anyText(), fc.string());

test.each([
  ['a\u202Eb', 'a⟨U+202E⟩b', 'an override of direction'],
  ['a\u200Bb', 'a⟨U+200B⟩b', 'a zero-width space'],
  ['a\u00ADb', 'a⟨U+00AD⟩b', 'a soft hyphen'],
  ['a\u0007b\u009Fc', 'a⟨U+0007⟩b⟨U+009F⟩c', 'controls'],
  ['a\u{E0041}b', 'a⟨U+E0041⟩b', 'a tag character'],
  ['a\u2028b', 'a⟨U+2028⟩b', 'a line separator'],
  ['a\nb', 'a⟨U+000A⟩b', 'a line break in one line'],
  ['a\u3164b', 'a⟨U+3164⟩b', 'a filler'],
  ['e\u0301\u0301\u0301\u0301\u0301', 'é\u0301\u0301⟨U+0301⟩⟨U+0301⟩', 'piled marks'],
  ['x\uFE0F', 'x⟨U+FE0F⟩', 'a variation selector on a letter'],
])('%j is shown as %j: %s', (written, shown) => {
  expect(oneLine(written).normalize('NFD')).toBe(shown.normalize('NFD'));
});

test.each(['👩‍👩‍👧', '❤️', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'Müller', 'سلام', '株式会社', 'Ελλάδα', 'Привет', 'от Acme'])(
  '%s is written as people write',
  (text) => {
    expect(oneLine(text)).toBe(text);
  },
);

test.each([
  ['раypal', 'раypal ⟨Latin and Cyrillic letters⟩'],
  ['Αcme Corp', 'Αcme ⟨Latin and Greek letters⟩ Corp'],
  ['асе of Acme', 'асе ⟨Cyrillic letters⟩ of Acme'],
  ['𝐀dmin', '𝐀dmin ⟨letters in disguise⟩'],
  ['Ａdmin', 'Ａdmin ⟨letters in disguise⟩'],
])('%s could be mistaken for another word and is marked', (written, shown) => {
  expect(oneLine(written)).toBe(shown);
});

test('lines keeps line breaks of any kind', () => {
  expect(lines('a\r\nb\rc\nd')).toBe('a\nb\nc\nd');
});

test('nothing that a person wrote is a command to Slack', () => {
  expect(escapeMrkdwn('<!channel> & <@U1> <https://a.b|c>')).toBe(
    '&lt;!channel&gt; &amp; &lt;@U1&gt; &lt;https://a.b|c&gt;',
  );
  expect(inFallback('*Approved* :x: `a` https://evil.example')).not.toMatch(
    /[*:`]|example\b.*\/\/|\/\/evil\.e/,
  );
});

test('a text within the limit stays whole; a longer one says that it was cut', () => {
  expect(cut('abc', 3)).toBe('abc');
  expect(cut('abcdefghijkl', 10)).toBe('abc… (cut)');
  expect(cut('abcd', 3)).toBe('ab…');
});

test('a cut text keeps within the limit, splits no code point and no escape, and says so', () => {
  fc.assert(
    fc.property(ANY, fc.integer({ min: 1, max: 40 }), (text, most) => {
      const shown = escapeMrkdwn(oneLine(text));
      const result = cut(shown, most);
      expect(result.length).toBeLessThanOrEqual(most);
      expect(isWellFormed(result)).toBe(true);
      expect(result.replace(/&(amp|lt|gt);/g, '')).not.toContain('&');
      expect(result.replace(/⟨[^⟨⟩]*⟩/g, '').includes('⟨U+')).toBe(
        /⟨U\+[^⟩]*$/.test(result.replace(/⟨U\+[0-9A-F]+⟩/g, '')),
      );
      if (shown.length > most) expect(result).toContain('…');
      else expect(result).toBe(shown);
    }),
  );
});

test('no hidden character stays hidden', () => {
  fc.assert(
    fc.property(ANY, (text) => {
      const bare = oneLine(text).replace(EMOJI, '');
      expect(bare).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
    }),
  );
});
