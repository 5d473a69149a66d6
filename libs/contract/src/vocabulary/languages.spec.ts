import { pickLanguage } from './languages.js';

test.each([
  [['de'], 'de'],
  [['fr', 'de-AT', 'en'], 'de'],
  [['en;q=0.8', ' de;q=0.9'], 'en'],
  [['DE'], 'de'],
  [[null, 'den', 'constructor', ''], 'en'],
  [[], 'en'],
])('of %j, %s is picked', (wanted, language) => {
  expect(pickLanguage(wanted)).toBe(language);
});
