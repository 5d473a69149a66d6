import { searchWords, ticketWord, wordsOf } from './request-words.js';

describe('the words that requests are found by', () => {
  test('have no case, width or punctuation, and each comes once', () => {
    expect(wordsOf('Case 4711: wrong total — WRONG total of INV-4711')).toEqual([
      'case',
      '4711',
      'wrong',
      'total',
      'of',
      'inv',
    ]);
    expect(wordsOf('Ｇｒöße 42')).toEqual(['größe', '42']);
    expect(wordsOf(' — … ')).toEqual([]);
  });

  test('are at most 200 of at most 64 characters', () => {
    const many = Array.from({ length: 300 }, (_, index) => `w${index}`).join(' ');
    expect(wordsOf(many)).toHaveLength(200);
    expect(wordsOf('x'.repeat(100))).toEqual(['x'.repeat(64)]);
    const astral = `${'x'.repeat(63)}\u{20000}\u{20001}`;
    expect(wordsOf(astral)).toEqual([`${'x'.repeat(63)}\u{20000}`]);
  });

  test('of a ticket are its own and the whole of it', () => {
    expect(searchWords('ticket', ' INV-4711 ')).toEqual(['inv', '4711', '=inv-4711']);
    expect(searchWords('justification', 'INV-4711')).toEqual(['inv', '4711']);
    expect(ticketWord('inv-4711')).toBe('=inv-4711');
    // One character that NFKC writes as 18.
    expect(ticketWord('\u{FDFA}'.repeat(256))).toHaveLength(257);
  });
});
