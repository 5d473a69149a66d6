/** What requests are found by: the words of their reason and ticket, and the whole ticket. */

/** A text of 4,000 characters rarely has more. */
const MOST_WORDS = 200;
/** In characters, so that no word ends in half of one. */
const LONGEST_WORD = 64;
/** NFKC may make a text many times as long, and the index holds no key of any length. */
const LONGEST_TICKET = 256;
const WORD = /[\p{L}\p{N}]+/gu;

/** Different words of a text, in one spelling: without case, width and punctuation. `INV-4711` is `inv` and `4711`. */
export function wordsOf(text: string): string[] {
  const found = text.normalize('NFKC').toLowerCase().match(WORD) ?? [];
  return [...new Set(found.map((word) => start(word, LONGEST_WORD)))].slice(0, MOST_WORDS);
}

const start = (text: string, characters: number): string => [...text].slice(0, characters).join('');

/** A whole ticket as one word. It begins with `=`, so that it is no word of a text. */
export const ticketWord = (ticket: string): string =>
  `=${start(ticket.normalize('NFKC').trim().toLowerCase(), LONGEST_TICKET)}`;

/** The words under which a request's text is found. @param name `justification` or `ticket` */
export const searchWords = (name: string, text: string): string[] =>
  name === 'ticket' ? [...wordsOf(text), ticketWord(text)] : wordsOf(text);
