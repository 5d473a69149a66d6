import fc from 'fast-check';
import { pageAnswer, readPage } from './page.js';

const anything = () => true;

describe('pages', () => {
  test('a cursor that was given out is read back as the same place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (place) => {
        const { next } = pageAnswer({ items: [], next: place }, (item) => item);
        expect(readPage({ cursor: next! }, anything).cursor).toBe(place);
      }),
    );
  });

  test.each(['', '=', 'a b', 'YQ==', 'YR', '%00'])('“%s” is no cursor', (cursor) => {
    expect(() => readPage({ cursor }, (text) => text === 'a')).toThrow(
      expect.objectContaining({ code: 'invalid_cursor' }),
    );
  });

  test('fifty unless told otherwise', () => {
    expect(readPage({}, anything)).toEqual({ cursor: null, limit: 50 });
    expect(readPage({ limit: '200' }, anything).limit).toBe(200);
  });
});
