import { codePointNumber, showHiddenCharacters } from '@countersign/contract';
import { LIMITS } from './limits.js';

/** The fourth and later marks on one letter, which would reach into the lines around it. */
const PILED = /(?<=\p{M}{3})\p{M}/gu;

const makeVisible = (text: string): string =>
  mixedLetters(showHiddenCharacters(text).replace(PILED, (mark) => `⟨${codePointNumber(mark)}⟩`));

/** Text that a person wrote, as one line in which hidden characters are named. */
export const oneLine = (text: string): string => makeVisible(text);

/** The same, but keeps line breaks. */
export const lines = (text: string): string =>
  text
    .split(/\r\n|\n|\r/)
    .map(makeVisible)
    .join('\n');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Escapes text for mrkdwn, in which `<!channel>`, `<@U…>` and `<https:…>` would be commands. */
export const escapeMrkdwn = (text: string): string =>
  text.replace(/[&<>]/g, (found) => ENTITIES[found] ?? '');

/** Defuses addresses, which Slack would turn into links in mrkdwn. */
const withoutLinks = (text: string): string =>
  text.replaceAll('://', '[:]//').replace(/([\p{L}\p{N}])\.(?=\p{L}{2})/gu, '$1[.]');

/** For a message's fallback text, which Slack reads as mrkdwn: no mention, link, format or `:emoji:`, and within the limit. */
export const inFallback = (text: string): string =>
  cut(
    escapeMrkdwn(withoutLinks(oneLine(text)).replace(/[*_~`:]/g, (mark) => LOOK_ALIKE[mark] ?? mark)),
    LIMITS.message.text,
  );

/** Characters that would format the text, and look-alikes that do not. */
const LOOK_ALIKE: Readonly<Record<string, string>> = { '*': '∗', _: 'ˍ', '~': '∼', '`': 'ˋ', ':': '∶' };

const CUT = '… (cut)';
/** Units that are never split: an entity, a code point name that we made, or one code point. */
const PIECES = /&(?:amp|lt|gt);|⟨U\+[0-9A-F]{4,6}⟩|[\s\S]/gu;

/**
 * Cuts a text to at most `most` UTF-16 units (Slack never counts more). Keeps code points, entities and names whole.
 *
 * @param note ends a text that was cut
 */
export function cut(text: string, most: number, note = CUT): string {
  if (text.length <= most) return text;
  const end = note.length <= most ? note : '…';
  let short = '';
  for (const [piece] of text.matchAll(PIECES)) {
    if (short.length + piece.length + end.length > most) break;
    short += piece;
  }
  return short + end;
}

export const wasCut = (text: string, most: number): boolean => text.length > most;

/** `2026-11-24 15:00 UTC`, for clients that cannot show Slack dates. */
export const utcText = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;

/**
 * An instant in each reader's own time zone, with the day, as a mrkdwn date.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 */
export const readerTime = (instant: string): string =>
  `<!date^${Math.floor(Date.parse(instant) / 1_000)}^{date_short_pretty} {time}|${utcText(instant)}>`;

/** The instant `plus` seconds later. */
export const later = (instant: string, plus: number): string =>
  new Date(Date.parse(instant) + plus * 1_000).toISOString();

/** Alphabets with letters that look alike. */
const ALPHABETS = ['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Cherokee', 'Coptic'] as const;
const ALPHABET_PATTERNS: readonly (readonly [string, RegExp])[] = ALPHABETS.map((name) => [
  name,
  new RegExp(`\\p{Script=${name}}`, 'u'),
]);

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
/** Letters of other alphabets that look like Latin ones (from Unicode’s confusables, UTS #39). */
const LOOKS_LATIN = /^[асеорхуіјѕһԁԛԝАВСЕНІЈКМОРЅТХУΑΒΕΖΗΙΚΜΝΟΡΤΥΧονυ\p{N}]+$/u;
/** Styled letters: full width, mathematical, letter-like. */
const STYLED = /[\u{FF21}-\u{FF3A}\u{FF41}-\u{FF5A}\u{1D400}-\u{1D7FF}\u{2102}-\u{2134}]/u;

const alphabetsIn = (word: string): string[] =>
  ALPHABET_PATTERNS.filter(([, of]) => of.test(word)).map(([name]) => name);

/**
 * Marks words that could be mistaken for others: mixed alphabets, `раypal ⟨Latin and Cyrillic letters⟩`, and words of
 * look-alike letters in a Latin text, `асме ⟨Cyrillic letters⟩`.
 */
export function mixedLetters(text: string): string {
  const isLatin = /\p{Script=Latin}/u.test(text);
  return text.replace(WORD, (word) => {
    const alphabets = alphabetsIn(word);
    if (alphabets.length > 1) return `${word} ⟨${alphabets.join(' and ')} letters⟩`;
    if (STYLED.test(word)) return `${word} ⟨letters in disguise⟩`;
    const [only] = alphabets;
    const passes = isLatin && only !== undefined && only !== 'Latin' && LOOKS_LATIN.test(word);
    return passes ? `${word} ⟨${only} letters⟩` : word;
  });
}
