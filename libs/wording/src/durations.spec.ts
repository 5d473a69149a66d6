import { durationText, minutesText, shortDurationText } from './durations.js';

test.each([
  [-5, '0 seconds', '0 Sekunden', '0 s'],
  [0, '0 seconds', '0 Sekunden', '0 s'],
  [1, '1 second', '1 Sekunde', '1 s'],
  [60, '1 minute', '1 Minute', '1 min'],
  [5_400, '1 hour 30 minutes', '1 Stunde 30 Minuten', '1 h 30 min'],
  [14_399.6, '4 hours', '4 Stunden', '4 h'],
  [86_400 + 300, '1 day 5 minutes', '1 Tag 5 Minuten', '1 d 5 min'],
  [90_061, '1 day 1 hour', '1 Tag 1 Stunde', '1 d 1 h'],
])('%d seconds in words', (seconds, english, german, short) => {
  expect(durationText(seconds, 'en')).toBe(english);
  expect(durationText(seconds, 'de')).toBe(german);
  expect(shortDurationText(seconds, 'en')).toBe(short);
});

test('all units, if the caller wants them', () => {
  expect(shortDurationText(90_061, 'en', 4)).toBe('1 d 1 h 1 min 1 s');
  expect(shortDurationText(5_400, 'de', 4)).toBe('1 Std. 30 Min.');
});

test('minutes for an input field', () => {
  expect([1_800, 90, 100].map(minutesText)).toEqual(['30', '1.5', '1.67']);
});
