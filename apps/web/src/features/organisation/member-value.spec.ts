import { memberValue } from './member-value.js';

test.each([
  ['policy.maxDuration', '14400', '4 hours', '4 Stunden'],
  [
    'policy.rules.0.maxDuration',
    '90061',
    '1 day 1 hour 1 minute 1 second',
    '1 Tag 1 Stunde 1 Minute 1 Sekunde',
  ],
  ['controls.emergency.disclosureDue', '86400', '1 day', '1 Tag'],
  ['controls.rules.1.stages.0.escalate.after', '1800', '30 minutes', '30 Minuten'],
  ['controls.supervision.0.within', '600', '10 minutes', '10 Minuten'],
  ['controls.widening.delay', '0', '0 seconds', '0 Sekunden'],
])('%s of %s seconds is a duration in words', (path, value, english, german) => {
  expect(memberValue(path, value, 'en')).toBe(english);
  expect(memberValue(path, value, 'de')).toBe(german);
});

test.each([
  ['policy.vendorReviews', '2'],
  ['controls.zone', 'Europe/Berlin'],
  ['facts.after', '1800'],
  ['controls.rules.0.after', 'never'],
])('%s stays as it is', (path, value) => {
  expect(memberValue(path, value, 'en')).toBe(value);
});
