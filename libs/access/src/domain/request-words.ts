/** What requests are found by: the words of their reason and ticket, and the whole ticket. */

/** A text of 4,000 characters rarely has more. */
const MOST_WORDS = 200;
const LONGEST_WORD = 64;
const WORD = /[\p{L}\p{N}]+/gu;

/** Different words of a text, in one spelling: without case, width and punctuation. `INV-4711` is `inv` and `4711`. */
export function wordsOf(text: string): string[] {
  const found = text.normalize('NFKC').toLowerCase().match(WORD) ?? [];
  return [...new Set(found.map((word) => word.slice(0, LONGEST_WORD)))].slice(0, MOST_WORDS);
}

/** A whole ticket as one word. It begins with `=`, so that it is no word of a text. */
export const ticketWord = (ticket: string): string => `=${ticket.normalize('NFKC').trim().toLowerCase()}`;

/** The words under which a request's text is found. @param name `justification` or `ticket` */
export const searchWords = (name: string, text: string): string[] =>
  name === 'ticket' ? [...wordsOf(text), ticketWord(text)] : wordsOf(text);
