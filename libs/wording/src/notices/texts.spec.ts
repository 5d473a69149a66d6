import { compareLanguages } from '../../../../test/support/compare-languages.js';
import { NOTICE_TEXTS } from './texts.js';

test('every text of a notice is there in English and in German', () => {
  expect(compareLanguages(NOTICE_TEXTS.en, NOTICE_TEXTS.de, 'notices')).toEqual([]);
});
