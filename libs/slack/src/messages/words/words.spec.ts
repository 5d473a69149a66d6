import { compareLanguages } from '../../../../../test/support/compare-languages.js';
import { de } from './de.js';
import { en } from './en.js';

test('every text of a card, a thread and App Home is there in English and in German', () => {
  expect(compareLanguages(en, de, 'slack')).toEqual([]);
});
