import { REQUEST_REFUSALS } from '@countersign/contract';
import { refusalWords } from './refusals.js';

test('a plain refusal is one German sentence; what it says more exactly follows as it is', () => {
  expect(refusalWords({ code: 'locked', detail: REQUEST_REFUSALS.locked }, 'de')).toBe(
    'Der Zugriff ist gesperrt.',
  );
  const exact = { code: 'duration_too_long', detail: 'At most PT1H.' };
  expect(refusalWords(exact, 'de')).toBe('Die Dauer ist länger, als die Regeln erlauben. („At most PT1H.“)');
  expect(refusalWords(exact, 'en')).toBe('At most PT1H.');
  expect(refusalWords({ code: 'constructor', detail: 'Something new.' }, 'de')).toBe('Something new.');
});
