import { compareLanguages } from '../../../../test/support/compare-languages.js';
import * as german from './de.js';
import * as english from './en.js';

test('every text of a mail is there in English and in German', () => {
  const neutral = (words: object) =>
    Object.fromEntries(
      Object.entries(words).map(([name, texts]) => [name.replace(/(De|En|^de|^en)$/, ''), texts]),
    );
  expect(compareLanguages(neutral(english), neutral(german), 'mail')).toEqual([]);
});
