import { causeWords, problemWords } from './problem-text.js';

test('an error is in the language of the page; what says more than its code follows as it is', () => {
  const taken = { code: 'already_decided', detail: 'This request is decided already.' };
  expect(problemWords(taken, 'de')).toBe('Über diese Anfrage ist schon entschieden.');
  expect(problemWords(taken, 'en')).toBe(taken.detail);
  const invalid = { code: 'invalid_request', detail: 'The name is too long.' };
  expect(problemWords(invalid, 'de')).toBe('Die Eingabe ist nicht gültig. („The name is too long.“)');
  expect(problemWords({ code: 'toString', detail: 'New.' }, 'de')).toBe('New.');
});

test('refusals have German words, invalid fields keep their own', () => {
  expect(causeWords({ code: 'locked', detail: 'Access is locked.' }, 'de')).toBe('Der Zugriff ist gesperrt.');
  expect(causeWords({ detail: 'must be a number' }, 'de')).toBe('must be a number');
});
