import { answerNotes } from './call-answer.js';

test('says how many fields of an answer were hidden, also if there was none', () => {
  expect(answerNotes({ outcome: 'completed' }, 'en')).toEqual([]);
  expect(answerNotes({ masked: true, maskedFields: 0, outcome: null }, 'en')).toEqual(['fields are hidden']);
  expect(answerNotes({ masked: true, maskedFields: 0, outcome: 'completed' }, 'en')).toEqual([
    '0 fields hidden',
  ]);
  expect(answerNotes({ masked: true, maskedFields: 1, outcome: 'completed' }, 'en')).toEqual([
    '1 field hidden',
  ]);
  expect(answerNotes({ maskedFields: 3, outcome: 'cut' }, 'de')).toEqual(['3 Felder verborgen']);
});

test('says why an answer was withheld, and names a reason that it does not know', () => {
  const withheld = (reason: string) => ({
    masked: true,
    maskedFields: 0,
    withheld: reason,
    outcome: 'failed',
  });
  expect(answerNotes(withheld('not_json'), 'en')).toEqual(['answer withheld: it was not JSON']);
  expect(answerNotes(withheld('not_json'), 'de')).toEqual(['Antwort zurückgehalten: sie war kein JSON']);
  expect(answerNotes({ ...withheld('malformed'), maskedFields: 2 }, 'en')).toEqual([
    '2 fields hidden',
    'answer withheld: it was not one whole JSON text',
  ]);
  expect(answerNotes(withheld('later'), 'en')).toEqual(['answer withheld: later']);
});

test('a log that contains anything else does not break it', () => {
  expect(answerNotes({ masked: 'yes', maskedFields: '3', withheld: 7 }, 'en')).toEqual([]);
});
