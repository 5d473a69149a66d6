import type { Recurrence } from '@countersign/contract';
import { recurrenceText } from './recurrence.js';

const tuesdays: Recurrence = { zone: 'Europe/Berlin', days: ['tue'], from: '22:00', to: '24:00' };

test.each<[Recurrence, string, string]>([
  [
    tuesdays,
    'every Tuesday from 22:00 to 24:00 (Europe/Berlin)',
    'jeden Dienstag von 22:00 bis 24:00 Uhr (Europe/Berlin)',
  ],
  [
    { ...tuesdays, days: ['mon', 'wed', 'sun'], to: '02:00' },
    'every Monday, Wednesday and Sunday from 22:00 to 02:00 on the next day (Europe/Berlin)',
    'jeden Montag, Mittwoch und Sonntag von 22:00 bis 02:00 Uhr am nächsten Tag (Europe/Berlin)',
  ],
  [
    { zone: 'UTC', days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' },
    'every day from 00:00 to 24:00 (UTC)',
    'jeden Tag von 00:00 bis 24:00 Uhr (UTC)',
  ],
])('weekly times in words: %j', (recurrence, english, german) => {
  expect(recurrenceText(recurrence, 'en')).toBe(english);
  expect(recurrenceText(recurrence, 'de')).toBe(german);
});
