import { compareLanguages } from '../../../../test/support/compare-languages.js';
import { WORDS } from './index.js';

test('every text of a mail is there in English and in German', () => {
  expect(compareLanguages(WORDS.en, WORDS.de, 'mail')).toEqual([]);
});
