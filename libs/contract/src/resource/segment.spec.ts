import fc from 'fast-check';
import { anyText } from '../../../../test/factories/any-text.js';
import { isSegment, segmentOf, segmentOfPath } from './segment.js';

const HELD_BY_NONE = /[/\\%\p{Cc}\p{Cs}]/u;

describe('segments of resources', () => {
  test('any text has one spelling or none, and the spelling says exactly that text', () => {
    fc.assert(
      fc.property(fc.oneof(anyText(), fc.string({ unit: 'grapheme' })), (text) => {
        const spelled = segmentOf(text);
        const isHeld = text !== '' && text !== '.' && text !== '..' && !HELD_BY_NONE.test(text);
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
});
