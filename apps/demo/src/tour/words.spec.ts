import type { AccessRequest } from '@countersign/api';
import { durationWords, formatTime, requestSentence } from './words.js';

describe('the tour’s words', () => {
  test.each([
    ['PT15M', '15 minutes'],
    ['PT1H', '1 hour'],
    ['PT1H30M', '1 hour 30 minutes'],
    ['P1D', '1 day'],
    ['', ''],
  ])('%s is %s', (duration, words) => {
    expect(durationWords(duration)).toBe(words);
  });

  test('a request is one sentence: who wants what of which tenant, for how long, and why', () => {
    const request = {
      tenant: 'globex',
      service: 'billing',
      duration: 'PT15M',
      justification: 'Case 4711',
      scope: [
        { resource: 'invoices', actions: ['list'] },
        { resource: 'invoices/*', actions: ['read', 'update'] },
      ],
    } as AccessRequest;
    expect(requestSentence(request, 'Erin')).toBe(
      'Erin asks to list invoices, read and update any invoice of globex (billing) for 15 minutes: “Case 4711”',
    );
  });

  test('a moment names its zone', () => {
    expect(formatTime('2026-11-24T15:04:05Z')).toBe('15:04:05 UTC');
  });
});
